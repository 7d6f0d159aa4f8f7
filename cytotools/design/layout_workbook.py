"""Plates as people draw them: workbooks with a plate-shaped block for each property, and for the tubes."""

from __future__ import annotations

import colorsys
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cytotools.design.dilutions import Solution
from cytotools.design.layouts import PlateLayout, layout_rows
from cytotools.design.pipetting_sheet import tube_of
from cytotools.plates.well_names import row_letters, well_name

if TYPE_CHECKING:
    from openpyxl.styles import NamedStyle
    from openpyxl.worksheet.worksheet import Worksheet

_GREY = {"blank": "F2F2F2", "untreated": "D9D9D9", "vehicle": "BFBFBF"}
_WHITE = "FFFFFF"


Blocks = Mapping[str, Mapping[str, object]]  # by title, then by well


def layout_workbook(layout: PlateLayout, properties: Sequence[str]) -> bytes:
    """Return a plate's layout as an XLSX file with a block for each property; it is read as layout.csv is.

    Parameters
    ----------
    layout : PlateLayout
    properties : sequence of str
        Columns of layout.csv.
    """
    rows = list(layout_rows(layout))
    blocks = {name: {str(row["well"]): row[name] for row in rows} for name in properties}
    return _workbook([(layout, blocks)])


def tubes_workbook(layouts: Sequence[PlateLayout], made: Sequence[Solution]) -> bytes:
    """Return an XLSX file with a worksheet a plate: the number of the tube that goes into each well."""
    pages = []
    for layout in layouts:
        tubes = {name: tube_of(well.treatment, made) for name, well in layout.wells.items()}
        caps = {name: int(tube.cap) if tube else "" for name, tube in tubes.items()}
        pages.append((layout, {f"Tubes, {layout.name}": caps}))
    return _workbook(pages)


def _workbook(pages: Sequence[tuple[PlateLayout, Blocks]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    colours = _colours([layout for layout, _ in pages])
    for style in _styles([*colours.values(), *_GREY.values(), _WHITE]):
        book.add_named_style(style)
    for layout, blocks in pages:
        sheet, row = _printable(book.create_sheet(layout.name), layout), 1
        for title, values in blocks.items():
            row = _block(sheet, row, title, layout, colours, values)
    contents = io.BytesIO()
    book.save(contents)
    return contents.getvalue()


def _printable(sheet: Worksheet, layout: PlateLayout) -> Worksheet:
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = "portrait" if layout.columns == 12 else "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.column_dimensions["A"].width = 4
    return sheet


def _block(
    sheet: Worksheet,
    row: int,
    title: str,
    layout: PlateLayout,
    colours: dict[tuple[str, ...], str],
    values: Mapping[str, object],
) -> int:
    """Write a block with its title and return the row where the next may begin."""
    sheet.cell(row, 1, title).style = "header"
    for column in range(layout.columns):
        sheet.cell(row + 1, column + 2, column + 1).style = "header"
    for line in range(layout.rows):
        sheet.cell(row + 2 + line, 1, row_letters(line)).style = "header"
        for column in range(layout.columns):
            well = well_name(line, column)
            value = values[well]
            found = sheet.cell(row + 2 + line, column + 2)
            found.value = value if isinstance(value, (int, float)) else str(value) or None
            found.style = _style(_fill(layout, well, colours), isinstance(value, float))
    return row + layout.rows + 4


def _styles(fills: Sequence[str]) -> Iterator[NamedStyle]:
    """Yield the styles of headers and wells; named ones, because a style of its own a cell takes seconds to write."""
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

    centred, thin = Alignment(horizontal="center", shrink_to_fit=True), Side(style="thin", color="999999")
    yield NamedStyle("header", font=Font(bold=True), alignment=centred)
    for fill, is_number in itertools.product(dict.fromkeys(fills), (False, True)):
        yield NamedStyle(
            _style(fill, is_number),
            fill=PatternFill("solid", fill),
            border=Border(thin, thin, thin, thin),
            alignment=centred,
            number_format="0.####" if is_number else "General",
        )


def _style(fill: str, is_number: bool) -> str:
    return f"{fill} number" if is_number else fill


def _fill(layout: PlateLayout, well: str, colours: dict[tuple[str, ...], str]) -> str:
    treatment = layout.wells[well].treatment
    if treatment.role == "treated":
        return colours[treatment.compounds]
    return _GREY.get(treatment.role, _WHITE)


def _colours(layouts: Sequence[PlateLayout]) -> dict[tuple[str, ...], str]:
    """Return a pale colour for each compound or combination."""
    wells = (well.treatment for layout in layouts for well in layout.wells.values())
    names = sorted({treatment.compounds for treatment in wells if treatment.role == "treated"})
    hues = [colorsys.hls_to_rgb(index / len(names), 0.85, 0.6) for index in range(len(names))]
    return {name: "".join(f"{round(255 * part):02X}" for part in hue) for name, hue in zip(names, hues, strict=True)}
