"""Text that is not Unicode: the code page that its letters fit. Digits and delimiters are the same in all of them."""

from __future__ import annotations

import re

_HIGH = re.compile(rb"[\x80-\xff]+")
_KANA = re.compile("[\u3040-\u30ff]")
_HANZI = re.compile("[\u4e00-\u9fff]")
NAMES = {"cp1252": "Windows-1252", "cp1251": "Windows-1251", "cp932": "Shift JIS", "gb18030": "GB 18030"}


def code_page_of(contents: bytes) -> str:
    """Return the code page of bytes that are no UTF-8: Western unless the letters come as other scripts write them.

    Western text has single letters such as µ, ° and ä between plain ones. Cyrillic words are whole runs of high bytes,
    small letters above 0xDF. Chinese and Japanese come in pairs that decode to characters in daily use.

    Examples
    --------
    >>> code_page_of("Absorption 570 nm, 25 °C, Träger".encode("cp1252"))
    'cp1252'
    >>> code_page_of("Длина волны 570".encode("cp1251")), code_page_of("吸光度 板 1".encode("gb18030"))
    ('cp1251', 'gb18030')
    >>> code_page_of("プレート 吸光度".encode("cp932"))
    'cp932'
    """
    runs = _HIGH.findall(contents)
    longest = max(map(len, runs), default=0)
    if longest < 2:
        return "cp1252"
    if _decodes(contents, "cp932") and _KANA.search(contents.decode("cp932")):
        return "cp932"
    small = sum(byte >= 0xE0 for run in runs for byte in run)
    total = sum(map(len, runs))
    if longest > 3 and small > 0.7 * total:
        return "cp1251"
    if _decodes(contents, "gb18030"):
        decoded = contents.decode("gb18030")
        odd = sum(character > "\x7f" for character in decoded)
        if len(_HANZI.findall(decoded)) > 0.6 * odd:
            return "gb18030"
    return "cp1252"


def _decodes(contents: bytes, page: str) -> bool:
    try:
        contents.decode(page)
    except UnicodeDecodeError:
        return False
    return True
