"""The SVG of a figure in fewer bytes: without comments, line breaks, digits that nobody sees and long names."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BETWEEN_TAGS = re.compile(r">\s+<")
_PATH = re.compile(r'(?<= d=")[^"]*')
_COMMAND = re.compile(r"\s*([A-Za-z])\s*")
_LINES = re.compile(r"(?:[ML]-?[\d.]+ -?[\d.]+|z)*")
_POINT = re.compile(r"([ML])([^ ]+) ([^MLz]+)|(z)")
# A hundredth of a point is below what any printer places; a matrix multiplies, so it keeps all its digits.
_NUMBER = re.compile(r"matrix\([^)]*\)|\b[1-9]\d*\.\d{3,}|\b0\.\d{7,}")
_GLYPH = re.compile(r"DejaVuSans-(?=[0-9a-f]+\")")
_MOVED_GLYPH = re.compile(r'(<use xlink:href="#[^"]*") transform="translate\((\S+) 0\)"/>')
_NAMED_TEXT = re.compile(r'<g id="text_\d+">(<g [^>]*>(?:<use [^>]*/>)*</g>)</g>')


def compact_svg(svg: str) -> str:
    """Return an SVG that shows the same picture, as matplotlib writes it with its letters as paths.

    Coordinates keep two digits after the point (in points of 0.35 mm), numbers below 1 six.

    Examples
    --------
    >>> glyph = '<g transform="translate(54.639609 7.5)"><use xlink:href="#a"/></g>'
    >>> print(compact_svg(f'<g id="text_1"><!-- 9 --> {glyph}</g>'))
    <g transform="translate(54.64 7.5)"><use xlink:href="#a"/></g>
    """
    svg = _COMMENT.sub("", svg)
    svg = _BETWEEN_TAGS.sub("><", svg)
    svg = _NUMBER.sub(_rounded, svg)
    svg = _PATH.sub(lambda found: _path(found[0]), svg)
    svg = _GLYPH.sub("g", svg)
    svg = _MOVED_GLYPH.sub(r'\1 x="\2"/>', svg)
    return _NAMED_TEXT.sub(r"\1", svg)


def _path(data: str) -> str:
    """Return the data of a path without needless spaces, straight lines as steps from point to point.

    Examples
    --------
    >>> _path("M 100.5 20 L 101.25 19 L 101.25 18.5 z"), _path("M 0 1 Q 2 3 4 5")
    ('M100.5 20l.75-1 0-.5z', 'M0 1Q2 3 4 5')
    """
    data = _COMMAND.sub(r"\1", data).strip()
    if not _LINES.fullmatch(data):
        return data
    parts: list[str] = []
    here = start = (0, 0)
    for command, x, y, end in _POINT.findall(data):
        if end:
            parts.append("z")
            here = start
            continue
        there = (round(100 * float(x)), round(100 * float(y)))
        if command == "M":
            start = there
            parts.append(f"M{_hundredths(there[0])} {_hundredths(there[1])}")
        else:
            dx, dy = (_hundredths(b - a) for a, b in zip(here, there, strict=True))
            name = "l" if parts[-1][0] in "Mz" else "" if dx.startswith("-") else " "
            parts.append(f"{name}{dx}{'' if dy.startswith('-') else ' '}{dy}")
        here = there
    return "".join(parts)


def _hundredths(number: int) -> str:
    """Return a number of hundredths in the fewest letters."""
    whole, part = divmod(abs(number), 100)
    digits = f"{whole or ''}{f'.{part:02d}'.rstrip('0') if part else ''}" or "0"
    return f"-{digits}" if number < 0 else digits


def _rounded(found: re.Match[str]) -> str:
    number = found[0]
    if number.startswith("matrix"):
        return number
    return f"{float(number):.{6 if number.startswith('0') else 2}f}".rstrip("0").rstrip(".")
