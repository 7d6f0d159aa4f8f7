"""Programs that measure blots, run from outside where they are installed: ImageJ's Gels tool and gelpy.

Both get pictures that were turned upright and true lane positions; ImageJ gets the true rows too. gelpy is run as a
program of its own (GPL): name its command with --gelpy, in an environment outside the project.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.blot_peers_recipes import Array, Placed, turned_upright
from blots.simulate import write_blot_tiff

_MACRO = Path(__file__).with_name("blot_peers_gels.ijm")
_JARS = ("/usr/share/java/ij.jar", "/usr/share/java/ij/ij.jar")
_FAR_PX = 10.0  # a fitted peak farther from its row than this belongs to no band
_PATIENCE_S = 300


def imagej_jar() -> str | None:
    """Return Debian's ij.jar where java and a virtual display are there too."""
    there = all(shutil.which(name) for name in ("java", "xvfb-run"))
    return next((jar for jar in _JARS if there and Path(jar).exists()), None)


def imagej_version(jar: str) -> str:
    """Return what Debian's package says."""
    said = _run(["dpkg-query", "-W", "-f", "${Version}", "imagej"])
    return f"ImageJ {said}" if said else f"ImageJ ({jar})"


def imagej(placed: Placed, jar: str, taller: int = 1) -> Array:
    """Measure with the Gels tool, its plots `taller` than usual; a peak under 3 pixels of its plot reads 0."""
    upright = turned_upright(placed)
    top = max(0, int(upright.y.min()) - 50)
    bottom = min(upright.image.shape[0], int(upright.y.max()) + 60)
    lanes, bands = upright.x.shape
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_blot_tiff(folder / "blot.tif", upright.image)
        request: list[object] = [folder / "blot.tif", folder / "out.csv", 1, round(upright.lane_width_px), top]
        request += [bottom - top, taller, lanes, bands]
        request += [" ".join(f"{v:.2f}" for v in (x.mean(), *y)) for x, y in zip(upright.x, upright.y, strict=True)]
        (folder / "request.txt").write_text("\n".join(map(str, request)) + "\n")
        virtual = ["xvfb-run", "-a", "-s", "-screen 0 1280x1024x24"]
        _run([*virtual, "java", "-Xmx1g", "-cp", jar, "ij.ImageJ", "-macro", str(_MACRO), str(folder / "request.txt")])
        if not (folder / "out.csv").exists():
            message = f"ImageJ wrote no table for {placed.name}"
            raise RuntimeError(message)
        rows = list(csv.DictReader((folder / "out.csv").open()))
    return np.array([float(row["pixels"]) for row in rows]).reshape(lanes, bands)


def gelpy_version(command: str) -> str:
    """Return what the program says of itself."""
    found = re.search(r"\d+(\.\d+)+", _run([command, "--version"]))
    return f"gelpy {found.group()}" if found else "gelpy"


def gelpy(placed: Placed, command: str) -> tuple[Array, Array]:
    """Fit with the true lanes given; return the areas, which it scales to each lane, and where it says unsure.

    A band with no peak within 10 px of its row reads 0.
    """
    upright = turned_upright(placed)
    width = str(round(upright.lane_width_px))
    with tempfile.TemporaryDirectory() as name:
        image, run = Path(name) / "blot.tif", str(Path(name) / "run")
        write_blot_tiff(image, upright.image)
        _run([command, "init", run, str(image), "--n-lanes", str(len(upright.x)), "--width", width])
        centres = [part for x in upright.x.mean(axis=1) for part in ("--x-center", f"{x:.1f}")]
        _run([command, "lanes", "set", run, *centres, "--width", width])
        _run([command, "background", "remove", run])
        _run([command, "fit", "run", run])
        table = list(csv.DictReader(io.StringIO(_run([command, "results", "show", run, "--format", "csv"]))))
    area, unsure = np.zeros(upright.x.shape), np.zeros(upright.x.shape)
    for row in table:
        lane, at = int(row["lane_index"]), float(row["maximum_position"])
        unsure[lane] = row["confidence"] != "ok"
        band = int(np.argmin(np.abs(upright.y[lane] - at)))
        if abs(upright.y[lane, band] - at) <= _FAR_PX:
            area[lane, band] += float(row["area"])
    return area, unsure


def _run(command: Sequence[str]) -> str:
    """Run a program with one thread and return what it printed; one that hangs is ended with all it started."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "NO_COLOR": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment, start_new_session=True
    ) as process:
        try:
            return process.communicate(timeout=_PATIENCE_S)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return ""
