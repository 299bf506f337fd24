"""From a fresh clone to the printed brief: time, download and installed size.

Clones the last commit into an empty folder, installs from the lock file into a new virtual environment without a
package cache, and runs the demo with an empty data folder. The times hold for the machine and its connection.

Run: python -m evals.installation
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from evals.figures import Figure, Goal, describe, record, today

ROOT = Path(__file__).parents[1]
MEGABYTE = 1_000_000
_COMMAND = "python -m evals.installation"


def measure(folder: Path) -> list[Figure]:
    """Clone, install, run. Raises CalledProcessError when a step fails."""
    clone, data = folder / "clone", folder / "data"
    _run(["git", "clone", "--quiet", str(ROOT), str(clone)], cwd=folder, data=data)
    installing = _run(["make", "install", f"PYTHON={sys.executable}"], cwd=clone, data=data)
    showing = _run([".venv/bin/sales-copilot", "demo", "--no-serve"], cwd=clone, data=data)
    wheels = folder / "wheels"
    download = ["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    _run([".venv/bin/python", *download, "-r", "requirements.lock", "-d", str(wheels)], cwd=clone, data=data)
    _run([".venv/bin/sales-copilot", "down"], cwd=clone, data=data)
    limit = Goal(comparison="<=", threshold=1200)
    return [
        _figure("installation.size", size_of(clone / ".venv") / MEGABYTE, " MB", goal=limit, note="the folder .venv"),
        _figure("installation.download", size_of(wheels) / MEGABYTE, " MB", note="all pinned packages"),
        _figure("installation.install_seconds", installing, " s", note="make install, no package cache"),
        _figure("installation.demo_seconds", showing, " s", note="demo --no-serve, empty data folder"),
        _figure("installation.clone_to_brief_seconds", installing + showing, " s", note="the two together"),
    ]


def size_of(folder: Path) -> int:
    """Bytes of all files below the folder, links not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _run(command: list[str], *, cwd: Path, data: Path) -> float:
    """Run to the end and return the seconds it took."""
    environment = os.environ | {"COPILOT_DATA_DIR": str(data), "PIP_NO_CACHE_DIR": "1"}
    started = time.perf_counter()
    subprocess.run(command, cwd=cwd, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return time.perf_counter() - started


def _figure(name: str, value: float, unit: str, *, note: str, goal: Goal | None = None) -> Figure:
    return Figure(
        name=name,
        language="-",
        value=value,
        unit=unit,
        n=1,
        goal=goal,
        command=_COMMAND,
        measured_on=today(),
        note=note,
    )


def main() -> int:
    """Measure once and record."""
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder))
    for figure in figures:
        sys.stdout.write(describe(figure) + "\n")
    record(figures)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
