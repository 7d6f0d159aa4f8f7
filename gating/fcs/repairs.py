"""Every departure from the FCS standard that the reader mends: its code, and what was done.

`events.repairs` holds them as `code: words`. What can't be mended without guessing is refused (`UnreadableFcs`).
"""

from __future__ import annotations

REPAIRS: dict[str, str] = {
    "absolute_offsets": "the offsets of a later data set count from the start of the file, not of the data set",
    "amplification": "$PnE makes no sense; the channel was taken as linear",
    "byte_order": "$BYTEORD is missing or short; the order that gives plausible numbers was taken, else 1,2,3,4",
    "data_sets": "the file goes on with another data set, only the first was read",
    "data_size": "the size of DATA is not what $TOT events need; they were read as far as they go",
    "datatype": "$DATATYPE or $PnDATATYPE was written unlike the standard (lower case, or a type that is not there)",
    "empty_values": "TEXT holds empty values, which the standard forbids",
    "float_log": "$PnE names a log amplifier for floating-point data, which the standard has linear; it was left out",
    "gain": "$PnG is no positive number, or stands on a log amplifier; it was left out",
    "header_offsets": "HEADER does not say where DATA lie though they end before byte 100,000,000; TEXT was followed",
    "inexact": "64-bit integers above 2^53 were rounded to float64; `linearise=False` keeps them exact",
    "latin_1": "TEXT is not UTF-8; what is not was read as Latin-1",
    "log_zero": "the second number of $PnE is 0; it was taken as 1, as the standard advises",
    "missing_keyword": "a required keyword that the reader can do without is missing",
    "mode": "$MODE was written unlike the standard; it was read as L",
    "next_data": "$NEXTDATA points to where no data set begins; it was left out",
    "no_final_delimiter": "TEXT does not end with its delimiter",
    "no_name": "$PnN is missing or empty; the channel is called after its number",
    "no_offsets": "neither HEADER nor TEXT says where DATA lie; they were found by their size",
    "no_total": "$TOT is missing or no number; events were counted from the size of DATA",
    "number": "a number was written unlike the standard (decimals, grouped digits, an exponent)",
    "odd_keywords": "TEXT ends with a keyword that has no value; it was left out",
    "offsets": "HEADER and TEXT disagree on the place of DATA; the one that fits $TOT or looks measured was used",
    "packed_bits": "integers whose width is no whole number of bytes were read as one stream of bits",
    "padded_bits": "$PnB is no whole number of bytes, but the values are stored in whole bytes",
    "range": "$PnR is missing, 0, or beyond the width of the channel; no bit mask was applied",
    "same_keyword": "a keyword stands twice with different values; the first was kept",
    "same_name": "two channels have one name; the later one was renamed",
    "spillover": "the file's spillover matrix can't be used; none is carried",
    "supplemental_text": "supplemental TEXT lies outside the file or is none (its delimiter differs); it was left out",
    "text_end": "TEXT ends at another byte than HEADER says",
    "text_offsets": "$BEGINDATA and $ENDDATA are missing or 0; HEADER was followed",
    "text_start": "TEXT begins at another byte than HEADER says",
    "timestep": "the file has a Time channel, but $TIMESTEP is missing or no positive number; Time is as stored",
    "tot_large": "$TOT promises more events than DATA hold; those that are there were read",
    "tot_small": "DATA hold more events than $TOT says; $TOT events were read",
    "truncated": "the file is cut; its whole events were read",
    "unescaped_delimiter": "values hold single delimiters; TEXT was cut at the standard keywords instead",
    "version": "no such version of the standard is published; the file was read as FCS 3.1",
    "width": "$PnB contradicts the type of the channel; the one that fits the size of DATA was used",
}

SHOWN = 6  # subjects named in one repair


class Repairs:
    """What was mended while one file was read; the same repair of several channels is told once.

    Examples
    --------
    >>> repairs = Repairs()
    >>> repairs.note("gain", "is '0' and was taken as 1", "$P1G")
    >>> repairs.note("gain", "is '0' and was taken as 1", "$P4G")
    >>> repairs.told()
    ("gain: $P1G, $P4G is '0' and was taken as 1",)
    """

    def __init__(self) -> None:
        self._subjects: dict[tuple[str, str], list[str]] = {}

    def note(self, code: str, words: str, subject: str = "") -> None:
        """Remember that `subject` was mended; `code` must be documented."""
        if code not in REPAIRS:
            raise KeyError(code)
        self._subjects.setdefault((code, words), []).append(subject)

    def take(self, others: Repairs) -> None:
        """Remember the repairs of another reading too."""
        for key, subjects in others._subjects.items():
            self._subjects.setdefault(key, []).extend(subjects)

    def told(self) -> tuple[str, ...]:
        """Return each repair as `code: words`."""
        return tuple(
            f"{code}: {_listed(subjects)}{words}".replace("; ", ", ")
            for (code, words), subjects in self._subjects.items()
        )


def shown(value: str) -> str:
    """Return a keyword's value as it can stand in a message: quoted, short, in one line.

    Examples
    --------
    >>> shown("a" * 50)
    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'"
    """
    return repr(value.strip() if len(value) <= 30 else value[:30] + "...")


def _listed(subjects: list[str]) -> str:
    if not any(subjects):
        return ""
    more = f" and {len(subjects) - SHOWN} more" if len(subjects) > SHOWN else ""
    return ", ".join(subjects[:SHOWN]) + more + " "
