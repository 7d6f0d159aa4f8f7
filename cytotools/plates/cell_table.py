"""A table of cells as it stands in a file: every row and column kept, so that each cell knows its place."""

from __future__ import annotations

from dataclasses import dataclass

from cytotools.sheets.sheet import CellValue, cell_place, is_blank

MAX_CELLS = 1_000_000


@dataclass(frozen=True)
class CellTable:
    """The cells of a text file or of one sheet of a workbook, blank rows included.

    Attributes
    ----------
    name : str
        The file, as messages shall give it.
    title : str
        The sheet's title in a workbook, empty for text.
    delimiter : str
        What parts the cells of a text file, empty for a workbook.
    rows : tuple of tuple
        Rows may differ in length.
    merged : frozenset of (row, column)
        The cells that hold their value because they are merged with the one that does.
    """

    name: str
    title: str
    delimiter: str
    rows: tuple[tuple[CellValue, ...], ...]
    merged: frozenset[tuple[int, int]] = frozenset()

    def cell(self, row: int, column: int) -> CellValue:
        """Return what stands at a 0-based row and column, None beyond the table."""
        if not 0 <= row < len(self.rows) or not 0 <= column < len(self.rows[row]):
            return None
        return self.rows[row][column]

    def words(self, row: int, column: int) -> str:
        """Return a cell as text with single spaces, empty where it is blank.

        Examples
        --------
        >>> CellTable("a.csv", "", ",", (("  Plate  2 ", 3.0),)).words(0, 0)
        'Plate 2'
        """
        return words_of(self.cell(row, column))

    def line(self, row: int) -> str:
        """Return a row's words, one space between cells.

        Examples
        --------
        >>> CellTable("a.csv", "", ",", (("Wavelength:", None, 570),)).line(0)
        'Wavelength: 570'
        """
        return self.line_between(row, 0, None)

    def line_between(self, row: int, low: int, high: int | None) -> str:
        """Return the words of a row's columns from `low` to before `high`; what merged cells repeat counts once.

        Examples
        --------
        >>> merged = frozenset({(0, 1), (0, 2)})
        >>> CellTable("a.xlsx", "", "", (("Dose", "Dose", "Dose", "uM"),), merged).line_between(0, 0, None)
        'Dose uM'
        """
        cells = [words_of(value) for value in self.rows[row][low:high]]
        repeats = {n for n in range(1, len(cells)) if (row, low + n) in self.merged and cells[n] == cells[n - 1]}
        return " ".join(words for n, words in enumerate(cells) if words and n not in repeats)

    def place(self, row: int, column: int | None = None) -> str:
        """Return where a 0-based row, or a cell in it, stands, as messages give it.

        Examples
        --------
        >>> CellTable("a.xlsx", "MTT", "", ()).place(2, 1)
        'a.xlsx:MTT!B3'
        """
        return cell_place(self.name, self.title, row + 1, column)

    def turned(self) -> CellTable:
        """Return the table with rows and columns exchanged."""
        width = max(map(len, self.rows), default=0)
        rows = tuple(tuple(self.cell(row, column) for row in range(len(self.rows))) for column in range(width))
        return CellTable(self.name, self.title, self.delimiter, rows, frozenset((c, r) for r, c in self.merged))


def words_of(value: CellValue) -> str:
    """Return a value as text with single spaces; whole numbers without a decimal point."""
    if isinstance(value, str):
        return value.strip() if value.isascii() and "  " not in value else " ".join(value.split())
    if is_blank(value):
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)
