from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cytotools.blot_answers import rises_compared
from cytotools.combination_answers import combination_answers
from cytotools.flow_answers import flow_answers
from cytotools.plate_answers import ic50_comparisons
from cytotools.report_combinations import combination_details, combination_tables
from cytotools.report_flow import flow_tables
from cytotools.tables import complete
from cytotools.verdicts.agent_classes import agent_class

NAN, INF = math.nan, math.inf
CONDITION = {"cell_line": "ECA109", "compound": "cisplatin", "dose": NAN, "dose_unit": "uM", "compound_2": "birinapant"}
CONDITION |= {"dose_2": NAN, "dose_unit_2": "uM", "hours": 72.0, "replicate": ""}
REFUSED = (NAN, NAN, NAN)


def row(method: str, numbers: tuple[float, float, float], verdict: str = "not resolved", **more: Any) -> dict[str, Any]:
    value, low, high = numbers
    head = {"assay": "viability", "level": "all", "method": method, "exclusive": True if method == "ci" else ""}
    told = {"agent": "", "ratio": "", "affected": NAN, "value": value, "low": low, "high": high, "p_value": NAN}
    return CONDITION | head | told | {"verdict": verdict, "outside": 0, "n": 3, "caution": ""} | more


def contrast(words: str, numbers: tuple[float, float, float], p: float, quantity: str, **more: Any) -> dict[str, Any]:
    estimate, low, high = numbers
    told = {"contrast": words, "scale": "ratio", "estimate": estimate, "low": low, "high": high}
    tested = {"p_value": p, "p_adjusted": p, "n": 3, "caution": ""}
    return CONDITION | {"dose_2": 25.0} | {"quantity": f"{quantity} by schedule"} | told | tested | more


def tables_of(*rows: dict[str, Any], contrasts: Any = (), wells: Any = ()) -> dict[str, pd.DataFrame]:
    given_rows = {"combination": rows, "comparisons": contrasts, "wells": wells}
    return complete({name: pd.DataFrame(list(found)) for name, found in given_rows.items() if found})


def answer(*rows: dict[str, Any], contrasts: Any = (), wells: Any = ()) -> str:
    tables = tables_of(*rows, contrasts=contrasts, wells=wells)
    shown = [*combination_tables(tables), *combination_details(tables)]
    assert all(len(cells) == len(table.header) for table in shown for cells in table.rows)
    return "\n".join(combination_answers(tables, agent_class))


def index(numbers: tuple[float, float, float], verdict: str = "not resolved", **more: Any) -> dict[str, Any]:
    return row("ci", numbers, verdict, **({"ratio": "1:100"} | more))


def test_empty_tables_say_nothing() -> None:
    assert answer() == ""
    assert not any(table.rows for table in combination_tables(complete({})) + combination_details(complete({})))


def test_an_index_is_told_with_the_levels_that_differ() -> None:
    told = answer(
        index((0.52, 0.4, 0.67), "synergy"),
        index((0.81, 0.6, 1.1), affected=0.5),
        index((0.5, 0.4, 0.6), "synergy", affected=0.9),
        index((0.4, 0.1, 1.6), affected=0.95, caution="untested_effect: fa 0.95"),
        row("ci_log_linear", (1.4, 1.1, 1.8), "antagonism", exclusive=True, ratio="1:100"),
    )
    assert told == (
        "ECA109: cisplatin + birinapant (1:100, viability) after 72 h are synergistic: combination index 0.52 (95 % "
        "interval 0.4 to 0.67) over 50 and 90 % affected, n = 3. Not so at 50 % affected: not resolved, "
        "0.81 (0.6 to 1.1). 95 % affected lies beyond the tested effects, where no verdict is given. "
        "Read otherwise, the same wells say: by the log-linear fit (CompuSyn), antagonism, 1.4 (1.1 to 1.8)."
    )


def test_one_experiment_describes_itself_alone() -> None:
    for rows in ([index((0.5, 0.4, 0.6), n=1)], [row("bliss", (0.2, 0.1, 0.3), n=1)]):
        told = answer(*rows)
        assert "is not resolved: one" in told
        assert "alone. Three independent experiments" in told
    assert "describes" in answer(row("bliss", (0.2, NAN, NAN), n=1))


def test_an_index_that_can_not_be_told_says_why() -> None:
    assert "have no combination index: an agent of the combination was not tested alone" in answer(
        index(REFUSED, n=0, caution="single_agent_missing: birinapant")
    )
    assert answer(index(REFUSED, n=0)).endswith("the cautions say why.")
    assert "interaction index 0.5" in answer(row("interaction_index", (0.5, 0.4, 0.7), "synergy"))


def test_three_agents_in_unlike_units() -> None:
    told = answer(index((1.0, 0.9, 1.1), "additive", dose_unit_2="nM", compound_3="TNF", ratio="1:100:2"))
    assert "cisplatin + birinapant + TNF (1 µM : 100 nM : 2, viability) after 72 h are additive" in told


def test_a_matrix_counts_its_cells_and_compares_scores() -> None:
    cells = [(0.21, 0.1, 0.3, "synergy"), (-0.2, -0.3, -0.1, "antagonism"), (0.0, -0.1, 0.1, "not resolved")]
    told = answer(
        row("bliss", (0.08, 0.02, 0.14), "synergy"),
        *(row("bliss", (v, lo, hi), verdict, dose=k + 1.0, dose_2=2.0) for k, (v, lo, hi, verdict) in enumerate(cells)),
        row("hsa", (0.2, 0.1, 0.3), "synergy"),
        row("zip", (0.0, -0.05, 0.05), "additive"),
        row("loewe", REFUSED),
    )
    assert "mean excess over Bliss independence +0.08 (95 % interval +0.02 to +0.14), n = 3; 1 of 3 dose pairs" in told
    assert "exceeds it, at cisplatin 1 µM + birinapant 2 µM by +0.21 (+0.10 to +0.30); 1 of 3 falls short" in told
    assert told.endswith(
        "The scores disagree: ZIP additive, 0 (-0.05 to +0.05). HSA says the same as Bliss. Loewe is not defined here."
    )


WELL = {"cell_line": "ECA109", "assay": "mtt", "role": "treated", "compound": "Smac-N7", "dose": 25.0}
WELL |= {"dose_unit": "uM", "compound_2": "", "dose_2": NAN, "dose_unit_2": "", "hours": 72.0}


@pytest.mark.parametrize(
    ("numbers", "verdict", "words"),
    [
        ((2.4, 1.8, 3.2), "synergy", "is potentiated 2.4-fold (95 % interval 1.8 to 3.2) by Smac-N7 25 µM, n = 3; "),
        ((NAN, 3.0, INF), "synergy", "is potentiated at least 3-fold by"),
        ((0.5, 0.4, 0.8), "antagonism", "is weakened 2-fold (95 % interval 1.25 to 2.5) by"),
        ((1.0, 0.9, 1.1), "additive", "is not potentiated by Smac-N7 25 µM: its IC50 alone is 1 (0.9 to 1.1) times"),
        ((1.3, 0.9, 1.9), "not resolved", "is potentiated by Smac-N7 25 µM is not resolved: its IC50 alone is 1.3"),
        (
            REFUSED,
            "not resolved",
            "by how much Smac-N7 25 µM shifts the IC50 of cisplatin (MTT) after 72 h is not known",
        ),
    ],
)
def test_a_potentiation_names_what_the_partner_does_alone(
    numbers: tuple[float, float, float], verdict: str, words: str
) -> None:
    partner = {"agent": "cisplatin", "compound_2": "Smac-N7", "dose_2": 25.0, "assay": "mtt"}
    wells = [WELL | {"replicate": r, "response": v} for r, v in (("1", 0.9), ("1", 1.0), ("2", 0.99))]
    told = answer(row("potentiation", numbers, verdict, **partner), wells=wells)
    assert words in told
    assert told.endswith("Smac-N7 25 µM alone leaves 97 % viable.")


PRE_CO, PRE_POST, CO_POST = "pre 24 h against co", "pre 24 h against post 24 h", "co against post 24 h"


def test_the_best_order_beats_every_other() -> None:
    contrasts = [
        contrast(PRE_CO, (0.5, 0.4, 0.7), 0.01, "relative IC50"),
        contrast(PRE_POST, (0.4, 0.3, 0.5), 0.004, "relative IC50"),
        contrast(CO_POST, (0.8, 0.6, 1.1), 0.2, "relative IC50"),
    ]
    assert answer(contrasts=contrasts) == (
        "ECA109: cisplatin + birinapant 25 µM after 72 h: giving birinapant 24 h before cisplatin lowers the relative "
        "IC50 of cisplatin most: 2-fold (1.43 to 2.5, p = 0.01) against both together and 2.5-fold (2 to 3.33, "
        "p = 0.004) against birinapant 24 h after cisplatin (95 % intervals, p after Holm), n = 3."
    )
    contrasts[0]["p_adjusted"] = 0.2
    assert answer(contrasts=contrasts).endswith(
        "which order is best by the relative IC50 of cisplatin is not resolved (pre: birinapant before "
        "cisplatin; post: birinapant after cisplatin), n = 3: pre 24 h over co 0.5-fold (0.4 to 0.7, p = 0.2); "
        "pre 24 h over post 24 h 0.4-fold (0.3 to 0.5, p = 0.004); "
        "co over post 24 h 0.8-fold (0.6 to 1.1, p = 0.2) (95 % intervals, p after "
        "Holm). pre 24 h looks best, but is not told from co. Resolved is only: pre 24 h is better than post 24 h."
    )


def test_a_larger_excess_and_a_lower_index_are_better() -> None:
    larger = contrast(PRE_CO, (-0.1, -0.2, -0.05), 0.01, "bliss excess", scale="difference")
    assert "giving both together has the larger Bliss excess: +0.10 (+0.05 to +0.20" in answer(contrasts=[larger])
    lower = contrast(PRE_CO, (0.5, 0.4, 0.8), 0.01, "combination index")
    assert "before cisplatin has the lower combination index: 2-fold" in answer(contrasts=[lower])


def test_an_untested_order_is_not_resolved() -> None:
    told = answer(contrasts=[contrast(PRE_CO, (NAN, 2.0, INF), NAN, "relative IC50")])
    assert "pre 24 h over co > 2-fold (not tested) (95 % intervals). A test takes several" in told
    assert "not known" in answer(contrasts=[contrast(PRE_CO, REFUSED, NAN, "combination index")])


QUANTITIES = ("relative IC50", "absolute IC50", "combination index", "bliss excess")


def test_other_assays_leave_these_quantities_alone() -> None:
    rows = [contrast(PRE_CO, (0.5, 0.4, 0.7), 0.01, quantity) for quantity in QUANTITIES]
    rows += [contrast("alone", (2.0, 1.5, 2.5), 0.01, "") | {"quantity": "potentiation"}]
    tables = tables_of(contrasts=rows)
    assert not len(ic50_comparisons(tables["comparisons"]))
    assert not len(rises_compared(tables["comparisons"]))
    assert not any(table.rows for table in flow_tables(tables))
    assert not list(flow_answers(tables))


def test_a_total_protein_that_rises_is_no_total_apoptosis() -> None:
    quantity = "total AKT rise from 6 h to 24 h, over actin"
    rises = contrast("A against B", (2.0, 1.5, 2.5), 0.01, "") | {"quantity": quantity}
    assert not any(table.rows for table in flow_tables(tables_of(contrasts=[rises])))


numbers = st.sampled_from([NAN, INF, -INF, 0.0, -0.3, 0.5, 1.0, 1e-9, 1e9])
names = st.sampled_from(["", "a against b", "<script>", "a + b", "; : %", "x" * 300, "{0}", "$\\n", "1:2"])


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["ci", "ci_log_linear", "dose_reduction", "interaction_index", "bliss", "loewe", "potentiation"]),
    st.tuples(numbers, numbers, numbers),
    st.sampled_from(["synergy", "antagonism", "additive", "not resolved"]),
    names,
    names,
    st.sampled_from([0, 1, 2, 7]),
    st.sampled_from(["", "pre", "co", "post"]),
)
def test_no_row_is_too_odd_to_be_told(
    method: str, found: tuple[float, float, float], verdict: str, name: str, ratio: str, n: int, schedule: str
) -> None:
    more = {"compound": name, "agent": name, "ratio": ratio, "n": n, "schedule": schedule, "lead_hours": NAN}
    turned = contrast("pre 6.5 h against co", found, found[0], "relative IC50", compound=name)
    told = answer(
        row(method, found, verdict, **more), row(method, found, verdict, affected=0.5, **more), contrasts=[turned]
    )
    assert "None" not in told
    assert "nan" not in told.replace(name, "")
