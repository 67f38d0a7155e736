"""Measured processes: their output, seconds and peak memory."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
GIB = 1 << 30


@dataclass(frozen=True)
class FinishedProcess:
    """A process that has ended.

    Attributes:
        output: its standard output.
        seconds: the seconds from its start to its end.
        cpu: the seconds that cores worked for it, which other programs hardly change.
        peak: its peak memory, in bytes.
    """

    output: str
    seconds: float
    cpu: float
    peak: int


def run(*arguments: object, python: str = sys.executable) -> FinishedProcess:
    """Run Python with some arguments, and end with an error unless it succeeds."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [python, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(HERE)},
    )
    assert process.stdout is not None
    output = process.stdout.read()
    # wait4 has the peak of this process; getrusage would have the largest of all processes so far.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(map(str, arguments))}: exit status {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    cpu = usage.ru_utime + usage.ru_stime
    return FinishedProcess(output, time.perf_counter() - started, cpu, usage.ru_maxrss * unit)


def processor() -> str:
    """The name of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def machine() -> str:
    """The processor and the number of cores."""
    return f"{processor()}, {os.cpu_count()} cores"
