"""Prism XML files: the structures that Prism writes, what comes back of what we write, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cytotools.errors import StudyError
from cytotools.prism_doses import Points, dose_table, dose_tables
from cytotools.prism_tables import PrismTable, column, read_prism, write_prism

HEAD = '<?xml version="1.0" encoding="UTF-8"?><GraphPadPrismFile{} PrismXMLVersion="5.00">\n<Created></Created>\n'
BINARY = '<Template dt:dt="bin.base64" xmlns:dt="urn:schemas-microsoft-com:datatypes">eNrsXWtw</Template>'
XY = """<Table ID="Table0" XFormat="numbers" YFormat="replicates" Replicates="2" TableType="XY">
<Title>Dose response</Title>
<FloatingNote ID="Sticky0"><B><Font Size="9">A note<BR></BR></Font></B></FloatingNote>
<RowTitlesColumn Width="89"><Subcolumn><d>A</d><d><TextAlign align="Left">B</TextAlign></d></Subcolumn>
</RowTitlesColumn>
<XColumn Width="81" Subcolumns="1"><Title>uM</Title><Subcolumn><d>0.</d><d>5.</d><d>10</d></Subcolumn></XColumn>
<XAdvancedColumn Subcolumns="1"><Title>uM</Title><Subcolumn><d>0.</d><d>5.</d></Subcolumn></XAdvancedColumn>
<YColumn Width="162" Subcolumns="2"><Title><TextAlign align="Center">Smac-N7</TextAlign></Title>
<Subcolumn><d>100,5</d><d Excluded="1">90.</d><d/></Subcolumn><Subcolumn><d>-1e-3</d><d>60*</d></Subcolumn></YColumn>
</Table>"""
COLUMNS = """<Table ID="Table1" XFormat="none" TableType="OneWay"><Title>ATP</Title>
<RowTitlesColumn Width="1"><Subcolumn></Subcolumn></RowTitlesColumn>
<YColumn Subcolumns="1"><Title>control</Title><Subcolumn><d>3,5</d></Subcolumn></YColumn>
<YColumn Subcolumns="1"><Title>drug</Title><Subcolumn><d>1</d><d>2</d></Subcolumn></YColumn></Table>"""
HUGE = '<HugeTable TableType="TwoWay" YFormat="SDN"><Title>H</Title><YColumn><Title>Y</Title></YColumn></HugeTable>'


def prism(*tables: str, namespace: str = "") -> bytes:
    return (HEAD.format(namespace) + "\n".join(tables) + BINARY + "</GraphPadPrismFile>").encode()


@pytest.mark.parametrize("namespace", ["", ' xmlns="http://graphpad.com/prism/Prism.htm"'])
def test_an_xy_table_has_replicates_struck_values_and_empty_cells(namespace: str) -> None:
    (table,) = read_prism(prism(XY, namespace=namespace), "a.pzfx")
    assert (table.title, table.kind, table.y_format) == ("Dose response", "XY", "replicates")
    assert table.row_titles == ("A", "B", "")
    assert table.x is not None
    assert table.x.values.ravel().tolist() == [0.0, 5.0, 10.0]
    (one,) = table.columns
    assert one.title == "Smac-N7"
    assert one.values[:, 0].tolist()[:2] == [100.5, 90.0]
    assert one.values[:, 1].tolist()[:2] == [-0.001, 60.0]
    assert np.isnan(one.values[2]).all()
    assert one.excluded.tolist() == [[False, False], [True, True], [False, False]]
    assert np.isnan(one.included[1]).all()


def test_column_tables_are_padded_and_wide_ones_known() -> None:
    columns, huge = read_prism(prism(COLUMNS, HUGE), "a.pzfx")
    assert (columns.kind, columns.x, columns.row_titles) == ("OneWay", None, ())
    assert columns.columns[0].values[0, 0] == 3.5
    assert np.isnan(columns.columns[0].values[1, 0])
    assert columns.columns[1].values.ravel().tolist() == [1.0, 2.0]
    assert (huge.kind, huge.y_format) == ("TwoWay", "SDN")


def test_bytes_behind_the_end_and_a_file_without_tables_are_no_fault() -> None:
    assert read_prism(prism() + b"\x00\x01\xff", "a.pzfx") == ()


@given(
    st.lists(st.lists(st.floats(allow_nan=True, allow_infinity=False), min_size=2, max_size=2), min_size=1, max_size=5),
    st.text(max_size=20),
)
def test_what_is_written_comes_back_to_the_last_digit(cells: list[list[float]], words: str) -> None:
    rows = len(cells)
    struck = np.arange(2 * rows).reshape(rows, 2) % 3 == 0
    table = PrismTable(words, "XY", "replicates", (column(words, cells, struck),), column("x", range(rows)))
    (found,) = read_prism(write_prism([table]), "a.pzfx")
    assert np.array_equal(found.columns[0].values, np.array(cells), equal_nan=True)
    assert found.x is not None
    assert found.x.values.ravel().tolist() == list(range(rows))
    known = ~np.isnan(np.array(cells))
    assert np.array_equal(found.columns[0].excluded & known, struck & known)
    assert found.title.split() == "".join(c if c.isprintable() else " " for c in words).split()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04rest", "got a .prism file"),
        (b"\x00\x01\x02binary", "a packed file"),
        (b"", "another kind of file"),
        (b"<a/>", "XML of another kind, <a>"),
        (prism(XY)[:400], "does not parse"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><GraphPadPrismFile/>', "a file that defines them"),
        (
            prism(XY.replace("-1e-3", "n.d.")),
            "Dose response, column Smac-N7, row 1: the cell: expected a number, got 'n",
        ),
        (prism(XY.replace("-1e-3", "inf")), "got 'inf'"),
    ],
)
def test_other_files_are_refused_with_the_way_out(data: bytes, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        read_prism(data, "a.pzfx")


def test_tables_that_prism_could_not_show_are_refused() -> None:
    uneven = PrismTable("t", "XY", "replicates", (column("a", [1.0, 2.0]), column("b", [1.0])), column("x", [1.0, 2.0]))
    with pytest.raises(StudyError, match="Prism table t"):
        write_prism([uneven])
    with pytest.raises(StudyError, match="one or more"):
        write_prism([])


def test_wells_become_a_table_a_condition_and_a_data_set_an_experiment() -> None:
    doses = [0.0, 0.0, 1.0, 10.0]
    one = pd.DataFrame({"dose": doses, "response": [1.0, 0.98, 0.7, 0.2], "exclude": ["", "", "", "bubble"]})
    both = [one.assign(compound=name, dose_unit="uM", assay="mtt", replicate=1) for name in ("cisplatin", "Smac-N7")]
    wells = pd.concat([*both, both[0].assign(replicate=2), both[0].assign(dose=np.nan)])
    first, second = dose_tables(wells)
    assert (first.title, second.title) == ("mtt: cisplatin", "mtt: Smac-N7")
    assert [one.title for one in first.columns] == ["replicate 1", "replicate 2"]
    assert first.x is not None
    assert first.x.values.ravel().tolist() == [0.0, 1.0, 10.0]
    assert np.array_equal(first.columns[0].values, [[1.0, 0.98], [0.7, np.nan], [0.2, np.nan]], equal_nan=True)
    assert first.columns[0].excluded.tolist() == [[False, False], [False, False], [True, False]]
    assert read_prism(write_prism([first, second]), "out.pzfx")[1].title == "mtt: Smac-N7"


def test_curves_share_the_doses_of_all() -> None:
    table = dose_table("t", "uM", {"a": Points([1.0], [0.5]), "b": Points([2.0, 2.0], [0.4, 0.3])})
    assert np.array_equal(table.columns[0].values, [[0.5, np.nan], [np.nan, np.nan]], equal_nan=True)
    assert np.array_equal(table.columns[1].values, [[np.nan, np.nan], [0.4, 0.3]], equal_nan=True)
