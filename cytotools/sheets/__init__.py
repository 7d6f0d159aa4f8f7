"""Sheets as they come from a bench computer, CSV in any dialect or XLSX, to rows of cells that know their place.

Nothing is opened here: bytes come in, and what can't be read is refused by a `StudyError` with its line or cell.
"""

from cytotools.sheets.read import read_sheet
from cytotools.sheets.sheet import Row, Sheet
from cytotools.sheets.tables import Given, Table, tabulate

__all__ = ["Given", "Row", "Sheet", "Table", "read_sheet", "tabulate"]
