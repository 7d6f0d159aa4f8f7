"""Fractions by condition: the mean share of the four populations, one bar a condition."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from cytotools.figures.drawing import Drawing
from cytotools.figures.style import POPULATION_COLOURS, POPULATION_NAMES, Saved
from cytotools.labels import condition_label, shown
from gating.quadrants import POPULATIONS


def fractions_by_condition(apoptosis: pd.DataFrame) -> Drawing:
    """Return the figure of the mean share of each population by condition; words stand for a bar not resolved.

    Parameters
    ----------
    apoptosis : DataFrame
        apoptosis.csv, at least one row.
    """
    caption = "Mean share of the four populations by condition, over independent replicates."
    saved = Saved("fractions_by_condition", "Populations by condition", caption, "flow")
    return Drawing(saved, partial(_figure, apoptosis))


def _figure(apoptosis: pd.DataFrame) -> Figure:
    labels = apoptosis.apply(lambda r: condition_label(r.to_dict()), axis=1)
    means = apoptosis.assign(condition=labels).pivot_table(
        index="condition", columns="population", values="mean", sort=False, dropna=False
    )
    order = list(dict.fromkeys(labels))
    means = means.reindex(index=order, columns=list(POPULATIONS))
    is_open = means.isna().any(axis=1)
    means[is_open] = 0.0  # part of a bar would be read as the whole
    figure = Figure(figsize=(6.4, 0.28 * len(order) + 1.1), layout="constrained")
    ax = figure.add_subplot()
    left = np.zeros(len(order))
    places = np.arange(len(order))[::-1]
    for population in POPULATIONS:
        values = means[population].to_numpy(float)
        ax.barh(
            places,
            values,
            left=left,
            color=POPULATION_COLOURS[population],
            edgecolor="black",
            linewidth=0.4,
            height=0.72,
            label=POPULATION_NAMES[population],
        )
        left = left + values
    for place in places[is_open.to_numpy()]:
        ax.text(0.01, place, "not resolved", va="center", fontsize=6.5, style="italic")
    ax.set_yticks(places, [shown(label, 72) for label in order])
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_xlabel("share of whole single cells (mean of replicates)")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    figure.legend(loc="outside upper center", ncols=4, handlelength=1.2, columnspacing=1.2)
    return figure
