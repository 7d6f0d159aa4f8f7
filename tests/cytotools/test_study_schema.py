"""What may stand in study.yaml, and the message for each key that is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from cytotools.conditions import CONDITION_COLUMNS
from cytotools.study import Reference
from cytotools.study_schema import Conditions, StudyModel, check_schema


def study(**blocks: object) -> dict[str, object]:
    return {"version": 1, "flow": {"samples": "s.csv"}, **blocks}


def blots(**keys: object) -> dict[str, object]:
    image = {"file": "a.tif", "membrane": "rep1", "bands": ["XIAP", "actin"]}
    return {"lanes": "l.csv", "loading_control": "actin", "images": [image | keys.pop("image", {})], **keys}  # type: ignore[operator]


def sound(data: object) -> StudyModel:
    model, problems = check_schema(data, {}, "study.yaml")
    assert not problems
    assert model
    return model


def test_every_condition_may_stand_on_a_block() -> None:
    assert tuple(Conditions.model_fields) == CONDITION_COLUMNS
    model = sound(study(flow={"samples": "s.csv", "hours": 24, "dose_unit": "µM", "replicate": 1.0, "arm": ""}))
    assert model.flow
    assert model.flow.given() == {"hours": 24.0, "dose_unit": "uM", "replicate": "1"}


def test_the_whole_contract_is_read() -> None:
    image = {
        "boxes": "b.csv",
        "page": 1,
        "channel": "700",
        "gel": 2,
        "exposure_s": 3.5,
        "probe_order": 2,
        "first_lane": 3,
    }
    model = sound(
        study(
            title="Smac",
            control="vehicle",
            compounds={"cisplatin": {"molar_mass": 300.05, "vehicle": "saline", "class": "platinum"}, "x": None},
            blots=blots(
                image=image,
                loading_control=["actin", "XIAP"],
                ladder_kda=[250, 37.5],
                kda={"XIAP": 53},
                reference="24 h",
            ),
            plates=[
                {
                    "file": "p.txt",
                    "assay": "Viability",
                    "layout": "l.csv",
                    "hours": 72,
                    "reference_nm": 690,
                    "sheet": 1,
                    "analyte": "IL-8",
                }
            ],
        )
    )
    assert model.blots
    assert model.blots.images[0].channel == "700"
    assert model.blots.loading_control == ("actin", "XIAP")
    assert model.blots.reference == Reference("hour", 24.0)


@pytest.mark.parametrize(
    ("written", "reference"),
    [
        ("0 h", Reference("hour", 0.0)),
        ("0.5h", Reference("hour", 0.5)),
        ("6 hours", Reference("hour", 6.0)),
        ("Vehicle at the same  hour", Reference("vehicle", None)),
        ("reference lane", Reference("lane", None)),
    ],
)
def test_references_are_read(written: str, reference: Reference) -> None:
    model = sound(study(blots=blots(reference=written)))
    assert model.blots
    assert model.blots.reference == reference


def test_spellings_of_known_bands_are_one() -> None:
    model = sound(study(blots=blots(image={"bands": ["XIAP", "Non specific", "actin", "nonspecific"]})))
    assert model.blots
    assert model.blots.images[0].bands == ("XIAP", "non-specific", "actin", "non-specific")


WRONG: list[tuple[Any, str]] = [
    (None, "the study: expected a mapping of keys to values, got nothing. Write keys with values: version, title"),
    ([1], "the study: expected a mapping"),
    ({"flow": {"samples": "s"}}, "version: expected the key `version`, got nothing. Add `version:` to the study"),
    (study(version=2), "version: expected 1, got 2"),
    (study(version="1"), "version: expected 1, got '1'. Write `version: 1`, without quotes"),
    (study(version=True), "version: expected 1, got True"),
    (study(title=["a"]), "title: expected text, got the list"),
    (study(control="no"), "control: expected one of vehicle, untreated, got 'no'"),
    (study(flwo={}), "flwo: expected a key that the study knows, got the key `flwo`. Did you mean `flow`?"),
    (study(flow=[]), "flow: expected a mapping of keys to values, got the list"),
    (study(flow={}), "flow.samples: expected the key `samples`, got nothing. Add `samples:` to flow"),
    (study(flow={"samples": "s", "anexin": "x"}), "flow.anexin: .* Did you mean `annexin`?"),
    (study(flow={"samples": 5}), "flow.samples: expected the name of a file, got 5"),
    (study(flow={"samples": None}), "flow.samples: expected the name of a file, got nothing"),
    (study(flow={"samples": "s", "hours": "24"}), "flow.hours: expected a number, got '24'. Write it without quotes"),
    (study(flow={"samples": "s", "hours": "007"}), "flow.hours: expected a number, got '007'. .* leading zeros"),
    (study(flow={"samples": "s", "hours": "2024-03-01"}), "flow.hours: expected a number, got '2024-03-01'"),
    (study(flow={"samples": "s", "hours": -1}), "flow.hours: expected a number of 0 or more, got -1"),
    (study(flow={"samples": "s", "hours": True}), "flow.hours: expected a number, got True"),
    (study(flow={"samples": "s", "arm": True}), "flow.arm: expected text, got True. .* put words such as yes"),
    (study(flow={"samples": "s", "schedule": "after"}), "flow.schedule: expected one of pre, co, post"),
    (study(compounds={"x": {"class": "a", "mass": 3}}), "compounds.x.mass: .* Allowed: molar_mass, vehicle, class"),
    (study(compounds={"x": {"molar_mass": 0}}), "compounds.x.molar_mass: expected a number above 0"),
    (study(compounds=["x"]), "compounds: expected a mapping"),
    (study(blots=blots(images=[])), "blots.images: expected a list of at least one item"),
    (study(blots=blots(images="a.tif")), "blots.images: expected a list of at least one item, got 'a.tif'"),
    (study(blots=blots(image={"bands": "actin"})), r"blots.images\[1\].bands: expected a list of bands from top"),
    (study(blots=blots(image={"bands": []})), r"blots.images\[1\].bands: expected a list of bands"),
    (study(blots=blots(image={"bands": ["non-specific"]})), "expected at least one band that is specific"),
    (study(blots=blots(image={"bands": ["a", "b", "A"]})), r"expected each band once, got the list \[a, b, A\]"),
    (study(blots=blots(image={"bands": ["total protein", "a"]})), "expected total_protein alone, or bands"),
    (study(blots=blots(image={"bands": ["a", None]})), "expected text, got the list"),
    (study(blots=blots(image={"page": -1})), r"blots.images\[1\].page: expected a whole number from 0"),
    (study(blots=blots(image={"channel": -1})), r"images\[1\].channel: expected a whole number from 0"),
    (study(blots=blots(image={"first_lane": 0})), r"images\[1\].first_lane: expected a whole number from 1"),
    (study(blots=blots(image={"lanes": 12})), r"images\[1\].lanes: expected a key that the study knows"),
    (study(blots=blots(loading_control=["actin", "actin"])), "expected each loading control once"),
    (study(blots=blots(loading_control="non-specific")), "expected a specific band"),
    (study(blots=blots(ladder_kda=[25, 250])), "expected masses that fall from the top of the gel"),
    (study(blots=blots(kda={"XIAP": "53 kDa"})), "blots.kda.XIAP: expected a number"),
    (
        study(blots=blots(reference=0)),
        "blots.reference: expected `0 h`, `vehicle at the same hour` or `reference lane`",
    ),
    (study(plates={"file": "x"}), "plates: expected a list of at least one item"),
    (study(plates=[{"file": "x", "assay": "mts", "layout": "l"}]), r"plates\[1\].assay: expected one of viability"),
]


@pytest.mark.parametrize(("data", "words"), WRONG)
def test_what_is_wrong_is_named(data: object, words: str) -> None:
    problems = check_schema(data, {}, "study.yaml")[1]
    assert len(problems) == 1
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(str(problems[0]))


def test_every_problem_is_named_at_its_place_and_what_is_sound_remains() -> None:
    data = study(titel="x", blots=blots(image={"page": "a"}), flow={"samples": "s.csv", "dyes": "PE-A"})
    places = {("titel",): (2, 1), ("flow", "dyes"): (5, 3), ("blots", "images", 0, "page"): (9, 7)}
    model, problems = check_schema(data, places, "study.yaml")
    assert [problem.place for problem in problems] == ["study.yaml:5:3", "study.yaml:9:7", "study.yaml:2:1"]
    assert model
    assert model.flow
    assert model.flow.samples == "s.csv"
    assert model.blots is None
