"""A process that another interpreter forks for a command; it is like a `subprocess.Popen`.

As a program it stands for `python` in a shell's commands:

    python forked.py CONNECTION -m MODULE ARGUMENTS...

It imports only what takes no time: what a command needs, the other interpreter has imported.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


class Forked:
    """A process that runs a command; like a `subprocess.Popen`.

    Attributes:
        pid: its id.
        returncode: its exit status; None until `poll` or `wait` has found that it ended.
    """

    def __init__(
        self,
        interpreter: socket.socket,
        folder: str,
        given: Sequence[str],
        environment: Mapping[str, str],
        files: Sequence[int],
    ) -> None:
        """Do what `python -m MODULE ...` does in a folder.

        Args:
            interpreter: the connection to the interpreter that forks; see `preloaded`.
            folder: the command's working directory.
            given: the module and its arguments.
            environment: the command's environment.
            files: open files for the input, the output and the errors.
        """
        request = {"folder": folder, "given": list(given), "environment": dict(environment)}
        self._answers, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(interpreter, [json.dumps(request).encode()], [*files, theirs.fileno()])
        self.pid = int(self._answers.recv(100))
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, or None while the command runs."""
        try:
            return self.wait(0)
        except TimeoutError:
            return None

    def wait(self, timeout: float | None = 600) -> int:
        """Wait until the command has ended; its exit status.

        Args:
            timeout: the most seconds to wait; None for no bound.

        Raises:
            TimeoutError: after so many seconds.
        """
        if self.returncode is None:
            self._answers.settimeout(timeout)
            try:
                self.returncode = int(self._answers.recv(100))
            except BlockingIOError as error:
                raise TimeoutError from error
            self._answers.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the command is known to have ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Send SIGKILL, unless the command is known to have ended."""
        self.send_signal(signal.SIGKILL)


if __name__ == "__main__":
    _, connection, option, *given = sys.argv
    if option != "-m":
        os.execv(sys.executable, [sys.executable, option, *given])
    with socket.socket(fileno=int(connection)) as interpreter:
        forked = Forked(interpreter, str(Path.cwd()), given, os.environ, (0, 1, 2))
        # Who runs the shell has a bound of its own.
        status = forked.wait(timeout=None)
    sys.exit(status if status >= 0 else 128 - status)
