"""The errors of gating, by who must act.

GatingError(ValueError)
    UnreadableFcs     the file is no FCS file, or holds nothing that can be read
    MissingChannel    a channel that was named, or that the assay needs, is not in the file
    UnusableControl   a control contradicts the samples it should serve
    InvalidGate       a threshold or a spillover matrix that can't be applied
"""

from __future__ import annotations


class GatingError(ValueError):
    """Something in the input can't be used; the message says the thing, what was expected, what came and the remedy.

    Examples
    --------
    >>> print(GatingError("A1.fcs", expected="a channel PE-A", got="FSC-A, SSC-A", remedy="Set `dye:`."))
    A1.fcs: expected a channel PE-A, got FSC-A, SSC-A. Set `dye:`.
    """

    def __init__(self, thing: str, *, expected: str, got: str, remedy: str) -> None:
        self.thing, self.expected, self.got, self.remedy = thing, expected, got, remedy
        super().__init__(f"{thing}: expected {expected}, got {got}. {remedy}")

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the four parts when the error comes back from a worker process."""
        return _rebuild, (type(self), self.thing, self.expected, self.got, self.remedy)


class UnreadableFcs(GatingError):
    """The file is no FCS file, or holds nothing that can be read."""


class MissingChannel(GatingError):
    """A channel that was named, or that the assay needs, is not in the file."""


class UnusableControl(GatingError):
    """A control contradicts the samples it should serve."""


class InvalidGate(GatingError):
    """A threshold or a spillover matrix that can't be applied."""


def _rebuild(kind: type[GatingError], thing: str, expected: str, got: str, remedy: str) -> GatingError:
    return kind(thing, expected=expected, got=got, remedy=remedy)
