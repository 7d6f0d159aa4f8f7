"""Tables of CompuSyn: every way in which people type them is read the same, and what is no such table is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cytotools.compusyn_reading import read_compusyn, read_compusyn_experiments
from cytotools.compusyn_tables import CompusynTable
from cytotools.compusyn_writing import compusyn_of, write_compusyn
from cytotools.doses.combined_experiment import CombinedExperiment, CurveWells
from cytotools.errors import StudyError

CHOU = Path(__file__).parents[2] / "sample_data" / "compusyn" / "chou1994.txt"
TYPED = """\
Drug: A [uM]
Dose\tEffect
1\t0.2
2\t0.45
4\t0.7
Drug: B [nM]
10\t0.1
20\t0.35
40\t0.6
Combo: A+B [1:10]
Dose A\tDose B\tEffect
0.5\t5\t0.25
1\t10\t0.5
2\t20\t0.8
"""
TOGETHER = TYPED.index("Dose A")


def same(one: CompusynTable, other: CompusynTable) -> bool:
    """Tell whether two tables hold the same."""
    return write_compusyn(one) == write_compusyn(other)


def test_a_typed_table_is_read() -> None:
    table = read_compusyn(TYPED)
    assert [(agent.name, agent.unit) for agent in table.agents] == [("A", "uM"), ("B", "nM")]
    [together] = table.combinations
    assert (together.names, together.ratio, together.label) == (("A", "B"), (1.0, 10.0), "A+B [1:10]")
    assert together.doses.tolist() == [[0.5, 5.0], [1.0, 10.0], [2.0, 20.0]]
    assert together.total_doses.tolist() == [5.5, 11.0, 22.0]
    assert together.effects.tolist() == [0.25, 0.5, 0.8]


@pytest.mark.parametrize(
    "text",
    [
        TYPED.replace("\t", "  "),
        TYPED.replace(".", ",").replace("\t", "; "),
        TYPED.replace("\t", ","),
        TYPED.replace("\n", "\r\n\r\n"),
        TYPED.replace("Dose A\tDose B", "Dose")
        .replace("\t5\t", "+\t")
        .replace("\t10\t", "+\t")
        .replace("\t20\t", " +\t"),
        TYPED[:TOGETHER] + "Total Dose\tFa\n5.5\t0.25\n11\t0.5\n22\t0.8\n",
        TYPED.replace(" [1:10]", ""),
        TYPED.replace("Drug: A", "Drug: A (a)").replace("A+B", "a + B"),
    ],
    ids=["spaces", "comma", "csv", "lines", "plus", "total", "no ratio", "short name"],
)
def test_other_ways_to_type_it_are_the_same(text: str) -> None:
    assert same(read_compusyn(text), read_compusyn(TYPED))


REPORT = """\
CompuSyn Report
Date: 5/12/2026
File Name: run 2
Experiment Name: ECA109
Drug: Cisplatin (CDDP) [uM]
Drug: Birinapant (Bir) [nM]
Drug Combo: mix (mix) (CDDP+Bir [1:10])
Data for Drug: CDDP [uM]
Dose Effect
1 0.2
4 0.7
2 data points entered.
X-int: 0.3802
Y-int: -0.6021
m: 1.58 +/- 0.1
Dm: 2.4
r: 0.99
Data for Drug: Bir [nM]
10 0.1
40 0.6
Data for Drug Combo: mix (CDDP+Bir [1:10])
0.5+ 0.25
2+ 0.8
Dose-Effect Curve
CI Data for Drug Combo: mix (CDDP+Bir [1:10])
Fa CI Value Total Dose
0.05 0.61 1.2
DRI Data for Drug Combo: mix (CDDP+Bir [1:10])
0.05 2.0 3.0 4.0 5.0
"""


def page(report: str) -> str:
    """Return a report as a page: a table for the numbers, a heading for the rest."""
    rows = [line.split() if line[0].isdigit() and "data" not in line else [] for line in report.splitlines()]
    lines = [
        f"<tr><td>{'<td>'.join(cells)}&nbsp;" if cells else f"<h2>{line}</h2>"
        for cells, line in zip(rows, report.splitlines(), strict=True)
    ]
    return "<html><body>" + "\n".join(lines) + "</body></html>"


@pytest.mark.parametrize("text", [REPORT, page(REPORT)], ids=["text", "page"])
def test_a_report_is_read_without_its_results(text: str) -> None:
    table = read_compusyn(text)
    assert (table.experiment, [agent.name for agent in table.agents]) == ("ECA109", ["Cisplatin", "Birinapant"])
    assert table.agent("Birinapant").doses.tolist() == [10.0, 40.0]
    assert table.combinations[0].names == ("Cisplatin", "Birinapant")
    assert table.combinations[0].doses.tolist() == [[0.5, 5.0], [2.0, 20.0]]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2\t0.45", "2\t45", "table:3: the effect of A: expected a fraction, 0 to 1, got percent, up to 45"),
        ("Dose\tEffect", "Dose\tEffect %", "percent, up to 0.7. Divide the effects by 100"),
        ("1\t0.2\n2\t0.45\n4\t0.7", "1\t0.8\n2\t0.55\n4\t0.3", "what survives: 0.8 at the lowest dose and 0.3"),
        ("Dose\tEffect", "Dose\tViability", "the fraction affected, which rises with the dose"),
        ("Dose\tEffect", "Effect\tDose", "behind the dose"),
        ("1\t10\t0.5", "1\t50\t0.5", r"table:13: the combination: expected .*ratio of 1:10, got 1:50"),
        ("Drug: B [nM]\n10\t0.1\n20\t0.35\n40\t0.6\n", "", "table:6: the combination A.B: .* got none of B"),
        ("Dose A\tDose B\tEffect\n0.5\t5\t", "Dose\tEffect\n5.5\t", "numbers, as in the lines above"),
        ("2\t0.45", "2\t0.4x5", "table:4: the line: expected a dose and an effect"),
        ("2\t0.45", "2", "table:4: the line"),
        ("2\t0.45", "0\t0.45", "table:4: the dose of A: expected a number above 0, got 0. Leave the control out"),
        ("2\t0.45", "2\t0.45\t9", "table:4: A: expected 2 numbers"),
        ("Drug: B", "Drug: A", "one table of each drug, got A again"),
        ("[1:10]", "[1:10:3]", "table:10: the ratio: expected 2 numbers above 0"),
        ("[1:10]", "[1:ten]", "table:10: the ratio: expected a number, got 'ten'"),
        ("A+B", "mix", "its drugs, joined by"),
        ("Drug: A [uM]\nDose\tEffect\n", "", "table:1: the line: expected the name of a drug above its numbers"),
        ("2\t0.45", "2\t0,45\n3\t1.250", "read in one way"),
        ("Drug: B", "Experiment: 2\nDrug: B", "got none of A"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, words: str) -> None:
    assert old in TYPED
    with pytest.raises(StudyError, match=words):
        read_compusyn(TYPED.replace(old, new))


def test_one_dose_that_may_be_either_is_refused() -> None:
    with pytest.raises(StudyError, match="may be the sum of the doses or that of the first drug"):
        read_compusyn(TYPED[:TOGETHER] + "Dose\tEffect\n5.5\t0.25\n11\t0.5\n")
    with pytest.raises(StudyError, match="got one dose and no ratio"):
        read_compusyn(TYPED[:TOGETHER].replace(" [1:10]", "") + "Total Dose\tEffect\n5.5\t0.25\n11\t0.5\n")


@pytest.mark.parametrize("text", ["", "hello\n", "Drug: A\n"])
def test_a_file_without_numbers_is_refused(text: str) -> None:
    with pytest.raises(StudyError, match="doses and effects under the name of a drug, got none"):
        read_compusyn_experiments(text)


def test_what_is_written_is_read_back_the_same() -> None:
    table = read_compusyn(CHOU.read_text())
    written = write_compusyn(table)
    assert write_compusyn(read_compusyn(written)) == written
    assert [together.label for together in table.combinations][-1] == "paclitaxel+cisplatin+topotecan [1:100:10]"


def test_results_are_written_as_compusyn_prints_them_and_what_has_none_says_why() -> None:
    written = write_compusyn(read_compusyn(CHOU.read_text()))
    assert "m:\t1.24783\nDm:\t0.00216777\nr:\t0.990135" in written
    assert (
        "CI Data for Drug Combo: paclitaxel+cisplatin [1:100]\nFa\tCI Value\tTotal Dose\n0.5\t0.887486\t0.115861"
        in written
    )
    assert "0.5\t1.88972\t2.7909" in written
    odd = write_compusyn(read_compusyn(TYPED.replace("4\t0.7", "4\t1.05")))
    assert odd.count("# no median effect: ") == 1
    assert "CI Data" not in odd
    assert read_compusyn(odd).agent("A").effects.tolist() == [0.2, 0.45, 1.05]


def test_experiments_of_a_study_go_out_and_come_back(rng: np.random.Generator) -> None:
    def wells(scale: float) -> CurveWells:
        dose = np.repeat(scale * 2.0 ** np.arange(5), 3)
        return CurveWells(dose, rng.normal(0.5 + 0.1 * np.log(dose / scale), 0.02), np.ones(15))

    experiments = [
        CombinedExperiment(name, (wells(0.3), wells(7.0)), wells(0.1), (1.0, 20.0)) for name in ("1", "2", "3")
    ]
    text = compusyn_of(experiments, ["cisplatin", "birinapant"], ["ug/mL", "nM"], "1:20")
    back = read_compusyn_experiments(text)
    assert [table.experiment for table in back] == ["1", "2", "3"]
    assert back[0].agent("birinapant").unit == "nM"
    assert back[0].combinations[0].doses[1].tolist() == [0.2, 4.0]
    means = experiments[2].combined.affected.reshape(5, 3).mean(axis=1)
    np.testing.assert_allclose(back[2].combinations[0].effects, means, rtol=1e-11)
    with pytest.raises(StudyError, match="expected one experiment, got 3: 1, 2, 3"):
        read_compusyn(text)
