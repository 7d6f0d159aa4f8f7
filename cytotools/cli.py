"""The command line: read a study, analyse it, write the report. What it can do, Python can do in three lines."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cytotools.labels import visible

if TYPE_CHECKING:
    from cytotools.results import Results
    from cytotools.study import Study
    from cytotools.workers import Map

DIFFERENT = 1
DONE, BUG, WRONG_STUDY, UNUSABLE_CONTENT, STOPPED = 0, 1, 2, 3, 130

app = typer.Typer(
    name="cytotools",
    help="From one study folder of FCS files and blot images to quadrants, densitometry and one honest report.",
    epilog="Exit status: 0 done (cautions included), 2 the study, a sheet or a path is wrong (nothing was written), "
    "3 done, but a file's content could not be used. Research use only.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

StudyPath = Annotated[Path, typer.Argument(help="study.yaml, or the folder that holds it.", show_default=False)]


@app.callback(invoke_without_command=True)
def _version(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    if version:
        from cytotools.provenance import own_version

        _say(f"cytotools {own_version()}")
        raise typer.Exit
    del context


@app.command()
def run(
    study: StudyPath,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Output folder; default: results/ beside the study.")
    ] = None,
    only: Annotated[str | None, typer.Option(help="Some assays only: flow,blots,plates.")] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Processes to work in; default: one a core. Only the time depends on it.",
            show_default=False,
        ),
    ] = None,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figures.")] = True,
) -> None:
    """Analyse a study and write report.html, tables/, figures/, gates.xml and provenance.json."""
    from cytotools.workers import parallel_map, usable_cores, use_one_thread

    use_one_thread()
    from cytotools.study_files import read_study

    found = read_study(study)
    with parallel_map(workers or usable_cores()) as parallel:
        folder = out if out is not None else found.folder / "results"
        results, report = _analyse_and_write(found, folder, _assays(only), figures, parallel)
    _close(results, report)


@app.command()
def check(study: StudyPath) -> None:
    """Read a study and its sheets, and say everything that is wrong with them; nothing is analysed or written."""
    from cytotools.study_files import read_study

    found = read_study(study)
    for note in found.notes:
        _say(f"note: {note}")
    _say(f"{found.path.name}: no problem in {_contents(found)}.")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A folder with the files of a study, as it is.", show_default=False)],
) -> None:
    """Write a draft of study.yaml and its sheets from the files of a folder, with questions where names are unclear."""
    from cytotools.drafting.write_draft import write_draft
    from cytotools.labels import visible

    found, draft = write_draft(folder)
    typer.echo(f"Found: {visible('; '.join(draft.summary))}.")
    for file, why in found.aside[:10]:
        typer.echo(visible(f"  left aside: {file} ({why})"))
    if len(found.aside) > 10:
        typer.echo(f"  and {len(found.aside) - 10} more left aside")
    typer.echo(f"Written: {', '.join(draft.files)}.")
    asked = sorted(draft.questions.items(), key=lambda question: -question[1])
    said = "Questions, in the sheets (column `question`) and at the top of study.yaml:"
    typer.echo(said if asked else "Every name was clear.")
    for words, count in asked[:10]:
        typer.echo(visible(f"  {words}" + (f" ({count} rows)" if count > 1 else "")))
    if len(asked) > 10:
        typer.echo(f"  and {len(asked) - 10} more")
    typer.echo(f"Next: look at the sheets, then cytotools check {folder / 'study.yaml'}")


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.", show_default=False)],
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw the figures.")] = True,
) -> None:
    """Write the simulated sample study (about 10 MB, with its truth) into a folder and analyse it."""
    from cytotools.workers import parallel_map, usable_cores, use_one_thread

    use_one_thread()
    from cytotools.errors import Problem, StudyError
    from cytotools.sample_study import write_sample_study
    from cytotools.study_files import read_study

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        got = "a folder with files in it" if folder.is_dir() else "a file"
        raise StudyError([Problem(str(folder), "the folder", "a new or empty folder", got, "Name another folder.")])
    path = write_sample_study(folder)
    _say(f"The sample study is in {folder}; its truth in {folder / 'truth'}.")
    found = read_study(path)
    with parallel_map(usable_cores()) as parallel:
        results, report = _analyse_and_write(found, folder / "results", None, figures, parallel)
    _close(results, report)


@app.command()
def design(
    path: Annotated[Path, typer.Argument(metavar="DESIGN.yaml", help="What is to be tested.", show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", help="A new or empty folder.", show_default=False)],
) -> None:
    """Lay out the plates of an experiment at random, with its pipetting sheet and the precision to expect."""
    from cytotools.design.design_files import read_design
    from cytotools.design.index_precision import expected_indices
    from cytotools.design.summary import index_table, precision_table, summary_lines
    from cytotools.design.write import write_design

    found = read_design(path)
    folder, precision = write_design(found, path, out)
    for line in summary_lines(found):
        _say(line)
    width = None if sys.stdout.isatty() else 140
    _say(precision_table(found, precision, width))
    indices = tuple(expected_indices(found))
    if indices:
        _say(index_table(found, indices, width))
    cautions = [f"{row.curve}: {row.caution}." for row in precision if row.caution]
    cautions += [f"{row.combination}: {row.caution}." for row in indices if row.caution]
    for caution in dict.fromkeys(cautions):
        _say(caution)
    _say(f"Design: {folder} (pipetting.md, tubes.xlsx, layouts/, study.yaml).")


@app.command()
def fcs(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="FCS files, or folders of them.", show_default=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
) -> None:
    """Tell what each FCS file holds, what is wrong with it and what was repaired."""
    from cytotools.fcs_listing import find_fcs_files, list_fcs_file, summary

    found, listings = find_fcs_files(files), []
    with _file_bar(len(found)) as (advance, tell):
        for path in found:
            listings.append(list_fcs_file(path))
            advance()
            tell(listings[-1].as_json() if as_json else listings[-1].as_text())
    if not as_json:
        _say(summary(listings))
    if any(listing.status == "refused" for listing in listings):
        raise typer.Exit(UNUSABLE_CONTENT)


@app.command()
def selftest() -> None:
    """Fit regressions whose answers NIST has certified, and print how many digits this computer finds."""
    from cytotools.doses.selftest import selftest as fitted
    from cytotools.selftest_command import selftest_lines

    table = fitted()
    for line in selftest_lines(table):
        _say(line)
    if not table["passed"].all():
        raise typer.Exit(BUG)


@app.command()
def compusyn(
    path: Annotated[
        Path, typer.Argument(metavar="TABLE", help="Doses and effects, or a report of CompuSyn.", show_default=False)
    ],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write the tables as CSV into this folder.")] = None,
    beyond: Annotated[
        str,
        typer.Option(help="Effects at or beyond 0 and 1: refuse, leave-out, or the distance to keep, such as 0.01."),
    ] = "refuse",
) -> None:
    """Compute median effects, combination and dose reduction indices of a table, digit for digit as CompuSyn."""
    from cytotools.compusyn_command import ONE_EXPERIMENT, beyond_of, compusyn_lines
    from cytotools.compusyn_files import read_compusyn_file, write_compusyn_folder
    from cytotools.compusyn_results import compusyn_results

    policy = beyond_of(beyond)
    results = [compusyn_results(table, beyond=policy, name=path.name) for table in read_compusyn_file(path)]
    folder = write_compusyn_folder(results, path, out) if out is not None else None
    for found in results:
        for line in compusyn_lines(found, None if sys.stdout.isatty() else 140):
            _say(line)
    _say(ONE_EXPERIMENT)
    if folder is not None:
        _say(f"Tables: {folder} (median_effect.csv, combination.csv).")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The folder of earlier results.", show_default=False)],
    new: Annotated[Path, typer.Argument(help="The folder of later ones.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Tell what changed between two analyses, and why; exit status 0 the same, 1 different, 2 no results there."""
    import json

    from cytotools.changes.change_lines import change_lines
    from cytotools.changes.result_changes import as_json as json_of
    from cytotools.changes.result_changes import compare_results
    from cytotools.changes.result_folder import read_results

    changes = compare_results(read_results(old), read_results(new))
    for line in [json.dumps(json_of(changes))] if as_json else change_lines(changes):
        _say(line)
    if not changes.is_same:
        raise typer.Exit(DIFFERENT)


@contextmanager
def _file_bar(n_files: int) -> Iterator[tuple[Callable[[], None], Callable[[str], None]]]:
    """Yield how to say that a file is done and how to write a line, with a bar where a terminal shows it."""
    if not sys.stderr.isatty():
        yield (lambda: None), _say
        return
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        task = bar.add_task("Reading FCS files", total=n_files)

        def above_the_bar(line: str) -> None:
            console.out(line, highlight=False)

        yield (lambda: bar.advance(task)), (above_the_bar if sys.stdout.isatty() else _say)


def _say(words: str, err: bool = False) -> None:
    """Write a line in which nothing from a file can hide letters, turn their order or steer the terminal."""
    typer.echo(visible(words), err=err)


def main() -> None:
    """Run the command line; a user's mistake ends in a message and its exit status, never in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a sign that the terminal's alphabet lacks must not end a run
            stream.reconfigure(errors="backslashreplace")
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # SIGHUP: the terminal has gone; Windows has none
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    try:
        app()
    except _Stopped:
        _say("Stopped. Nothing was written; earlier results are as they were.", err=True)
        sys.exit(STOPPED)
    except BrokenPipeError:  # the reader of our output has gone: `cytotools check study.yaml | head`
        os._exit(DONE)
    except Exception as error:
        sys.exit(_told(error))


class _Stopped(BaseException):
    """The user, or the system, asked us to stop."""


def _stop(*_: object) -> None:
    raise _Stopped


def _told(error: Exception) -> int:
    """Print what went wrong and return the exit status."""
    if isinstance(error, OSError):
        _say(f"{error.filename or 'disk'}: {error.strerror or error}. Check the path and the space left.", err=True)
        return WRONG_STUDY
    if isinstance(error, ValueError) and type(error).__module__.split(".")[0] in ("cytotools", "gating", "blots"):
        _say(str(error), err=True)
        return WRONG_STUDY
    if os.environ.get("CYTOTOOLS_DEBUG"):
        raise error
    _say(
        f"A fault in cytotools: {type(error).__name__}: {error}. Nothing was written. "
        "Set CYTOTOOLS_DEBUG=1 to see where, and report it.",
        err=True,
    )
    return BUG


def _assays(only: str | None) -> list[str] | None:
    if only is None:
        return None
    from cytotools.analysis import ASSAYS
    from cytotools.errors import Problem, StudyError

    wanted = [part.strip() for part in only.split(",") if part.strip()]
    unknown = [part for part in wanted if part not in ASSAYS]
    if unknown or not wanted:
        remedy = "Write for example --only flow,blots."
        raise StudyError([Problem("--only", "the assays", f"some of {', '.join(ASSAYS)}", repr(only), remedy)])
    return wanted


def _analyse_and_write(
    study: Study, folder: Path, only: list[str] | None, figures: bool, parallel: Map
) -> tuple[Results, Path]:
    from cytotools.analysis import analyse
    from cytotools.output import require_replaceable
    from cytotools.report import write_report

    require_replaceable(folder, [study.folder / file for file in study.inputs])
    with _progress() as tell:
        tell(f"Reading {_contents(study, only)}")
        results = analyse(study, only, map=_counted(parallel, tell))
        tell("Writing the report" + (" and its figures" if figures else ""))
        report = write_report(results, folder, figures=figures, map=_counted(parallel, tell))
    return results, report


def _close(results: Results, report: Path) -> None:
    from cytotools.tables import rows_of

    for words in dict.fromkeys(f"{row['caution']} {row['remedy']}" for row in rows_of(results.refused)):
        _say(f"left out: {words}", err=True)
    severities = results.cautions["severity"].value_counts()
    counted = ", ".join(f"{n} {severity}" for severity, n in severities.items()) or "none"
    _say(f"Cautions: {counted} (tables/cautions.csv).")
    _say(f"Report: {report}")
    if len(results.refused):
        raise typer.Exit(UNUSABLE_CONTENT)


def _contents(study: Study, only: list[str] | None = None) -> str:
    counted = {
        "flow": (len(study.flow.samples) if study.flow else 0, "FCS file"),
        "blots": (len(study.blots.images) if study.blots else 0, "blot image"),
        "plates": (len(study.plates), "plate file"),
    }
    wanted = [found for assay, found in counted.items() if found[0] and (only is None or assay in only)]
    return ", ".join(f"{n} {what}{'s' if n > 1 else ''}" for n, what in wanted) or "nothing"


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Yield a function that says what is being done: a moving line on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield lambda words: _say(words, err=True) if not words.startswith("\r") else None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        yield lambda words: bar.update(task, description=words.strip())


def _counted(parallel: Map, tell: Callable[[str], None]) -> Map:
    """Return a map that says which of its tasks is done."""

    def counted(function: Callable[[Any], object], tasks: Iterable[Any]) -> Iterator[object]:
        tasks = list(tasks)
        return _told_of(parallel(function, tasks), _what(tasks), len(tasks), tell)

    return counted


def _told_of(results: Iterable[object], what: str, count: int, tell: Callable[[str], None]) -> Iterator[object]:
    for number, result in enumerate(results, 1):
        tell(f"\r{what} {number} of {count}")
        yield result


def _what(tasks: Sequence[object]) -> str:
    """Return what tasks are made of: files of flow cytometry are strings, blot images come in groups."""
    names = {
        "str": "Flow cytometry: file",
        "Group": "Flow cytometry: batch",
        "tuple": "Blots: image",
        "Drawing": "Figure",
        "Saved": "Figure in the page",
    }
    return names.get(type(tasks[0]).__name__ if tasks else "", "Plates: part")


if __name__ == "__main__":
    main()
