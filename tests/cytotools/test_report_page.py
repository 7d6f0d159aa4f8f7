from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from cytotools.cautions import caution_table, entries_of
from cytotools.report_page import render
from cytotools.report_sections import ShownFigure
from cytotools.results import Results
from cytotools.study import Study
from cytotools.tables import complete

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "quotes": "\"' onclick='alert(1)\" <b>&amp;",
    "right to left": "rep\u202e1\u200f.fcs",
    "long": "x" * 300,
    "climbing": "../../../etc/passwd",
    "scheme": "javascript:alert(1)",
    "template": "{{ 7 * 7 }}{% raw %}",
    "policy": "</style><img src=http://example.org/x>",
}
VOID = {"meta", "img", "input", "br", "link", "hr"}
PROVENANCE = {"version": "1", "python": "3", "libraries": {"numpy": "2"}, "inputs": [{"file": "a", "sha256": "0"}]}
PICTURE = "data:image/svg+xml,%3Csvg/%3E"


class Page(HTMLParser):
    """The elements of a page, each with its attributes, and all text outside style and script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self._open = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open not in ("style", "script"):
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def shape(self) -> list[tuple[str, list[str]]]:
        """Return the elements without their content; a short subject of a sentence is printed bold, a long one not."""
        return [(tag, sorted(attributes)) for tag, attributes in self.elements if tag != "b"]

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]


def results(name: str, tmp_path: Path) -> Results:
    """Return a study of two wells and a blot verdict in which every word from outside is `name`."""
    condition = {"cell_line": name, "compound": name, "dose": 5.0, "dose_unit": name, "hours": 24.0}
    wells = [
        condition
        | {"plate": name, "well": well, "assay": "mtt", "role": "treated", "signal": 1.0, "response": 0.5}
        | {"low": 0.4, "high": 0.6, "caution": caution}
        for well, caution in (("A1", ""), ("A2", f"outlier: {name}"))
    ]
    caspase = condition | {"fold": 2.0, "low": 1.5, "high": 2.7, "fold_per_viable": 2.0, "per_viable_low": 1.0}
    caspase |= {"per_viable_high": 3.0, "n": 3, "caution": "peak: highest"}
    resistance: dict[str, object] = {
        "cell_line": name,
        "arm": name,
        "compound": name,
        "mechanism": "cIAP2_rebound",
        "grade": "supported",
    }
    resistance |= {"evidence": name, "quantity": name, "value": 2.0, "low": 1.5, "high": 3.0, "n": 3}
    resistance |= {"next_experiment": name, "source": name, "caution": ""}
    found = {name: pd.DataFrame(rows) for name, rows in (("wells", wells), ("caspase", [caspase]))}
    entries = [e for table in found.values() for e in entries_of(table, "plates", ["plate", "well"])]
    found |= {"resistance": pd.DataFrame([resistance]), "cautions": caution_table(entries)}
    return Results(Study(tmp_path / "study.yaml", title=name), complete(found), ("plates",))


def shown(name: str, tmp_path: Path) -> str:
    places = {"plate_1": "answer", "plate_2": "plates", "plate_3": "plates in detail"}
    figures = [ShownFigure(stem, name, name, section, PICTURE, 300) for stem, section in places.items()]
    return render(results(name, tmp_path), figures, PROVENANCE | {"inputs": [{"file": name, "sha256": "0"}]})


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return Page(shown("ECA109", tmp_path_factory.mktemp("page")))


def test_ids_are_unique_and_every_link_leads_to_one(page: Page) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    pointed = [target.removeprefix("#") for target in page.values("href")]
    pointed += [one for name in ("aria-labelledby", "aria-describedby", "for") for one in page.values(name)]
    assert set(pointed) <= set(ids)


def test_a_caution_and_its_cell_lead_to_each_other(page: Page) -> None:
    ids, links = page.values("id"), page.values("href")
    cautions = [one for one in ids if one.startswith("c-")]
    rows = [one for one in ids if one.startswith("r-")]
    assert len(cautions) == len(rows) == 2
    assert all(f"#{one}" in links for one in (*cautions, *rows))


def test_nothing_comes_from_outside_and_only_our_script_runs(page: Page, tmp_path: Path) -> None:
    assert all(source.startswith("data:image/") for source in page.values("src"))
    assert all(target.startswith("#") for target in page.values("href"))
    assert not page.all("link")
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not page.values("style")
    html = shown("ECA109", tmp_path)
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; img-src data:;")
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
        assert not re.search(r"https?://|@import|url\(|fetch\(|XMLHttp|eval\(", text)


def test_it_is_a_page_for_a_screen_reader(page: Page) -> None:
    assert page.all("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert {"header", "nav", "main", "footer"} <= {tag for tag, _ in page.elements}
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(head.get("scope") == "col" for head in page.all("th"))
    assert all("alt" in picture for picture in page.all("img"))
    assert page.all("a")[0] == {"class": "skip", "href": "#answer"}


def test_tags_are_closed_where_html_asks_for_it(tmp_path: Path) -> None:
    html = re.sub(r"<(style|script)>.*?</\1>", "", shown("ECA109", tmp_path), flags=re.DOTALL)
    opened = re.findall(r"<([a-z0-9]+)[ >]", html)
    for tag in set(opened) - VOID - {"td", "th", "tr"}:
        assert opened.count(tag) == html.count(f"</{tag}>"), tag


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_names_are_text(kind: str, page: Page, tmp_path: Path) -> None:
    name = HOSTILE[kind]
    hostile = Page(shown(name, tmp_path))
    assert hostile.shape() == page.shape()
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*|[crft]-[0-9a-f]{8}(-\d+|-title)*", one) for one in hostile.values("id"))
    written = name.replace("\u202e", "[U+202E]").replace("\u200f", "[U+200F]")
    assert any(written in text for text in hostile.text)
    assert not any(sign in text for text in hostile.text for sign in "\u202e\u200f")


def test_the_same_results_give_the_same_page(tmp_path: Path) -> None:
    assert shown("ECA109", tmp_path) == shown("ECA109", tmp_path)


def test_long_groups_of_answers_fold_and_are_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from cytotools import report_page
    from cytotools.wording import AnswerGroup

    group = AnswerGroup("Do cells die?", tuple(f"line {k}: {k} %" for k in range(14)))
    monkeypatch.setattr(report_page, "answers", lambda _: [group])
    folded = Page(shown("ECA109", tmp_path))
    assert len([text for text in folded.text if re.fullmatch(r"line \d+:", text)]) == 14
    assert {"class": "printed"} in folded.all("details")
    assert "2 more on: Do cells die?" in folded.text


def test_marks_tell_verdicts_apart_without_colour(page: Page) -> None:
    assert "● supported" in page.text
    assert any("▲ warning" in text for text in page.text)
