"""TEXT: the keywords of a data set, and the numbers that they mean.

The rules follow the FCS 3.1 standard (Spidlen 2010, doi 10.1002/cyto.a.20825); each departure that real instruments
write is mended under a name, or refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from gating.errors import UnreadableFcs
from gating.fcs.repairs import Repairs, shown

BYTES_PER_PAIR = 250  # what a keyword with its value costs in memory
SPARE_BYTES = 900_000
LONGEST_NUMBER = 64  # characters
REQUIRED = ("$PAR", "$DATATYPE", "$BYTEORD", "$TOT", "$BEGINDATA", "$ENDDATA", "$MODE", "$P1B", "$P1R", "$P1N", "$P1E")
STANDARD = re.compile(r"\$[A-Z][A-Z0-9_]*", re.IGNORECASE | re.ASCII)
PADDING = "\x00 \t\r\n"
WHOLE = re.compile(r"([+-]?)(\d{1,20}|\d{1,3}(?: \d{3})+)(?:\.0*)?", re.ASCII)
DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
Tokens = list[str]


def parse_text(text: bytes, name: str, repairs: Repairs, file_bytes: int = 0) -> dict[str, str]:
    """Return the keywords of a TEXT segment, upper case; what was mended is noted in `repairs`.

    The standard doubles a delimiter inside a value and forbids empty values; many programs write empty values all the
    same, so that `||` means either. Both readings are tried and the one that yields a consistent TEXT is kept.

    Raises
    ------
    UnreadableFcs
        There is no keyword at all, or so many that they would fill the memory: a damaged file, then.

    Examples
    --------
    >>> parse_text(b"/$PAR/1/$FIL/a//b.fcs/", "a.fcs", Repairs())
    {'$PAR': '1', '$FIL': 'a/b.fcs'}
    >>> parse_text(b"/$PAR/1/OP//$TOT/5/", "a.fcs", Repairs())
    {'$PAR': '1', 'OP': '', '$TOT': '5'}
    """
    delimiter = chr(text[0]) if text else ""
    pairs = text.count(text[:1]) // 2 if text else 0
    if not pairs or pairs * BYTES_PER_PAIR > memory_budget(max(len(text), file_bytes)):
        raise UnreadableFcs(
            name,
            expected="keywords in TEXT",
            got=f"{pairs} delimiters beginning with {text[:40]!r}",
            remedy="The file is damaged: export the tube again.",
        )
    # Latin-1 maps each byte to one character, so that TEXT can be cut before its encoding is known.
    tokens = _tokens(_closed(text.decode("latin-1"), delimiter, repairs), delimiter, repairs)
    if len(tokens) % 2 and tokens.pop().strip(PADDING):
        repairs.note("odd_keywords", "TEXT ends with a keyword that has no value, it was left out")
    if not text.isascii():
        tokens = _decoded(tokens, repairs)
    keywords: dict[str, str] = {}
    for key, value in zip(tokens[::2], tokens[1::2], strict=True):
        key = key.strip().upper()
        if not key:
            continue
        if key not in keywords:
            keywords[key] = value
        elif keywords[key] != value:
            words = f"stands twice ({shown(keywords[key])}, {shown(value)}), the first was kept"
            repairs.note("same_keyword", words, shown(key))
    return keywords


def memory_budget(file_bytes: int) -> int:
    """Return how many bytes of memory a file of this size may take."""
    return 10 * file_bytes + SPARE_BYTES


def _closed(text: str, delimiter: str, repairs: Repairs) -> str:
    """Return TEXT without its first and its final delimiter."""
    body = text[1:]
    stripped = body.rstrip(PADDING.replace(delimiter, ""))
    if stripped.endswith(delimiter):
        return stripped[:-1]
    repairs.note("no_final_delimiter", "TEXT does not end with its delimiter")
    return body.rstrip("\x00") if delimiter != "\x00" else body


def _tokens(body: str, delimiter: str, repairs: Repairs) -> Tokens:
    """Cut TEXT into keys and values, in the reading that makes most sense of it."""
    plain = body.split(delimiter)
    if delimiter * 2 not in body and not body.startswith(delimiter):
        best = plain
    else:
        standard = _standard(body, delimiter)
        best = max((standard, _with_empty_values(plain, delimiter)), key=_consistency)
    if len(best) % 2 or any(value[:1] == "$" for value in best[1::2]):
        anchored = _anchored(plain, delimiter)
        if _consistency(anchored)[:2] > _consistency(best)[:2]:
            best = anchored
            repairs.note("unescaped_delimiter", "values hold single delimiters, TEXT was cut at the standard keywords")
    if "" in best[1::2]:
        repairs.note("empty_values", "TEXT holds empty values, which the standard forbids")
    return best


def _standard(body: str, delimiter: str) -> Tokens:
    """Read a doubled delimiter as one that belongs to the key or the value."""
    hidden = "\ue000"  # no byte of TEXT becomes this character
    return [token.replace(hidden, delimiter) for token in body.replace(delimiter * 2, hidden).split(delimiter)]


def _with_empty_values(plain: Tokens, delimiter: str) -> Tokens:
    """Read a doubled delimiter after a key as an empty value, and inside a value as one that belongs to it."""
    tokens: Tokens = []
    i, n = 0, len(plain)
    while i < n:
        tokens.append(plain[i])
        i += 1
        if i == n:
            break
        value = [plain[i]]
        i += 1
        if not value[0] and i < n and plain[i]:
            tokens.append("")
            continue
        while i + 1 < n and not plain[i]:
            value.append(plain[i + 1])
            i += 2
        tokens.append(delimiter.join(value))
    return tokens


def _anchored(plain: Tokens, delimiter: str) -> Tokens:
    """Cut TEXT at the standard keywords: what stands between two of them and makes no pairs is one value."""
    tokens: Tokens = []
    run: Tokens = []
    for token in [*plain, "$PAR"]:  # the last one only closes the run
        if not STANDARD.fullmatch(token):
            run.append(token)
            continue
        if len(run) % 2:
            run = [run[0], delimiter.join(run[1:])]
        tokens += run
        run = [token]
    return tokens


def _consistency(tokens: Tokens) -> tuple[int, int, bool]:
    """Score a reading of TEXT: required keywords found, `$` at keys rather than at values, no odd token."""
    keys = {key.strip().upper() for key in tokens[::2]}
    dollars = sum(key[:1] == "$" for key in tokens[::2]) - sum(value[:1] == "$" for value in tokens[1::2])
    return sum(key in keys for key in REQUIRED), dollars, len(tokens) % 2 == 0


def _decoded(tokens: Tokens, repairs: Repairs) -> Tokens:
    decoded: Tokens = []
    latin = 0
    for token in tokens:
        if not token.isascii():
            try:
                token = token.encode("latin-1").decode("utf-8")
            except UnicodeDecodeError:
                latin += 1
        decoded.append(token)
    if latin:
        repairs.note("latin_1", f"{latin} keys or values in TEXT are not UTF-8 and were read as Latin-1")
    return decoded


@lru_cache(maxsize=2_048)
def _whole(text: str) -> int | None:
    match = WHOLE.fullmatch(text)
    if match:
        return int(match.group(1) + match.group(2).replace(" ", ""))
    value = _decimal(text)
    return int(value) if value is not None and value.is_integer() and abs(value) < 2.0**53 else None


@lru_cache(maxsize=2_048)
def _decimal(text: str) -> float | None:
    if not DECIMAL.fullmatch(text):
        return None
    value = float(text)
    return value if abs(value) < 1e300 else None


def whole_number(text: str) -> int | None:
    """Return the integer that a keyword means (`262144`, ` 12 `, `262144.00`, `1 024`), None where it means none.

    Examples
    --------
    >>> whole_number(" 262144.00 "), whole_number("1 024"), whole_number(""), whole_number("12a")
    (262144, 1024, None, None)
    """
    return _whole(text.strip(PADDING)) if len(text) <= LONGEST_NUMBER else None


def decimal_number(text: str) -> float | None:
    """Return the finite number that a keyword means, None where it means none.

    Examples
    --------
    >>> decimal_number(" 0.01"), decimal_number("nan"), decimal_number("1_0")
    (0.01, None, None)
    """
    return _decimal(text.strip(PADDING)) if len(text) <= LONGEST_NUMBER else None


def noted_whole(keywords: Mapping[str, str], key: str, repairs: Repairs) -> int | None:
    """Return the integer of a keyword; one that is not written as the standard wants it is noted."""
    text = keywords.get(key, "")
    value = whole_number(text)
    if value is not None and not text.isdigit() and not text.strip(PADDING).lstrip("+-").isdigit():
        repairs.note("number", f"is {shown(text)} and was read as {value}", key)
    return value
