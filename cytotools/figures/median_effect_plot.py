"""The median-effect plot: log odds of the fraction affected against log dose, with the line of each curve."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from cytotools.drawn_combinations import DrawnAgent, DrawnIndex
from cytotools.figures.log_ticks import set_log_ticks
from cytotools.figures.style import COLOURS, MARKERS
from cytotools.labels import shown, unit
from cytotools.number_words import fold

LEAST_REACH, MOST_REACH = 1.0, 3.0  # of the axis of log10 odds
MARKERS_EACH = 3.2
LONGEST = 40


def draw_median_effects(ax: Axes, drawn: DrawnIndex) -> None:
    """Draw the means of every experiment with the line over experiments; what has no logit stands at the edge, open."""
    reach = _reach(drawn)
    for k, agent in enumerate(drawn.curves):
        colour, marker = COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)]
        _draw_agent(ax, agent, colour, marker, reach)
    ax.axhline(0.0, color="0.6", linewidth=0.6, zorder=0)
    ax.set_xscale("log")
    ax.set_ylim(-reach, reach)
    set_log_ticks(ax, "x")
    units = list(dict.fromkeys(unit(agent.unit) for agent in drawn.curves if agent.unit))
    ax.set_xlabel(f"dose ({', '.join(units)})" if units else "dose")
    ax.set_ylabel("log10 (affected / unaffected)")
    ax.legend(loc="upper left", bbox_to_anchor=(-0.1, -0.17), fontsize=6.2, borderaxespad=0.0, handlelength=1.8)


def _draw_agent(ax: Axes, agent: DrawnAgent, colour: str, marker: str, reach: float) -> None:
    dose, affected = (agent.points[name].to_numpy(np.float64) for name in ("dose", "affected"))
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log10(affected / (1.0 - affected))
    inside = (affected > 0) & (affected < 1) & (np.abs(odds) < reach)
    beyond = ~inside & ~np.isnan(affected)
    edge = np.where(affected >= 0.5, reach, -reach)
    style = {"linestyle": "none", "marker": marker, "color": colour, "markersize": MARKERS_EACH}
    ax.plot(dose[inside], odds[inside], **style)  # type: ignore[arg-type]
    ax.plot(dose[beyond], edge[beyond], markerfacecolor="white", clip_on=False, zorder=5, **style)  # type: ignore[arg-type]
    has_line = np.isfinite(agent.m) and np.isfinite(agent.dm) and len(dose) > 0
    ends = np.array([dose.min() / 1.5, dose.max() * 1.5]) if has_line else np.zeros(0)
    line = agent.m * np.log10(ends / agent.dm)
    ax.plot(ends, line, color=colour, linewidth=1.1, marker=marker, markevery=[], label=_words(agent))


def _words(agent: DrawnAgent) -> str:
    """Return the name of a curve, and its numbers in a second line."""
    name = shown(agent.label, LONGEST)
    if not (np.isfinite(agent.m) and np.isfinite(agent.dm)):
        return f"{name}\nno median effect"
    limits = f" ({fold(agent.low)} to {fold(agent.high)})" if np.isfinite(agent.low) else ""
    dose = " ".join(["Dm", fold(agent.dm), *filter(None, [unit(agent.unit)])]) + limits
    correlation = f", r {agent.r:.3f}" if np.isfinite(agent.r) else ""
    return f"{name}\n{dose}, m {fold(agent.m)}{correlation}"


def _reach(drawn: DrawnIndex) -> float:
    affected = np.concatenate(
        [agent.points["affected"].to_numpy(np.float64) for agent in drawn.curves] or [np.zeros(0)]
    )
    inside = affected[(affected > 0) & (affected < 1)]
    largest = float(np.abs(np.log10(inside / (1.0 - inside))).max()) if len(inside) else LEAST_REACH
    return min(max(1.15 * largest, LEAST_REACH), MOST_REACH)
