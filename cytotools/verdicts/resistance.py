"""Why a line does not respond to a Smac mimetic: each mechanism graded by what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blots.target_names import plain
from cytotools.labels import line_label
from cytotools.tables import rows_of
from cytotools.verdicts.arm_contrasts import ASSAYS, StudyArms, responses
from cytotools.verdicts.arm_evidence import added_evidence, remaining_evidence
from cytotools.verdicts.blot_evidence import abundance_evidence, loss_evidence, return_evidence
from cytotools.verdicts.concentration_evidence import concentration_evidence
from cytotools.verdicts.evidence import NAN, Evidence
from cytotools.verdicts.experiment_values import experiment_values
from cytotools.verdicts.resistance_cautions import caution
from cytotools.verdicts.resistance_rules import Measurement, Mechanism, Rules, default_rules
from cytotools.verdicts.target_courses import find_course
from cytotools.verdicts.treatments import Line, TableRows, agents_of, line_of

if TYPE_CHECKING:
    import pandas as pd

RESISTANCE_COLUMNS = (
    "cell_line",
    "arm",
    "compound",
    "mechanism",
    "grade",
    "evidence",
    "quantity",
    "value",
    "low",
    "high",
    "n",
    "next_experiment",
    "source",
    "caution",
)
ClassOf = Callable[[str], str]
TREATED = ("rebound", "time_course", "concentrations")


def resistance_table(
    tables: Mapping[str, pd.DataFrame],
    agents: ClassOf,
    rules: Rules | None = None,
    values: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return resistance.csv: every mechanism in every line that met a Smac mimetic, graded by what was measured.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of a run: quadrants, wells, rebound, time_course, abundance and concentrations are read, those there are.
    agents : callable
        Class of an agent by its name, such as `cytotools.verdicts.agent_classes.agent_class`.
    rules : Rules, optional
        Default those that come with the toolkit.
    values : DataFrame, optional
        What `cytotools.verdicts.experiment_values` makes of the tables, where it is at hand.

    Returns
    -------
    DataFrame
        One row a line and mechanism, under the Smac mimetic with which most was measured there; a further mimetic has
        rows for what was measured with it. `evidence` tells every measurement; grade, `quantity`, `value`, `low`,
        `high` and `n` are those of the first, in the order of the rules, that two or more independent experiments made.
        One experiment is never graded. Measurements are not added up.

    Examples
    --------
    >>> from cytotools.verdicts.agent_classes import agent_class
    >>> tube = {"cell_line": "A", "hours": 24.0, "role": "treated", "compound": "BV6", "file": "a.fcs", "low": 0.1}
    >>> tube |= {"high": 0.3, "parent_events": 9000, "replicate": "1"}
    >>> import pandas as pd
    >>> quadrants = pd.DataFrame([tube | {"population": p, "fraction": f} for p, f in
    ...     (("live", 0.7), ("early_apoptotic", 0.1), ("late_apoptotic", 0.1), ("necrotic", 0.1))])
    >>> resistance_table({"quadrants": quadrants}, agent_class)[["compound", "mechanism", "grade"]].iloc[0].to_list()
    ['BV6', 'cIAP2_rebound', 'not tested']
    """
    import pandas as pd

    held = experiment_values(tables) if values is None else values
    study = _Study(_rows(tables), StudyArms(held), agents, rules or default_rules())
    rows = [row for line, mimetics in study.questions().items() for row in study.rows(line, mimetics)]
    return pd.DataFrame(rows, columns=list(RESISTANCE_COLUMNS))


def _rows(tables: Mapping[str, pd.DataFrame]) -> TableRows:
    return {name: rows_of(tables[name]) if name in tables else [] for name in (*TREATED, "abundance")}


@dataclass(frozen=True, eq=False)
class _Study:
    """The rows of a run's tables, the arms of its assays, and the rules."""

    tables: TableRows
    arms: StudyArms
    class_of: ClassOf
    rules: Rules

    def questions(self) -> dict[Line, list[str]]:
        """Return the Smac mimetics that each line met, in order of appearance.

        A line whose blots were measured and that met none is asked about the only one of the study.
        """
        known, met = self._mimetics(), dict[Line, list[str]]()
        for row in self._treated_rows():
            for smac in known:
                own = met.setdefault(line_of(row), [])
                if smac not in own and any(agent.is_called(smac) for agent in agents_of(row)):
                    own.append(smac)
        if len(known) == 1:
            for line in self._blotted():
                met[line] = met.get(line) or known
        return {line: mimetics for line, mimetics in met.items() if mimetics}

    def _treated_rows(self) -> Iterator[Mapping[str, Any]]:
        yield from self.arms.treated
        for name in TREATED:
            yield from self.tables[name]

    def _blotted(self) -> Iterator[Line]:
        """Yield the lines of the blots; the reference of an abundance has its arm in its name only."""
        for name in ("rebound", "time_course"):
            yield from map(line_of, self.tables[name])
        known = {line_label(line._asdict()) for line in map(line_of, self._treated_rows())}
        for row in self.tables["abundance"]:
            for line in (Line(str(row["reference"]), ""), Line(str(row["cell_line"]), line_of(row).arm)):
                if line_label(line._asdict()) not in known:
                    yield line

    def _mimetics(self) -> list[str]:
        """Return the Smac mimetics of the study; where none is known, the only compound whose cIAPs were blotted."""
        agents = {agent.key[0]: agent.name for row in self._treated_rows() for agent in agents_of(row)}
        return [name for name in agents.values() if self.class_of(name) == "smac_mimetic"] or self._assumed()

    def _assumed(self) -> list[str]:
        kinds = ("return", "loss")
        rules = [one for mechanism in self.rules.mechanisms for one in mechanism.measurements if one.kind in kinds]
        targets = {plain(name) for rule in rules for name in rule.names}
        rows = [row for row in self.tables["rebound"] if plain(str(row["target"])) in targets]
        names = {agent.key[0]: agent.name for row in rows for agent in agents_of(row)}
        return list(names.values()) if len(names) == 1 else []

    def rows(self, line: Line, mimetics: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield the rows of a line: every mechanism under the first mimetic, what else was measured under others."""
        measured = {smac: [self._measured(line, smac, one) for one in self.rules.mechanisms] for smac in mimetics}
        order = sorted(mimetics, key=lambda smac: -sum(map(len, measured[smac])))
        for smac in order:
            note = () if self.class_of(smac) == "smac_mimetic" else (caution("assumed_smac_mimetic", smac),)
            for mechanism, found in zip(self.rules.mechanisms, measured[smac], strict=True):
                own = [one for one, rule in found if rule.kind != "abundance"]
                if smac == order[0] or own:
                    told = [one for one, _ in found]
                    yield {**line._asdict(), "compound": smac} | _row(mechanism, told, smac, note)

    def _measured(self, line: Line, smac: str, mechanism: Mechanism) -> list[tuple[Evidence, Measurement]]:
        found = [(self._evidence(line, smac, rule), rule) for rule in mechanism.measurements]
        return [(one, rule) for one, rule in found if one is not None]

    def _evidence(self, line: Line, smac: str, rule: Measurement) -> Evidence | None:
        if rule.kind == "abundance":
            return abundance_evidence(self.tables, line, smac, self._compared_with(line, smac), rule)
        if rule.kind == "concentration":
            return concentration_evidence(self.tables, line, smac, rule)
        if rule.kind in ("return", "loss"):
            course = find_course(self.tables, line, smac, rule.names)
            judge = return_evidence if rule.kind == "return" else loss_evidence
            return judge(course, rule, self.class_of) if course else None
        judge_arms = added_evidence if rule.kind == "added_agent" else remaining_evidence
        return judge_arms(self.arms, line, smac, rule, self.class_of)

    def _compared_with(self, line: Line, smac: str) -> Line | None:
        """Return the line that responds most, for that line itself the one that responds least; None if unknown."""
        for assay in ASSAYS:
            effects = {
                other: max(found)
                for other, arms in self.arms.of(assay, "apoptosis").items()
                if (found := responses(arms, smac))
            }
            if line in effects and len(effects) > 1:
                most = max(effects, key=lambda other: effects[other])
                return most if most != line else min(effects, key=lambda other: effects[other])
        return None


def _row(mechanism: Mechanism, found: list[Evidence], smac: str, note: tuple[str, ...]) -> dict[str, Any]:
    """Return the columns of a row after the line and the compound."""
    first = next((one for one in found if one.n > 1), found[0] if found else None)
    grade = first.grade if first else "not tested"
    words = "; ".join(one.words for one in found)
    said = [*note, *(one for evidence in found for one in evidence.cautions)]
    if first and {"supported", "against"} <= {one.grade for one in found}:
        said.append(caution("measurements_disagree", mechanism.name))
    numbers = {name: getattr(first, name) if first else NAN for name in ("value", "low", "high")}
    return {
        "mechanism": mechanism.name,
        "grade": grade,
        "evidence": f"{mechanism.says[grade]}: {words}" if first else "nothing was measured",
        "quantity": first.quantity if first else "",
        **numbers,
        "n": first.n if first else 0,
        "next_experiment": mechanism.next[grade].replace("{smac}", smac),
        "source": " | ".join(map(str, mechanism.sources)),
        "caution": "; ".join(dict.fromkeys(said)),
    }
