"""The errors of blots, by who must act.

BlotError(ValueError)
    UnreadableImage   the file is no image, or of a kind that can't be measured
    LanesNotFound     the picture does not show the lanes that the sheet names
    InvalidBoxes      a box that lies outside the picture, or names what is not there
    UnfitImage        the image is judged "do not quantify"
    InvalidTimeCourse levels over time, or the tables that they are made of, that contradict each other
"""

from __future__ import annotations


class BlotError(ValueError):
    """Something in the input can't be used; the message says the thing, what was expected, what came and the remedy.

    Examples
    --------
    >>> print(BlotError("rep1.tif", expected="an image", got="a text file", remedy="Export the scan as TIFF."))
    rep1.tif: expected an image, got a text file. Export the scan as TIFF.
    """

    def __init__(self, thing: str, *, expected: str, got: str, remedy: str) -> None:
        self.thing, self.expected, self.got, self.remedy = thing, expected, got, remedy
        super().__init__(f"{thing}: expected {expected}, got {got}. {remedy}")

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the four parts when the error comes back from a worker process."""
        return _rebuild, (type(self), self.thing, self.expected, self.got, self.remedy)


class UnreadableImage(BlotError):
    """The file is no image, or of a kind that can't be measured."""


class LanesNotFound(BlotError):
    """The picture does not show the lanes that the sheet names."""


class InvalidBoxes(BlotError):
    """A box that lies outside the picture, or names what is not there."""


class UnfitImage(BlotError):
    """The image is judged "do not quantify"."""


class InvalidTimeCourse(BlotError):
    """Levels over time, or the tables that they are made of, that contradict each other."""


def _rebuild(kind: type[BlotError], thing: str, expected: str, got: str, remedy: str) -> BlotError:
    return kind(thing, expected=expected, got=got, remedy=remedy)
