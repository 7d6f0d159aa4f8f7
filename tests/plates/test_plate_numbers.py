"""One plate is one plate, whatever replicate its wells are of."""

import pandas as pd

from cytotools.plates import concentrations, responses

HOURS = 24.0


def test_standards_and_blanks_without_a_replicate_serve_every_replicate_of_their_plate() -> None:
    levels = [0.0, 125.0, 250.0, 500.0, 1000.0]
    rows = [
        {
            "role": "standard",
            "dose": c,
            "dose_unit": "ug/mL",
            "signal": 0.1 + 0.0006 * c + e,
            "replicate": "",
            "batch": "",
        }
        for c in levels
        for e in (-0.005, 0.005)
    ]
    rows += [{"role": "treated", "cell_line": "A", "replicate": r, "batch": r, "signal": 0.4} for r in ("1", "1", "2")]
    wells = pd.DataFrame(rows).assign(
        assay="bca", well=[f"A{k}" for k in range(1, len(rows) + 1)], plate="p", hours=HOURS
    )
    table = concentrations(wells)
    assert table["concentration"].round(-1).tolist() == [500.0, 500.0]
    assert not table["caution"].str.contains("no_standard_curve").any()


def test_controls_without_a_replicate_serve_every_replicate_of_their_plate() -> None:
    kinds = [
        ("blank", "", "", 10.0),
        ("untreated", "A", "", 110.0),
        ("treated", "A", "1", 60.0),
        ("treated", "A", "2", 35.0),
    ]
    rows = [
        {"role": role, "cell_line": line, "replicate": r, "batch": r, "signal": signal + e}
        for role, line, r, signal in kinds
        for e in (-1.0, 0.0, 1.0)
    ]
    wells = pd.DataFrame(rows).assign(
        assay="viability", well=[f"B{k}" for k in range(1, len(rows) + 1)], plate="p", hours=HOURS
    )
    table = responses(wells).groupby("replicate")["response"].mean().round(2)
    assert table.tolist() == [1.0, 0.5, 0.25]
    assert not responses(wells)["caution"].str.contains("elsewhere").any()
