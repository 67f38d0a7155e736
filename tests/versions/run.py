"""Runs the demo and the tests with the lowest or the newest versions that `pyproject.toml` allows.

    python tests/versions/run.py lowest
    python tests/versions/run.py newest --python python3.13
    python tests/versions/run.py lowest --folder /tmp/lowest -- tests/model -W ignore::FutureWarning

Needs `packaging`, and pip in the Python that is tried. Everything is installed into a fresh
environment outside the source, without what `requirements.lock` pins. What stands after `--` goes
to pytest.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bounds import SOURCE, lowest_pins

DEMO = ("-m", "laser_sweep", "-m", "lnum=26..27", "rate=1,9.9")
# What old packages do that newer ones, which they need, call deprecated is not this project's.
OLD = ("-W", "ignore::DeprecationWarning", "-W", "ignore::FutureWarning")
TESTS = ("-m", "pytest", "--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder")


def main() -> None:
    given = _arguments()
    if given.folder:
        given.folder.mkdir(parents=True)
        try_out(given.versions, given.python, given.folder.resolve(), given.pytest)
    else:
        with TemporaryDirectory(prefix="laser_sweep-") as folder:
            try_out(given.versions, given.python, Path(folder), given.pytest)


def try_out(versions: str, python: str, folder: Path, pytest: list[str]) -> None:
    """Install into `folder`, run the demo there, and the tests of this checkout.

    Raises `CalledProcessError` at the first command that fails.
    """
    installed = _install(versions, python, folder)
    _run([installed, *DEMO], folder)
    _run([installed, "-m", "laser_sweep.leaderboard"], folder)
    warned = OLD if versions == "lowest" else ()
    _run([installed, *TESTS, *warned, f"--basetemp={folder / 'tests'}", *pytest], SOURCE)


def _install(versions: str, python: str, folder: Path) -> str:
    """Make an environment and install; the path of its Python. pip chooses the newest by itself."""
    pins = lowest_pins() if versions == "lowest" else []
    constraints = folder / "constraints.txt"
    constraints.write_text("".join(f"{pin}\n" for pin in pins), encoding="utf-8")
    _run([python, "-m", "venv", str(folder / "venv")], folder)
    installed = str(folder / "venv" / "bin" / "python")
    pip = [installed, "-m", "pip", "--disable-pip-version-check"]
    package = ["--editable", f"{SOURCE}[test]", "--constraint", str(constraints)]
    # With --quiet, pip would not tell which bounds conflict.
    _run([*pip, "install", "--progress-bar=off", *package], folder)
    _run([*pip, "freeze"], folder)
    return installed


def _run(command: list[str], folder: Path) -> None:
    print("+", *command, flush=True)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(command, cwd=folder, env=environment, check=True)


def _arguments() -> argparse.Namespace:
    # argparse itself would not accept options between the first word and `--`.
    given = sys.argv[1:]
    end = given.index("--") if "--" in given else len(given)
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("versions", choices=["lowest", "newest"])
    parser.add_argument("--python", default=sys.executable, help="the Python to try")
    parser.add_argument("--folder", type=Path, help="a new folder, which is kept")
    parser.epilog = "What stands after -- goes to pytest."
    return parser.parse_args(given[:end], argparse.Namespace(pytest=given[end + 1 :]))


if __name__ == "__main__":
    main()
