"""The order of the bytes of a number: $BYTEORD."""

from __future__ import annotations

from collections.abc import Mapping

from gating.errors import UnreadableFcs
from gating.fcs.keywords import whole_number
from gating.fcs.repairs import Repairs, shown

ByteOrder = tuple[int, ...]  # 1-based rank of each stored byte, least significant is 1
LITTLE, BIG = (1, 2, 3, 4), (4, 3, 2, 1)


def read_byte_order(keywords: Mapping[str, str], name: str, repairs: Repairs) -> ByteOrder | None:
    """Return $BYTEORD, None where it says nothing.

    Examples
    --------
    >>> read_byte_order({"$BYTEORD": "4,3,2,1"}, "a.fcs", Repairs())
    (4, 3, 2, 1)
    """
    text = keywords.get("$BYTEORD", "").strip()
    if text in ("1,2,3,4", "4,3,2,1"):
        return LITTLE if text[0] == "1" else BIG
    if text in ("1234", "4321", "12", "21"):
        repairs.note("byte_order", f"$BYTEORD is {shown(text)}, without commas")
        text = ",".join(text)
    ranks = tuple(whole_number(part) or 0 for part in text.split(",", 9)) if text else ()
    if len(ranks) < 2:
        if ranks not in ((), (1,)):
            raise _refuse(name, text)
        return None
    if sorted(ranks) != list(range(1, len(ranks) + 1)) or len(ranks) > 8:
        raise _refuse(name, text)
    return ranks


def ranks_of(order: ByteOrder, n_bytes: int, name: str) -> list[int]:
    """Return the 0-based significance of each of the bytes of a number.

    Examples
    --------
    >>> ranks_of((4, 3, 2, 1), 3, "a.fcs"), ranks_of((3, 4, 1, 2), 4, "a.fcs")
    ([2, 1, 0], [2, 3, 0, 1])
    """
    if n_bytes == 1 or is_little(order):
        return list(range(n_bytes))
    if is_big(order):
        return list(range(n_bytes))[::-1]
    if len(order) == n_bytes:
        return [rank - 1 for rank in order]
    raise UnreadableFcs(
        name,
        expected=f"$BYTEORD for values of {n_bytes} bytes",
        got=",".join(map(str, order)),
        remedy="Export the tube again as FCS 3.1 with $BYTEORD 1,2,3,4 or 4,3,2,1.",
    )


def is_little(order: ByteOrder) -> bool:
    """Tell whether the least significant byte comes first, and so on."""
    return order == tuple(range(1, len(order) + 1))


def is_big(order: ByteOrder) -> bool:
    """Tell whether the most significant byte comes first, and so on."""
    return order == tuple(range(len(order), 0, -1))


def _refuse(name: str, text: str) -> UnreadableFcs:
    return UnreadableFcs(
        name,
        expected="$BYTEORD such as 1,2,3,4 or 4,3,2,1",
        got=shown(text),
        remedy="Export the tube again as FCS 3.1.",
    )
