"""How much of what the names of files tell `cytotools init` reads, asks, or gets wrong.

    python -m benchmarks.drafted_studies [seen | held out | later | last]

Each habit of `naming_habits` is a folder of tiny FCS files, drafted as `init` does it. A fact (role, cell line, arm,
each agent, its dose, its unit, hours, replicate, well) is `right` when the sheet holds the truth, `to_confirm` counts
those of them that a question asks about; `asked` when the sheet holds nothing or something else and a question of the
row asks about this fact, `other` counts those of them where the sheet proposes something else; `wrong` when it holds
something else, or nothing where the name tells something, and nothing is asked. A fact that no reader could know is
never right: the best is to ask.

The committed numbers are of the reader as it is, which has been mended by all four parts. What each part showed when
it was first looked at: `held out` 464 right, 29 asked and 3 wrong of 496 (before the reader was mended by `seen`: 429,
33 and 34), `later` 216, 23 and 12 of 251, `last` 267, 35 and 6 of 308.
"""

from __future__ import annotations

import csv
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmarks.naming_habits import HELD_OUT, LAST, LATER, SEEN
from cytotools.drafting.write_draft import write_draft
from gating import Channel, write_fcs

FIELDS = ("role", "cell_line", "arm", "agents", "hours", "replicate", "well")
SLOTS = ("", "_2", "_3")
COUNTS = ("facts", "right", "to_confirm", "asked", "other", "wrong")
HEADER = ["part", "habit", "fact", *COUNTS]
# What a question is about, by the words that `init` asks with.
ABOUT = {
    r"^Which role": "role agent dose",
    r"^What is `": "role cell_line arm agent dose unit",
    r"^In which unit": "unit",
    r"untreated, or did it get": "role agent",
    r"untreated, or treated|positive control": "role",
    r"^Is this tube": "role agent",
    r"the \w+ tube\?": "role",
    r"cell line": "cell_line arm",
    r"genotype|transfection": "arm cell_line",
    r"days? after|to the harvest": "hours",
    r"hours after|after how many hours": "hours",
    r"independent experiment": "replicate",
    r"^Whose dose|a compound\?|^Only \d": "agent dose unit",
    r"^Which dose|a dose, in which unit": "dose unit",
    r"^Is `[^`]+` [\w-]+\?": "agent",
    r"^Does .* mean .*(/mL|M)\?": "dose unit",
}
SAME = {"cddp": "cisplatin", "taxol": "paclitaxel", "tnf": "tnfalpha", "tnfa": "tnfalpha", "zvadfmk": "zvad",
        "5fluorouracil": "5fu", "saline": "nacl"}  # fmt: skip


def main() -> None:
    """Draft the folders of one half or both and print the counts; a run of both writes the CSV."""
    wanted = " ".join(sys.argv[1:])
    halves = {"seen": SEEN, "held out": HELD_OUT, "later": LATER, "last": LAST}
    counted = {
        (half, habit): score(truth, bool(wanted))
        for half, habits in halves.items()
        if wanted in ("", half)
        for habit, truth in habits.items()
    }
    scores: dict[tuple[str, str, str], Counter[str]] = {}
    for (half, habit), facts in counted.items():
        for (fact, verdict), count in facts.items():
            for key in ((half, habit, "all"), (half, "all", fact), (half, "all", "all")):
                scores.setdefault(key, Counter())[verdict] += count
    rows = [[*names, *(str(counts[key]) for key in COUNTS)] for names, counts in sorted(scores.items())]
    for row in (HEADER, *rows):
        sys.stdout.write(",".join(row) + "\n")
    if not wanted:
        with Path(__file__).with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([HEADER, *rows])


def score(habit: str, tells: bool) -> Counter[tuple[str, str]]:
    """Draft the folder of one habit and count the verdicts on each kind of fact."""
    truth = dict(_truths(habit))
    counts: Counter[tuple[str, str]] = Counter()
    drafted = {row["file"]: row for row in draft(truth)}
    for file, told in truth.items():
        row = drafted[file]
        for fact, true, found in _facts(told, row):
            verdict = _verdict(true, found, fact in _asked(row["question"]))
            counts.update((fact, word) for word in ("facts", *verdict))
            if tells and "right" not in verdict:
                sys.stdout.write(f"{verdict} {file}: {fact} {true!r}, not {found!r} [{row['question']}]\n")
    return counts


def draft(files: Mapping[str, object]) -> list[dict[str, str]]:
    """Write FCS files of these names into a folder and return the rows of its drafted samples sheet."""
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            path = Path(folder, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_fcs(path, np.ones((2, 2)), [Channel("FITC-A"), Channel("PE-A")])
        write_draft(Path(folder))
        with Path(folder, "samples.csv").open(encoding="utf-8", newline="") as sheet:
            return list(csv.DictReader(sheet))


def _truths(habit: str) -> Iterator[tuple[str, dict[str, str]]]:
    for line in habit.strip().splitlines():
        file, _, told = line.partition(" => ")
        values = [value.strip() for value in told.split("|")]
        yield file, dict(zip(FIELDS, values + [""] * (len(FIELDS) - len(values)), strict=True))


def _facts(told: Mapping[str, str], row: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield each fact that the name or the draft tells: its name, the truth and what the draft says."""
    for name in FIELDS:
        found = row.get(name, "")
        if name != "agents" and (told[name] or found):
            yield name, told[name], found
    true = [_agent(words) for words in told["agents"].split(" + ") if words]
    slots = [tuple(row.get(f"{key}{s}", "") for key in ("compound", "dose", "dose_unit")) for s in SLOTS]
    drafted = [slot for slot in slots if any(slot)]
    pairs = {agent: one for agent in true for one in drafted if _plain(agent[0]) == _plain(one[0])}
    rest = [one for one in drafted if one not in pairs.values()]
    for agent in true:
        same = pairs[agent] if agent in pairs else rest.pop(0) if rest else ("", "", "")
        yield from ((n, t, f) for n, t, f in zip(("agent", "dose", "unit"), agent, same, strict=True) if t or f)
    yield from (("agent", "", name) for name, _, _ in rest)


def _agent(words: str) -> tuple[str, str, str]:
    found = re.fullmatch(r"(.+?) ([\d.]+) (\S+)", words)
    return (found[1], found[2], found[3]) if found else (words, "", "")


def _verdict(true: str, found: str, asked: bool) -> list[str]:
    if true != "?" and _plain(true) == _plain(found):
        return ["right", "to_confirm"] if asked else ["right"]
    return ["asked", "other"] if asked and found else ["asked" if asked else "wrong"]


def _asked(questions: str) -> set[str]:
    return {
        fact
        for question in questions.split(" | ")
        for pattern, facts in ABOUT.items()
        if re.search(pattern, question)
        for fact in facts.split()
    }


def _plain(words: str) -> str:
    plain = re.sub(r"[\W_]+", "", words.casefold())
    return SAME.get(plain, plain)


if __name__ == "__main__":
    main()
