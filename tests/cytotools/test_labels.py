from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cytotools.labels import condition_label, dose_label, file_stem, shown


@given(st.text(max_size=300))
def test_a_file_name_never_leaves_its_folder(text: str) -> None:
    stem = file_stem(text)
    assert 0 < len(stem) <= 60
    assert not set(stem) & set("/\\.:<>\"'|?* ")


@given(st.lists(st.text(max_size=20), max_size=8))
def test_no_two_names_are_the_same(texts: list[str]) -> None:
    taken: list[str] = []
    for text in texts:
        taken.append(file_stem(text, taken))
    assert len(set(taken)) == len(taken)


@given(st.text(max_size=400))
def test_a_label_is_short_and_plain(text: str) -> None:
    assert all(c.isprintable() for c in shown(text))
    assert len(shown(text).replace(r"\$", "$")) <= 34


def test_combinations_and_schedules_are_told() -> None:
    row = {"compound": "cisplatin", "dose": 5.0, "dose_unit": "ug/mL", "compound_2": "birinapant", "dose_2": 10.0}
    row |= {"dose_unit_2": "nM", "schedule": "pre"}
    assert dose_label(row) == "cisplatin 5 µg/mL + birinapant 10 nM (pre)"
    assert dose_label(row | {"lead_hours": 24.0}).endswith("birinapant 10 nM (pre, 24 h)")
    assert dose_label(row | {"schedule": "co", "lead_hours": 0.0}).endswith("birinapant 10 nM (co)")
    assert condition_label(row | {"cell_line": "HeLa", "arm": "siXIAP", "hours": 24.0}).startswith("HeLa, siXIAP, cis")
