"""Data tables of GraphPad Prism, as its XML files (.pzfx) hold them: read and written as bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cytotools.errors import refusal
from gating import GatingError
from gating.exchange.xml_files import MAX_BYTES, parse_xml

FloatArray = NDArray[np.float64]
END = b"</GraphPadPrismFile>"
SAVE_AS = "In Prism choose File, Save As, and the type Prism XML (.pzfx)."
PER_REPLICATE, WIDTH = 81, 89  # columns on Prism's screen
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<GraphPadPrismFile PrismXMLVersion="5.00">\n'
    # Prism opens what names Prism as its maker.
    '<Created>\n<OriginalVersion CreatedByProgram="GraphPad Prism" CreatedByVersion="6.0f.254" Login="" '
    'DateTime="2000-01-01T00:00:00+00:00"></OriginalVersion>\n</Created>\n'
)


@dataclass(frozen=True, eq=False)
class PrismColumn:
    """One data set: a title over side-by-side subcolumns, which are replicates or mean, SD and n.

    Attributes
    ----------
    title : str
    values : ndarray, shape (n_rows, n_subcolumns)
        NaN where a cell is empty.
    excluded : ndarray of bool, shape (n_rows, n_subcolumns)
        True where the user struck a value out; the value itself is kept.
    """

    title: str
    values: FloatArray
    excluded: NDArray[np.bool_]

    @property
    def included(self) -> FloatArray:
        """Return the values with those that are struck out as NaN, shape (n_rows, n_subcolumns)."""
        return np.where(self.excluded, np.nan, self.values)


@dataclass(frozen=True, eq=False)
class PrismTable:
    """One data table.

    Attributes
    ----------
    title : str
    kind : str
        Prism's table type: XY, OneWay (column), TwoWay (grouped), Survival, Contingency or PartsOfWhole.
    y_format : str
        What the subcolumns are: replicates, or SDN, SEN, SD and the like for entered summaries.
    columns : tuple of PrismColumn
    x : PrismColumn or None
        Of an XY table, with a second subcolumn where X has errors.
    row_titles : tuple of str
        One a row, or none at all.
    """

    title: str
    kind: str
    y_format: str
    columns: tuple[PrismColumn, ...]
    x: PrismColumn | None = None
    row_titles: tuple[str, ...] = ()


def column(title: str, values: ArrayLike, excluded: ArrayLike = False) -> PrismColumn:
    """Return a column of values (n_rows,) or (n_rows, n_subcolumns).

    Examples
    --------
    >>> column("control", [1.0, 2.0]).values.shape
    (2, 1)
    """
    cells = np.array(values, dtype=np.float64)
    cells = cells[:, None] if cells.ndim == 1 else cells
    struck = np.array(excluded, dtype=bool)
    return PrismColumn(title, cells, np.broadcast_to(struck[:, None] if struck.ndim == 1 else struck, cells.shape))


def read_prism(data: bytes, name: str) -> tuple[PrismTable, ...]:
    """Return the data tables of a Prism XML file.

    Numbers may have a decimal comma; values that are struck out are kept and marked. Graphs, layouts and analyses,
    which Prism keeps as packed binary, are not read.

    Parameters
    ----------
    data : bytes
        The file's content.
    name : str
        The file's name, for messages.

    Raises
    ------
    StudyError
        Another kind of file (.pzf and .prism are packed binary), XML with entities, or a cell that is no number.

    Examples
    --------
    >>> cells = column("ECA109", [[1.0, 0.9], [0.5, 0.4]])
    >>> table = PrismTable("MTT", "XY", "replicates", (cells,), x=column("uM", [0, 5]))
    >>> found = read_prism(write_prism([table]), "mtt.pzfx")[0]
    >>> found.title, found.columns[0].title, found.columns[0].values.tolist()
    ('MTT', 'ECA109', [[1.0, 0.9], [0.5, 0.4]])
    """
    if data[:2] == b"PK" or (data.strip() and b"<" not in data[:200]):
        kind = "a .prism file" if data[:2] == b"PK" else "a packed file (.pzf)"
        raise refusal(name, "the file", "a Prism XML file (.pzfx)", kind, SAVE_AS)
    if len(data) > MAX_BYTES:
        got = f"{len(data) // 1024**2} MB"
        raise refusal(name, "the file", f"at most {MAX_BYTES // 1024**2} MB", got, "Delete its graphs in a copy.")
    head, end, _ = data.rpartition(END)  # what some versions append is no XML
    try:
        root = parse_xml(head + end if end else data, name)
    except GatingError as error:
        raise refusal(name, "the file", "a Prism XML file (.pzfx)", error.got, SAVE_AS) from error
    if _tag(root) != "GraphPadPrismFile":
        raise refusal(name, "the file", "a Prism XML file (.pzfx)", f"XML of another kind, <{_tag(root)}>", SAVE_AS)
    return tuple(_table(element, name) for element in root if _is_table(element))


def write_prism(tables: Sequence[PrismTable]) -> bytes:
    """Return a Prism XML file (.pzfx) of data tables, which Prism 5 and later open.

    Numbers are written in full. Values that are struck out stay so.

    Raises
    ------
    StudyError
        No table, or columns of a table that differ in their rows or, among the data sets, in their subcolumns.

    Examples
    --------
    >>> write_prism([PrismTable("ATP", "OneWay", "replicates", (column("control", [1.5]),))]).decode()[:38]
    '<?xml version="1.0" encoding="UTF-8"?>'
    """
    if not tables:
        raise refusal("Prism file", "the tables", "one or more", "none", "Give at least one table.")
    refs = "".join(f'<Ref ID="Table{k}"{_selected(k)}></Ref>\n' for k in range(len(tables)))
    bodies = "\n".join(_table_xml(table, k) for k, table in enumerate(tables))
    text = f'{HEAD}<TableSequence Selected="1">\n{refs}</TableSequence>\n{bodies}\n</GraphPadPrismFile>\n'
    return text.encode("utf-8")


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _is_table(element: Element) -> bool:
    """Tell a table from the rest: Table, and HugeTable or Table1024 where it is wide."""
    tag = _tag(element)
    return tag == "HugeTable" or (tag.startswith("Table") and (tag == "Table" or tag[5:].isdigit()))


def _table(element: Element, name: str) -> PrismTable:
    title = _title(element)
    place = f"{name}:{title}"
    x = [_column(child, place) for child in element if _tag(child) == "XColumn"]
    titles = [_texts(child) for child in element if _tag(child) == "RowTitlesColumn"]
    columns = [_column(child, place) for child in element if _tag(child) in ("YColumn", "OneWayColumn")]
    rows = max((len(one.values) for one in (*x, *columns)), default=0)
    words = [cell for subcolumn in (titles[0] if titles else []) for cell, _ in subcolumn]
    return PrismTable(
        title=title,
        kind=element.get("TableType", ""),
        y_format=element.get("YFormat", "replicates"),
        columns=tuple(_padded(one, rows) for one in columns),
        x=_padded(x[0], rows) if x and x[0].values.size else None,
        row_titles=(*words, *[""] * (rows - len(words)))[:rows] if any(words) else (),
    )


def _column(element: Element, place: str) -> PrismColumn:
    title, cells = _title(element), _texts(element)
    rows = max((len(subcolumn) for subcolumn in cells), default=0)
    values, excluded = np.full((rows, len(cells)), np.nan), np.zeros((rows, len(cells)), dtype=bool)
    for k, subcolumn in enumerate(cells):
        for row, (words, struck) in enumerate(subcolumn):
            values[row, k] = _number(words, f"{place}, column {title or k + 1}, row {row + 1}")
            excluded[row, k] = struck or words.endswith("*")
    return PrismColumn(title, values, excluded)


def _padded(one: PrismColumn, rows: int) -> PrismColumn:
    missing = ((0, rows - len(one.values)), (0, 0))
    return PrismColumn(
        one.title,
        np.pad(one.values, missing, constant_values=np.nan),
        np.pad(one.excluded, missing, constant_values=False),
    )


def _texts(element: Element) -> list[list[tuple[str, bool]]]:
    """Return the cells of each subcolumn with whether they are struck out."""
    subcolumns = (child for child in element if _tag(child) == "Subcolumn")
    return [[(_words(cell), cell.get("Excluded") == "1") for cell in one if _tag(cell) == "d"] for one in subcolumns]


def _title(element: Element) -> str:
    return next((_words(child) for child in element if _tag(child) == "Title"), "")


def _words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _number(words: str, place: str) -> float:
    if not words:
        return np.nan
    try:
        found = float(words.removesuffix("*").replace("\u2212", "-").replace(",", "."))
    except ValueError:
        found = np.nan
    if not np.isfinite(found):
        remedy = "Write the number, or leave the cell empty in Prism and save again."
        raise refusal(place, "the cell", "a number", repr(words[:40]), remedy)
    return found


def _selected(k: int) -> str:
    return ' Selected="1"' if k == 0 else ""


def _table_xml(table: PrismTable, k: int) -> str:
    rows, subcolumns = _shape(table)
    x_format = "none" if table.x is None else ("numbers" if table.x.values.shape[1] == 1 else "error")
    replicates = f' Replicates="{subcolumns}"' if table.y_format == "replicates" else ""
    formats = f'XFormat="{x_format}" YFormat={quoteattr(table.y_format)}{replicates}'
    attributes = f"{formats} TableType={quoteattr(table.kind)}"
    parts = [
        f'<Table ID="Table{k}" {attributes} EVFormat="AsteriskAfterNumber">',
        f"<Title>{_safe(table.title)}</Title>",
    ]
    if table.row_titles:
        cells = "\n".join(f"<d>{_safe(words)}</d>" for words in table.row_titles[:rows])
        parts.append(f'<RowTitlesColumn Width="{WIDTH}">\n<Subcolumn>\n{cells}\n</Subcolumn>\n</RowTitlesColumn>')
    if table.x is not None:
        parts.append(_column_xml("XColumn", table.x))
    return "\n".join([*parts, *(_column_xml("YColumn", one) for one in table.columns), "</Table>"])


def _shape(table: PrismTable) -> tuple[int, int]:
    """Return the rows and the subcolumns of a data set, which all must share."""
    shapes = {one.values.shape for one in table.columns}
    rows = {shape[0] for shape in shapes} | ({len(table.x.values)} if table.x is not None else set())
    if len(shapes) != 1 or len(rows) != 1:
        got = ", ".join(f"{n} x {m}" for n, m in sorted(shapes)) or "no column"
        remedy = "Give each column as many rows and subcolumns, with NaN for empty cells."
        raise refusal(f"Prism table {table.title}", "the columns", "the same shape", got, remedy)
    return next(iter(shapes))


def _column_xml(tag: str, one: PrismColumn) -> str:
    subcolumns = one.values.shape[1]
    head = f'<{tag} Width="{PER_REPLICATE * subcolumns}" Decimals="{_decimals(one.values)}" Subcolumns="{subcolumns}">'
    parts = [head, f"<Title>{_safe(one.title)}</Title>"]
    for values, struck in zip(one.values.T, one.excluded.T, strict=True):
        parts += ["<Subcolumn>", *_cells(values, struck), "</Subcolumn>"]
    return "\n".join([*parts, f"</{tag}>"])


def _cells(values: FloatArray, struck: NDArray[np.bool_]) -> Iterator[str]:
    for value, out in zip(values.tolist(), struck.tolist(), strict=True):
        mark = ' Excluded="1"' if out else ""
        yield f"<d{mark}>{value!r}</d>" if np.isfinite(value) else "<d></d>"


def _decimals(values: FloatArray) -> int:
    """Return how many decimals Prism should show: enough for four digits of the smallest number."""
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    return int(np.clip(3 - np.floor(np.log10(sizes.min())), 0, 9)) if sizes.size else 0


def _safe(words: str) -> str:
    """Return text for XML, without the control characters that XML does not know."""
    return escape("".join(c if c.isprintable() else " " for c in words))
