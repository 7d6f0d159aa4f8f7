"""Write quadrant gates as a FlowJo 10 workspace."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gating.errors import GatingError
from gating.exchange.gating_ml import SIDES
from gating.exchange.markup import add, document, is_text, number, root
from gating.exchange.workspace_sample import (
    WorkspaceSample,
    compensation_prefix,
    flowjo_labels,
    quoted,
    relative,
    sample_names,
)
from gating.spillover import Spillover

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# FlowJo numbers its quadrants from the upper left, clockwise.
QUADRANTS = ("necrotic", "late_apoptotic", "early_apoptotic", "live")
VERSION = "10.6.2"
NO_DATE = "Thu Jan 01 00:00:00 UTC 1970"  # FlowJo wants a date; ours would make two equal analyses differ
UNKNOWN = -1  # FlowJo counts such a population when it opens the file
# What describes the acquisition; names of persons, comments and paths stay behind.
KEYWORDS = re.compile(
    r"\$(BEGINANALYSIS|BEGINDATA|BEGINSTEXT|BYTEORD|DATATYPE|ENDANALYSIS|ENDDATA|ENDSTEXT|MODE|NEXTDATA|PAR|TOT|"
    r"BTIM|ETIM|DATE|CYT|TIMESTEP|VOL|P\d+(B|D|E|F|G|L|N|O|R|S|V|DATATYPE))"
)


def flowjo_workspace(samples: Sequence[WorkspaceSample]) -> bytes:
    """Return a FlowJo 10 workspace (.wsp) in which each sample carries its four quadrants.

    Parameters
    ----------
    samples : sequence of WorkspaceSample

    Returns
    -------
    bytes
        XML in UTF-8, the same for the same samples. The quadrants are four rectangles on the whole file, as FlowJo
        itself writes a quadrant gate: `Q1: necrotic`, `Q2: late_apoptotic`, `Q3: early_apoptotic`, `Q4: live`. Files
        are named as given; an absolute path loses its folders.

    Raises
    ------
    GatingError
        No sample, a gate on a channel that its file lacks, two channels that FlowJo can't tell apart, or a name that
        XML can't carry.

    Examples
    --------
    >>> from gating.events import Channel
    >>> from gating.gates import QuadrantGate
    >>> gate = QuadrantGate(annexin="FITC-A", annexin_threshold=900.0, dye="PE-A", dye_threshold=700.0)
    >>> sample = WorkspaceSample("a.fcs", [Channel("FITC-A"), Channel("PE-A")], {}, 10_000, gate)
    >>> b'name="Q2: late_apoptotic"' in flowjo_workspace([sample])
    True
    """
    if not samples:
        raise GatingError("gates.wsp", expected="at least one sample", got="none", remedy="Gate a sample first.")
    page = root(
        "Workspace", version="20.0", modDate=NO_DATE, flowJoVersion=VERSION, curGroup="All Samples", hideCompNodes="1"
    )
    add(page, "Matrices")
    _add_group(add(page, "Groups"), len(samples))
    listed = add(page, "SampleList")
    names, identities = sample_names(samples), iter(range(1, 4 * len(samples) + 1))
    for k, (sample, name) in enumerate(zip(samples, names, strict=True), start=1):
        _add_sample(listed, sample, name, str(k), identities)
    return document(page)


def _add_group(groups: Element, n_samples: int) -> None:
    node = add(groups, "GroupNode", {"name": "All Samples", "annotation": "", "owningGroup": "All Samples"})
    group = add(node, "Group", {"name": "All Samples", "live": "1", "role": "ws.group.dlog.test"})
    references = add(group, "SampleRefs")
    for k in range(1, n_samples + 1):
        add(references, "SampleRef", {"sampleID": str(k)})


def _add_sample(listed: Element, sample: WorkspaceSample, name: str, identity: str, identities: Iterator[int]) -> None:
    labels = flowjo_labels(sample, name)
    prefix = compensation_prefix(list(labels.values()))
    element = add(listed, "Sample")
    add(element, "DataSet", {"uri": quoted(relative(sample.file)), "sampleID": identity})
    if sample.spillover is not None:
        _add_matrix(element, sample.spillover, labels, prefix)
    _add_scales(element, sample, labels, prefix)
    _add_keywords(element, sample, name)
    node = add(
        element,
        "SampleNode",
        {
            "name": name,
            "annotation": "",
            "owningGroup": "",
            "expanded": "1",
            "sortPriority": "10",
            "count": str(sample.n_events),
            "sampleID": identity,
        },
    )
    axes = [_compensated(channel, sample, labels, prefix) for channel in (sample.gate.annexin, sample.gate.dye)]
    _add_graph(node, axes)
    populations = add(node, "Subpopulations")
    for k, population in enumerate(QUADRANTS, start=1):
        _add_quadrant(populations, sample, axes, k, population, f"ID{next(identities)}")


def _compensated(channel: str, sample: WorkspaceSample, labels: Mapping[str, str], prefix: str) -> str:
    inside = sample.spillover is not None and channel in sample.spillover.channels
    return prefix + labels[channel] if inside else labels[channel]


def _add_matrix(element: Element, spillover: Spillover, labels: Mapping[str, str], prefix: str) -> None:
    identity = {"spectral": "0", "prefix": prefix, "name": "spillover", "editable": "0", "version": f"FlowJo-{VERSION}"}
    matrix = add(element, "transforms:spilloverMatrix", {**identity, "status": "FINALIZED", "suffix": ""})
    names = [labels[channel] for channel in spillover.channels]
    parameters = add(matrix, "data-type:parameters")
    for name in names:
        add(parameters, "data-type:parameter", {"data-type:name": name, "userProvidedCompInfix": prefix + name})
    for name, row in zip(names, spillover.matrix, strict=True):
        place = {"data-type:parameter": name, "userProvidedCompInfix": prefix + name}
        line = add(matrix, "transforms:spillover", place)
        for detector, value in zip(names, row, strict=True):
            cell = {"data-type:parameter": detector, "transforms:value": number(value)}
            add(line, "transforms:coefficient", cell)


def _add_scales(element: Element, sample: WorkspaceSample, labels: Mapping[str, str], prefix: str) -> None:
    """Add how each channel is shown: as stored linear, compensated biexponential.

    FlowKit gates on the scale of the uncompensated channel. A linear one whose top is a power of two moves no event
    across a divider, not even by rounding.
    """
    scales = add(element, "Transformations")
    tops = {channel.name: _top(sample.keywords, k) for k, channel in enumerate(sample.channels, start=1)}
    for channel, label in labels.items():
        limits = {"transforms:minRange": "0", "transforms:maxRange": number(tops[channel]), "gain": "1"}
        linear = add(scales, "transforms:linear", limits)
        add(linear, "data-type:parameter", {"data-type:name": label})
    for channel in sample.spillover.channels if sample.spillover else ():
        shape = {"length": "256", "maxRange": number(tops[channel]), "neg": "0", "width": "-10"}
        shape["pos"] = number(math.log10(tops[channel] / 10.0))  # FlowJo's 4.4185 where the top is 262144
        biex = add(scales, "transforms:biex", {f"transforms:{key}": value for key, value in shape.items()})
        add(biex, "data-type:parameter", {"data-type:name": prefix + labels[channel]})


def _top(keywords: Mapping[str, str], k: int) -> float:
    """Return the power of two that holds the range of a channel."""
    try:
        size = float(keywords.get(f"$P{k}R", ""))
    except ValueError:
        size = 0.0
    return float(2 ** math.ceil(math.log2(size))) if 1024 <= size < 2.0**64 else 262_144.0


def _add_keywords(element: Element, sample: WorkspaceSample, name: str) -> None:
    keywords = add(element, "Keywords")
    add(keywords, "Keyword", {"name": "$FIL", "value": name.rsplit("/", 1)[-1]})
    for key, value in sample.keywords.items():
        if KEYWORDS.fullmatch(key) and is_text(value):
            add(keywords, "Keyword", {"name": key, "value": value})


def _add_graph(node: Element, axes: Sequence[str]) -> None:
    graph = add(node, "Graph", {"smoothing": "0", "type": "Pseudocolor", "fast": "1"})
    for dimension, label in zip("xy", axes, strict=True):
        add(graph, "Axis", {"dimension": dimension, "name": label, "label": "", "auto": "auto"})


def _add_quadrant(
    populations: Element, sample: WorkspaceSample, axes: Sequence[str], k: int, population: str, identity: str
) -> None:
    count = UNKNOWN if sample.counts is None else getattr(sample.counts, population)
    holder = add(
        populations,
        "Population",
        {
            "name": f"Q{k}: {population}",
            "annotation": "",
            "owningGroup": "",
            "expanded": "1",
            "sortPriority": "10",
            "count": str(count),
        },
    )
    _add_graph(holder, axes)
    shape = {"eventsInside": "1", "tint": "#000000", "isTinted": "0", "lineWeight": "Normal", "userDefined": "1"}
    gate = add(holder, "Gate", {"gating:id": identity})
    box = add(gate, "gating:RectangleGate", {**shape, "percentX": "0", "percentY": "0", "gating:id": identity})
    thresholds = (sample.gate.annexin_threshold, sample.gate.dye_threshold)
    for axis, threshold, above in zip(axes, thresholds, SIDES[population], strict=True):
        side = add(box, "gating:dimension", {"gating:min" if above else "gating:max": number(threshold)})
        add(side, "data-type:fcs-dimension", {"data-type:name": axis})
