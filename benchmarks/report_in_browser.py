"""A report opened in headless Chromium, wide and on a phone: what leaves it, what it says, what axe-core finds.

    python -m benchmarks.report_in_browser [results/report.html]

Each row of the table is one look at the page: its size, requests beyond the file itself, messages of the console,
faults that axe-core calls serious or critical (all that is folded unfolded, eight rows of each table), pixels by which
the page is wider than the screen, and whether the keyboard alone sorts a table, enlarges a figure and comes back to
where it was. A third look is with scripts forbidden. Needs playwright, axe-playwright-python and a Chromium.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

WIDTHS = ((1280, 900), (390, 844))
SERIOUS = ("serious", "critical")
# Everything unfolded, and of every table its first rows: axe-core takes minutes over thousands that are alike.
UNFOLDED = """() => {
    for (const row of document.querySelectorAll("tbody tr:nth-child(n + 9)")) row.remove();
    for (const one of document.querySelectorAll("details")) one.open = true;
}"""


def chromium() -> str | None:
    """Return the path of a Chromium, None where there is none."""
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


@contextmanager
def browser() -> Iterator[Any]:
    """Yield a headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        started.close()


def look(started: Any, file: Path, width: int, height: int) -> dict[str, object]:
    """Return what one look at the page finds."""
    from axe_playwright_python.sync_playwright import Axe

    page = started.new_page(viewport={"width": width, "height": height})
    requests: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: requests.append(str(request.url)))
    page.on("console", lambda message: said.append(str(message.text)))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.resolve().as_uri())
    keyboard = {"sorts": _sorts(page), "enlarges": _enlarges(page)}
    wider = int(page.evaluate("document.documentElement.scrollWidth")) - width
    page.evaluate(UNFOLDED)
    faults = [one for one in Axe().run(page).response["violations"] if one["impact"] in SERIOUS]
    page.close()
    return {
        "width": width,
        "megabytes": round(file.stat().st_size / 1e6, 2),
        "requests": sum(not url.startswith(("data:", file.resolve().as_uri())) for url in requests),
        "console": len(said),
        "serious_faults": sum(len(one["nodes"]) for one in faults),
        "too_wide_px": max(0, wider),
        **keyboard,
        "words": "; ".join([*(str(one["id"]) for one in faults), *said]),
    }


def _sorts(page: Any) -> bool:
    """Say whether Enter on the heading of a column sorts its table and says so."""
    button = page.locator("th button:visible").first
    button.focus()
    page.keyboard.press("Enter")
    return page.locator("th[aria-sort=ascending]").count() == 1 and "ascending" in page.locator("#said").inner_text()


def _enlarges(page: Any) -> bool:
    """Say whether Enter enlarges a figure, Escape closes it and the focus comes back; True where there is none."""
    if not page.locator("figure:visible > button").count():
        return True
    button = page.locator("figure:visible > button").first
    button.focus()
    page.keyboard.press("Enter")
    opened = page.locator("dialog").is_visible() and page.locator("#viewer-image").bounding_box()["width"] > 0
    page.keyboard.press("Escape")
    closed = not page.locator("dialog").is_visible()
    return bool(opened and closed and button.evaluate("one => one === document.activeElement"))


def without_script(started: Any, file: Path) -> dict[str, object]:
    """Return what can be read where scripts are forbidden: every row and figure, and no control that does nothing."""
    page = started.new_context(java_script_enabled=False).new_page()
    page.goto(file.resolve().as_uri())
    dead = page.locator("button:visible, form:visible").count()
    read = page.locator("main").is_visible() and page.locator("#answer").is_visible()
    page.close()
    return {"width": 1280, "words": f"no script: {'readable' if read else 'not readable'}, {dead} dead controls"}


def looks(file: Path) -> pd.DataFrame:
    """Return a row a look."""
    with browser() as started:
        rows = [look(started, file, *size) for size in WIDTHS]
        return pd.DataFrame([*rows, without_script(started, file)])


def main() -> None:
    """Look at a report and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", nargs="?", type=Path, default=Path("results/report.html"))
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".csv"))
    args = parser.parse_args()
    found = looks(args.report)
    found.to_csv(args.out, index=False, lineterminator="\n")
    print(found.to_string(index=False))


if __name__ == "__main__":
    main()
