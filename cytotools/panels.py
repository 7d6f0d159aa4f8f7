"""The blot figures of a study: what is cut from which image, in which order, under which labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, SupportsFloat

import numpy as np

from blots.blot import Blot
from blots.crops import cut_rows
from blots.panel import MERGED, Crop, Panel, Source, Strip
from blots.turns import to_stored
from cytotools.exposures import labels
from cytotools.labels import cut
from cytotools.panel_labels import lane_labels
from cytotools.provenance import sha256_of
from cytotools.tables import rows_of

if TYPE_CHECKING:
    from cytotools.results import MeasuredImage, RefusedImage, Results
    from cytotools.study import BlotImage

_PITCH_PT = 24.0  # of the lanes on the page
_WIDTHS_PT = (40.0, 480.0)  # the widest fills a journal's page beside names and masses
_MM = 25.4 / 72
_NO_SAMPLE = ("ladder", "empty")
_WHOLE_LANES = "total_protein"
_LONGEST = 40


def panels_of(results: Results) -> list[Panel]:
    """Return a panel for every membrane and range of its lanes: as a recipe of the study says, else as it was measured.

    Strips whose image can't be used are left out, with the reason in `left_out`.
    """
    block = results.study.blots
    assert block is not None
    pictures = pictures_of(results)
    sources = {image.image: _source(results, image) for image in results.images}
    given = [_drawable(panel, pictures) for panel in block.panels.values()]
    found: list[Panel] = []
    for panel in _measured(results, sources):
        own = [other for other in given if other.membrane == panel.membrane and set(other.lanes) & set(panel.lanes)]
        found += [other for other in own or [panel] if other not in found]
    return [panel for panel in [*found, *(other for other in given if other not in found)] if panel.strips]


def pictures_of(results: Results) -> dict[Source, Blot]:
    """Return the picture of every image that could be read."""
    refused = {_source(results, image): image.blot for image in results.refused_images if image.blot is not None}
    return {_source(results, image): image.blot for image in results.images} | refused


def _source(results: Results, image: MeasuredImage | RefusedImage) -> Source:
    """Return where a picture comes from; exposures that were merged are one, under the names of all."""
    entries = image.exposures or (image.image,)
    names = labels(entries) if len(entries) > 1 else [entries[0].file]
    files = [entry.file for entry in entries]
    return Source(MERGED.join(names), entries[0].page, entries[0].channel, sha256_of(results.study.folder, files))


def _drawable(panel: Panel, pictures: Mapping[Source, Blot]) -> Panel:
    """Return a panel of a recipe without the strips that can't be drawn from these pictures."""
    strips, left_out = [], list(panel.left_out)
    for strip in panel.strips:
        why = _hindrance(strip, pictures.get(strip.source))
        if why:
            left_out.append(f"{strip.target}: {why}")
        else:
            strips.append(strip)
    return replace(panel, strips=tuple(strips), left_out=tuple(dict.fromkeys(left_out)))


def _hindrance(strip: Strip, blot: Blot | None) -> str:
    if blot is None:
        return f"{strip.source.file} can't be read"
    if blot.stored_dark_bands != strip.dark_on_light:
        stored = "dark on light" if blot.stored_dark_bands else "light on dark"
        return f"{strip.source.file} is now read as {stored}, so that the recipe's contrast means something else"
    if (*_stored_size(blot),) != strip.size or not strip.crop.within(strip.size[::-1]):
        return f"its crop box lies outside {strip.source.file}"
    return ""


def _stored_size(blot: Blot) -> tuple[int, int]:
    """Return columns and rows of the image as stored."""
    rows, columns = blot.shape
    return (columns, rows) if blot.quarter_turns % 2 == 0 else (rows, columns)


def _measured(results: Results, sources: Mapping[BlotImage, Source]) -> list[Panel]:
    """Return a panel for all images that show the same lanes of a membrane."""
    groups: dict[tuple[str, int], list[MeasuredImage]] = {}
    for image in results.images:
        groups.setdefault((image.membrane, image.first_lane), []).append(image)
    return [_panel(results, images, sources) for images in groups.values()]


def _panel(results: Results, images: Sequence[MeasuredImage], sources: Mapping[BlotImage, Source]) -> Panel:
    membrane, first = images[0].membrane, images[0].first_lane
    block = results.study.blots
    assert block is not None
    sheet = {row["lane"]: row for row in rows_of(block.lanes) if row["membrane"] == membrane}
    count = min(len(image.geometry.lanes) for image in images)
    shown_lanes = _shown_lanes([sheet.get(n, {}) for n in range(first, first + count)])
    lanes = tuple(n + first for n in shown_lanes)
    strips: dict[str, Strip] = {}
    chosen = _chosen(images)
    for image in images:
        own = [target for target, best in chosen.items() if best is image]
        if own:
            strips |= _strips(results, image, sources[image.image], own, [n + 1 for n in shown_lanes])
    ordered = sorted(strips, key=lambda target: _rank(target, list(chosen), block.loading_controls))
    width = float(np.clip(_PITCH_PT * (len(lanes) + 0.3), *_WIDTHS_PT))
    labels, footnotes = lane_labels([_short(sheet.get(n, {})) for n in lanes], width / (len(lanes) + 0.3))
    shown_strips = tuple(strips[target] for target in ordered)
    if any(strip.asterisk for strip in shown_strips):
        footnotes = (*footnotes, "* non-specific band")
    return Panel(
        membrane,
        lanes,
        round(width * _MM, 1),
        labels,
        shown_strips,
        footnotes,
        _left_out(results, membrane, first, chosen),
    )


def _short(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the lanes sheet with its words cut to what an axis can bear."""
    return {key: cut(value, _LONGEST) if isinstance(value, str) else value for key, value in row.items()}


def _shown_lanes(sheet: Sequence[Mapping[str, Any]]) -> range:
    """Return the lanes (from 0) from the first to the last that holds a sample, all between them included."""
    samples = [n for n, row in enumerate(sheet) if row.get("role") not in _NO_SAMPLE and row]
    return range(samples[0], samples[-1] + 1) if samples else range(len(sheet))


def _chosen(images: Sequence[MeasuredImage]) -> dict[str, MeasuredImage]:
    """Return the image that each target is shown from, in the study's order: the least saturated, then the first."""
    chosen: dict[str, tuple[float, MeasuredImage]] = {}
    for image in images:
        for target in image.geometry.targets:
            if target.startswith("non-specific"):
                continue
            clipped = float(image.bands.loc[image.bands["target"] == target, "saturated_fraction"].mean())
            if target not in chosen or clipped < chosen[target][0]:
                chosen[target] = (clipped, image)
    return {target: image for target, (_, image) in chosen.items()}


def _rank(target: str, order: Sequence[str], controls: Sequence[str]) -> tuple[int, int]:
    """Return where a target stands: as on the gel, loading controls after all others, whole lanes last."""
    last = 2 if target == _WHOLE_LANES else 1 if target in controls else 0
    return last, controls.index(target) if last == 1 else order.index(target)


def _strips(
    results: Results, image: MeasuredImage, source: Source, targets: Sequence[str], lanes: Sequence[int]
) -> dict[str, Strip]:
    blot, strips = image.blot, {}
    for target, box in cut_rows(blot, image.geometry, targets, lanes).items():
        x, y = to_stored(box.places[:, 0], box.places[:, 1], blot)
        kda, basis = _mass(results, image, target)
        strips[target] = Strip(
            target=cut(target.replace("_", " "), _LONGEST),
            source=source,
            size=_stored_size(blot),
            crop=_as_stored(box.crop, blot),
            turn=-blot.quarter_turns % 4 * 90,
            window=box.window,
            dark_on_light=blot.stored_dark_bands,
            places=tuple(_place(a, b) for a, b in zip(x, y, strict=True)),
            kda=kda,
            kda_basis=basis,
            asterisk=None if box.beside is None else _place(*to_stored(*box.beside, blot)),
        )
    return strips


def _as_stored(crop: Crop, blot: Blot) -> Crop:
    return crop.turned(blot.quarter_turns, blot.shape)


def _place(x: SupportsFloat, y: SupportsFloat) -> tuple[float, float]:
    return round(float(x), 1), round(float(y), 1)


def _mass(results: Results, image: MeasuredImage, target: str) -> tuple[float | None, str]:
    """Return a target's mass by the ladder of its membrane, else as the study gives it, and which of them it is."""
    block, bands = results.study.blots, results.tables["bands"]
    assert block is not None
    own = bands[(bands["membrane"] == image.membrane) & (bands["image"] == image.file) & (bands["target"] == target)]
    measured = own["kda"].dropna().to_numpy(dtype=float) if len(own) else np.array([])
    if len(measured):
        return round(float(np.median(measured)), 1), "ladder"
    stated = block.kda.get(target)
    return (float(stated), "study") if stated is not None else (None, "")


def _left_out(results: Results, membrane: str, first: int, chosen: Mapping[str, MeasuredImage]) -> tuple[str, ...]:
    """Say which targets of a membrane have no strip because their image gives no numbers."""
    refused = [r.image for r in results.refused_images if (r.image.membrane, r.image.first_lane) == (membrane, first)]
    return tuple(
        f"{target}: {image.file} was not measured"
        for image in refused
        for target in image.bands
        if target not in chosen and target != "non-specific"
    )
