"""Commands in a process of their own or in the test's process; their output and result files."""

from __future__ import annotations

import importlib
import io
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from hydra.core.global_hydra import GlobalHydra

Result = subprocess.CompletedProcess[str]
Command = Callable[..., Result]

SWEEP_FOLDER = Path("multirun/demo/noisy_facts/rank_reduction")


def environment(folder: Path) -> dict[str, str]:
    """The environment of a command: no network, and no cache of the user's."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("HYDRA")},
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(folder / "hugging-face"),
        "COLUMNS": "120",
    }


def hub_of(variables: Mapping[str, str]) -> dict[str, object]:
    """What the hub's client has of an environment; it reads the environment when it is imported."""
    home = variables["HF_HOME"]
    return {"HF_HUB_OFFLINE": True, "HF_HOME": home, "HF_HUB_CACHE": f"{home}/hub"}


def run_command(folder: Path, module: str, *arguments: object, packages: str = "") -> Result:
    """Run `python -m MODULE ...` in a folder, in a process of its own.

    Args:
        folder: the folder.
        module: the module.
        arguments: the arguments.
        packages: a folder of packages that come before those installed; empty for none.
    """
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=folder,
        env={**environment(folder), **({"PYTHONPATH": packages} if packages else {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def run_in_process(folder: Path, module: str, *arguments: object) -> Result:
    """Do what `python -m MODULE ...` does in a folder, in the test's process.

    A process of its own takes seconds for its imports alone. An exception that would end the
    command with a traceback reaches the test.
    """
    program = importlib.import_module(f"{module}.__main__")
    argv = [str(program.__file__), *map(str, arguments)]
    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with _state_of_a_process(folder, argv), redirect_stdout(output), redirect_stderr(errors):
        status = _exit_status(program.main)
    return subprocess.CompletedProcess(argv, status, _text(output), _text(errors))


def _exit_status(main: Callable[[], None]) -> int:
    """Call the main function; its exit status, as the interpreter would have it."""
    try:
        main()
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
            return 1
        return ended.code or 0
    return 0


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@contextmanager
def _state_of_a_process(folder: Path, argv: list[str]) -> Iterator[None]:
    """The folder, environment, hub, Hydra and log of a new process, for the time of a command."""
    variables = environment(folder)
    with (
        chdir(folder),
        mock.patch.dict(os.environ, variables, clear=True),
        mock.patch.multiple("huggingface_hub.constants", **hub_of(variables)),
        mock.patch.object(sys, "argv", argv),
        _hydra_and_log(),
    ):
        yield


@contextmanager
def _hydra_and_log() -> Iterator[None]:
    """Hydra without a state, for the time of a command; afterwards the logs as they were."""
    raises = logging.raiseExceptions
    GlobalHydra.instance().clear()
    try:
        # `--info` has Hydra log to standard output, by the logger of all programs.
        with _log_of(None), _log_of("laser_sweep"):
            yield
    finally:
        logging.raiseExceptions = raises
        GlobalHydra.instance().clear()


@contextmanager
def _log_of(name: str | None) -> Iterator[None]:
    """A logger that has its handlers, its level and its propagation again afterwards."""
    logger = logging.getLogger(name)
    handlers, level, propagate = list(logger.handlers), logger.level, logger.propagate
    try:
        yield
    finally:
        logger.handlers = handlers
        logger.setLevel(level)
        logger.propagate = propagate


def assert_success(result: Result) -> str:
    """The command succeeded; its output."""
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def assert_one_line(result: Result, *fragments: str) -> None:
    """The command failed with status 1 and one line on standard error, which has all fragments."""
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1, result.stderr
    for fragment in fragments:
        assert fragment in result.stderr


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The result files of a sweep's folder."""
    return {path.name: path.read_bytes() for path in (folder / "results").iterdir()}


def complete_of(folder: Path) -> dict[str, bytes]:
    """The result files, without the temporary ones that a killed process leaves."""
    return {path.name: path.read_bytes() for path in (folder / "results").glob("*.parquet")}
