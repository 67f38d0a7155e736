"""Commands in processes that an interpreter forks which has imported everything already.

A process that Python starts for a command imports for seconds what the command needs. A forked one
has its own folder, environment, streams, signals and exit status all the same, and Python ends it
as it ends `python -m MODULE`.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType

from .commands import Result, environment, hub_of
from .forked import Forked

PRELOADED = ("datasets", "matplotlib.pyplot", "transformers.models.gptj.modeling_gptj")
"""Modules that no module of the package imports at its top, but that most sweeps import."""


def forked(
    folder: Path,
    module: str,
    *arguments: object,
    stdout: int | None = None,
    stderr: int | None = None,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Forked:
    """Start what `python -m MODULE ...` does in a folder, in a process that is forked.

    Args:
        folder: the command's working directory.
        module: the command.
        arguments: what follows the module.
        stdout: an open file for the output; None throws the output away.
        stderr: the same for errors.
        variables: variables of the environment beside those of all commands.
    """
    given = [module, *map(str, arguments)]
    with Path(os.devnull).open("r+") as nothing:
        files = [nothing.fileno() if file is None else file for file in (None, stdout, stderr)]
        its_environment = {**environment(folder), **variables}
        return Forked(interpreter(), str(folder), given, its_environment, files)


def run_preloaded(
    folder: Path,
    module: str,
    *arguments: object,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Result:
    """Do what `python -m MODULE ...` does in a folder, in a process that is forked."""
    with TemporaryFile("w+") as output, TemporaryFile("w+") as errors:
        files = {"stdout": output.fileno(), "stderr": errors.fileno()}
        process = forked(folder, module, *arguments, **files, variables=variables)
        status = process.wait()
        for stream in (output, errors):
            stream.seek(0)
        return subprocess.CompletedProcess(arguments, status, output.read(), errors.read())


@cache
def interpreter() -> socket.socket:
    """The connection to the interpreter that forks; it ends with this process."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", __spec__.name, str(theirs.fileno())],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _preload() -> None:
    """Import every module of the package but its programs, and what they import later."""
    package = importlib.import_module("laser_sweep")
    for module in pkgutil.walk_packages(package.__path__, "laser_sweep."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
    for name in PRELOADED:
        importlib.import_module(name)
    # A forked process would otherwise look for garbage among what all have in common.
    gc.freeze()


def _next_command(connection: socket.socket) -> list[str]:
    """Fork for every request; in the forked process, its module and arguments.

    Raises:
        SystemExit: if nobody is left to ask for commands.
    """
    while True:
        message, files, *_ = socket.recv_fds(connection, 1_000_000, 4)
        if not message:
            sys.exit()
        if os.fork() == 0:
            connection.close()
            return _watched(json.loads(message), files)
        for file in files:
            os.close(file)
        while _reaped():
            pass


def _reaped() -> bool:
    """Whether a child had ended, which is no zombie any more."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def _watched(request: dict, files: list[int]) -> list[str]:
    """Fork once more: one process runs the command, and the other tells how the command ended."""
    *streams, answers = files
    pid = os.fork()
    if pid == 0:
        os.close(answers)
        return _as_started(request, streams)
    for file in (0, 1, 2, *streams):
        os.close(file)
    with socket.socket(fileno=answers) as told:
        told.send(str(pid).encode())
        told.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
    os._exit(0)


def _as_started(request: dict, streams: list[int]) -> list[str]:
    """Take the streams, the folder, the environment and the signals of a command."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    for name in ("stdin", "stdout", "stderr"):
        _reopen(name)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    vars(importlib.import_module("huggingface_hub.constants")).update(hub_of(os.environ))
    return request["given"]


def _reopen(name: str) -> None:
    """Open a stream anew: Python's has found out what the interpreter's own file can do."""
    old = getattr(sys, name)
    buffering = 1 if name == "stderr" else -1
    new = os.fdopen(old.fileno(), old.mode, buffering, old.encoding, old.errors, closefd=False)
    setattr(sys, name, new)
    setattr(sys, f"__{name}__", new)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _preload()
    sys.argv = _next_command(socket.socket(fileno=int(sys.argv[1])))
    sys.path[0] = str(Path.cwd())
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
