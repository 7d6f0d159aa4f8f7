"""The recipe of a blot figure as a file: crop boxes, contrast limits, labels, and the SHA-256 of every image.

A recipe is written beside each figure. Edited or not, it can be named under `blots: panels:` and is then drawn as it
stands, provided that the images are still the same files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from blots.grey_window import GreyWindow
from blots.panel import MERGED, Crop, LabelCell, LabelRow, Panel, Source, Strip
from cytotools.cells.refused import nearest, shown
from cytotools.errors import Problem, StudyError
from cytotools.exposures import labels
from cytotools.provenance import own_version, sha256_of

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from cytotools.study import BlotImage

KIND: Literal["cytotools panel 1"] = "cytotools panel 1"
_POLARITY = {True: "dark on light", False: "light on dark"}
_MENDED = "Correct it, or take the recipe out of `blots: panels:` to have the figure drawn from the measurement."
_NUMBERS = re.compile(r"\[\s+((?:-?[\d.e+]+,\s+)*-?[\d.e+]+)\s+\]")

Number = Annotated[float, Field(allow_inf_nan=False)]
Pixels = Annotated[int, Field(ge=0, le=1_000_000)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Words = Annotated[str, Field(max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class _Image(_Part):
    file: Words
    page: Pixels = 0
    channel: int | Words | None = None
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    width: Count
    height: Count
    turn: Literal[0, 90, 180, 270]
    bands: Literal["dark on light", "light on dark"]


class _Crop(_Part):
    x: Pixels
    y: Pixels
    width: Count
    height: Count


class _Contrast(_Part):
    white: Number
    black: Number


class _Strip(_Part):
    target: Words
    image: Count
    crop: _Crop
    contrast: _Contrast
    lanes: list[Annotated[list[Number], Field(min_length=2, max_length=2)]]
    kda: Annotated[Number, Field(gt=0, lt=10_000)] | None = None
    kda_basis: Literal["ladder", "study", ""] = ""
    asterisk: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None


class _Cell(_Part):
    first: Annotated[Count, Field(alias="from")]
    last: Annotated[Count, Field(alias="to")]
    text: Words
    bar: bool = False


class _Row(_Part):
    name: Words = ""
    cells: list[_Cell]


class _Recipe(_Part):
    recipe: Literal["cytotools panel 1"]
    cytotools: Words
    membrane: Words
    lanes: Annotated[list[Count], Field(min_length=1, max_length=200)]
    width_mm: Annotated[Number, Field(ge=5, le=1000)]
    images: Annotated[list[_Image], Field(min_length=1, max_length=100)]
    strips: Annotated[list[_Strip], Field(min_length=1, max_length=100)]
    labels: Annotated[list[_Row], Field(max_length=40)]
    footnotes: Annotated[list[Words], Field(max_length=20)] = []
    left_out: list[str] = []


def recipe_text(panel: Panel) -> str:
    """Return the recipe of a panel; the same panel always gives the same text.

    Examples
    --------
    >>> source = Source("a.tif", sha256=64 * "0")
    >>> strip = Strip("actin", source, (100, 60), Crop(10, 20, 80, 12), 0, GreyWindow(1.0, 9.0), False, ((30.0, 26.0),))
    >>> panel = Panel("rep1", (1,), 40.0, (), (strip,))
    >>> panel_of_recipe(recipe_text(panel), "panel.json") == panel
    True
    """
    heads = list(dict.fromkeys((s.source, s.size, s.turn, s.dark_on_light) for s in panel.strips))
    first = panel.lanes[0]
    recipe: dict[str, Any] = {
        "recipe": KIND,
        "cytotools": own_version(),
        "membrane": panel.membrane,
        "lanes": list(panel.lanes),
        "width_mm": panel.width_mm,
        "images": [_image(*head) for head in heads],
        "strips": [
            {
                "target": s.target,
                "image": heads.index((s.source, s.size, s.turn, s.dark_on_light)) + 1,
                "crop": {"x": s.crop.x, "y": s.crop.y, "width": s.crop.width, "height": s.crop.height},
                "contrast": {"white": s.window.white, "black": s.window.black},
                "lanes": [list(place) for place in s.places],
                "kda": s.kda,
                "kda_basis": s.kda_basis,
                "asterisk": None if s.asterisk is None else list(s.asterisk),
            }
            for s in panel.strips
        ],
        "labels": [
            {
                "name": row.name,
                "cells": [
                    {"from": c.first + first, "to": c.last + first, "text": c.text, "bar": c.bar} for c in row.cells
                ],
            }
            for row in panel.labels
        ],
        "footnotes": list(panel.footnotes),
        "left_out": list(panel.left_out),
    }
    text = json.dumps(recipe, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return _NUMBERS.sub(lambda found: f"[{' '.join(found[1].split())}]", text)


def _image(source: Source, size: tuple[int, int], turn: int, dark_on_light: bool) -> dict[str, Any]:
    head = {"file": source.file, "page": source.page, "channel": source.channel, "sha256": source.sha256}
    return head | {"width": size[0], "height": size[1], "turn": turn, "bands": _POLARITY[dark_on_light]}


def panel_of_recipe(text: str | bytes, name: str) -> Panel:
    """Return the panel that a recipe holds.

    Parameters
    ----------
    text : str or bytes
        What the file holds.
    name : str
        Its name, as messages give it.

    Raises
    ------
    StudyError
        It is no recipe, or something in it can't be meant; every problem is named with its place.
    """
    try:
        recipe = _Recipe.model_validate(json.loads(text))
    except ValidationError as error:
        raise StudyError([_problem(detail, name) for detail in error.errors(include_url=False)]) from None
    except (ValueError, RecursionError) as error:
        got = f"what is no JSON ({error})" if isinstance(error, json.JSONDecodeError) else "what is no text"
        remedy = "Name a panel_*.json that cytotools wrote into figures/."
        raise StudyError([Problem(name, "the recipe", "a recipe of a blot figure", got, remedy)]) from None
    problems = [Problem(name, *said, _MENDED) for said in _inconsistent(recipe)]
    if problems:
        raise StudyError(problems)
    return _panel(recipe)


def _problem(detail: ErrorDetails, name: str) -> Problem:
    words = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in detail["loc"])
    expected = detail["msg"].removeprefix("Input should be ").lower()
    got = shown(detail["input"])
    if detail["type"] == "missing":
        expected, got = f"the key `{detail['loc'][-1]}`", "nothing"
    elif detail["type"] == "extra_forbidden":
        expected, got = "a key that recipes have", f"the key `{detail['loc'][-1]}`"
    return Problem(name, words.removeprefix(".") or "the recipe", expected, got, _MENDED)


def _inconsistent(recipe: _Recipe) -> list[tuple[str, str, str]]:
    """Return what can't be meant though every value is sound: what, expected, got."""
    found = []
    if any(b != a + 1 for a, b in pairwise(recipe.lanes)):
        got = ", ".join(map(str, recipe.lanes))
        found.append(("lanes", "neighbouring lanes in order, for a strip is cut in one piece", got))
    for n, strip in enumerate(recipe.strips, 1):
        if strip.image > len(recipe.images):
            found.append((f"strips[{n}].image", f"a number up to {len(recipe.images)}", str(strip.image)))
            continue
        image, crop = recipe.images[strip.image - 1], strip.crop
        if not Crop(crop.x, crop.y, crop.width, crop.height).within((image.height, image.width)):
            got = f"columns {crop.x} to {crop.x + crop.width}, rows {crop.y} to {crop.y + crop.height}"
            found.append((f"strips[{n}].crop", f"a box inside {image.width} x {image.height} pixels", got))
        if strip.contrast.black <= strip.contrast.white:
            got = f"white {strip.contrast.white:g}, black {strip.contrast.black:g}"
            found.append((f"strips[{n}].contrast", "black above white, for more signal is printed darker", got))
        if len(strip.lanes) != len(recipe.lanes):
            found.append(
                (f"strips[{n}].lanes", f"a place for each of {len(recipe.lanes)} lanes", f"{len(strip.lanes)}")
            )
    for n, row in enumerate(recipe.labels, 1):
        ends = [(cell.first, cell.last) for cell in row.cells]
        outside = [e for e in ends if e[0] > e[1] or e[0] < recipe.lanes[0] or e[1] > recipe.lanes[-1]]
        overlapping = [b for a, b in pairwise(ends) if b[0] <= a[1]]
        for first, last in [*outside, *overlapping][:1]:
            expected = f"cells from left to right within lanes {recipe.lanes[0]} to {recipe.lanes[-1]}"
            found.append((f"labels[{n}]", expected, f"lanes {first} to {last}"))
    return found


def _panel(recipe: _Recipe) -> Panel:
    first = recipe.lanes[0]
    return Panel(
        recipe.membrane,
        tuple(recipe.lanes),
        recipe.width_mm,
        tuple(
            LabelRow(
                _plain(row.name),
                tuple(LabelCell(c.first - first, c.last - first, _plain(c.text), c.bar) for c in row.cells),
            )
            for row in recipe.labels
        ),
        tuple(_strip(strip, recipe.images[strip.image - 1]) for strip in recipe.strips),
        tuple(map(_plain, recipe.footnotes)),
        tuple(recipe.left_out),
    )


def _strip(strip: _Strip, image: _Image) -> Strip:
    crop = Crop(strip.crop.x, strip.crop.y, strip.crop.width, strip.crop.height)
    return Strip(
        _plain(strip.target),
        Source(image.file, image.page, image.channel, image.sha256),
        (image.width, image.height),
        crop,
        image.turn,
        GreyWindow(strip.contrast.white, strip.contrast.black),
        image.bands == _POLARITY[True],
        tuple((x, y) for x, y in strip.lanes),
        strip.kda,
        strip.kda_basis,
        (strip.asterisk[0], strip.asterisk[1]) if strip.asterisk else None,
    )


def _plain(words: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in words)


def problems_with(panel: Panel, name: str, folder: Path, images: Sequence[BlotImage]) -> list[Problem]:
    """Return why a recipe does not fit a study: another membrane, an image that it lacks, or one that has changed.

    Parameters
    ----------
    panel : Panel
    name : str
        The recipe's file.
    folder : Path
        The study folder.
    images : sequence of BlotImage
        The images of the study.
    """
    own = [image for image in images if image.membrane == panel.membrane]
    if not own:
        remedy = nearest(panel.membrane, dict.fromkeys(image.membrane for image in images))
        return [Problem(name, "membrane", "a membrane of the study", shown(panel.membrane), remedy)]
    problems = []
    for source in dict.fromkeys(strip.source for strip in panel.strips):
        files = _files_of(source, own)
        if not files:
            expected = f"an image of membrane {panel.membrane} with its page and channel as in `blots: images:`"
            got = f"{source.file}, page {source.page}, channel {source.channel}"
            remedy = nearest(source.file, dict.fromkeys(image.file for image in own))
            problems.append(Problem(name, "images", expected, got, remedy))
            continue
        came = sha256_of(folder, files)
        if came != source.sha256:
            what, expected = (
                f"the image {source.file}",
                f"the file that the figure was cut from (SHA-256 {source.sha256})",
            )
            remedy = (
                "Put that file back, or take the recipe out of `blots: panels:`: "
                "its crop boxes and contrast belong to other pixels."
            )
            problems.append(Problem(name, what, expected, f"a file of SHA-256 {came}", remedy))
    return problems


def _files_of(source: Source, images: Sequence[BlotImage]) -> list[str]:
    """Return the files of a picture, several where exposures were merged; none where the study does not name them."""
    if (source.file, source.page, source.channel) in {(image.file, image.page, image.channel) for image in images}:
        return [source.file]
    parts = source.file.split(MERGED)
    files = dict(zip(labels(images), (image.file for image in images), strict=True))
    return [files[part] for part in parts] if len(parts) > 1 and all(part in files for part in parts) else []
