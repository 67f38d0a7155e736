"""A tracker that fails costs one line of the log, and nothing of the sweep."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.disk import disk_full
from support.tracker_stores import TRACKERS, runs

from laser_sweep.config import TrackerConfig
from laser_sweep.report import read_report
from laser_sweep.tracker import _own_process, track


@pytest.fixture
def folder(reported: Path, tmp_path: Path) -> Path:
    """A sweep with its report, in a folder that a test may change."""
    return shutil.copytree(reported, tmp_path / "multirun" / "tiny")


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is imported in the place of MLflow."""
    monkeypatch.syspath_prepend(str(tmp_path / "fake"))
    package = tmp_path / "fake" / "mlflow"
    package.mkdir(parents=True)
    return package / "__init__.py"


def warning(folder: Path, name: str, caplog: pytest.LogCaptureFixture) -> str:
    """Tell the tracker of a sweep; the only line of the log, which is a warning."""
    caplog.clear()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with caplog.at_level(logging.INFO, "laser_sweep"):
        track(read_report(folder), TrackerConfig(name))
    (line,) = [each for each in caplog.records if each.levelno >= logging.INFO]
    text = line.message
    assert line.levelno == logging.WARNING, text
    assert text.startswith(f"tracker={name} does not have this sweep: ")
    assert text.endswith(". The results and the report are kept, and the same command tries again.")
    assert "\n" not in text
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before
    return text


IN_THE_MIDDLE = """
print("a banner")
class MlflowClient:
    def get_experiment_by_name(self, name):
        print("another banner")
        raise ConnectionError("http://me:secret@tracking.example is gone\\nand more.")
"""


def test_a_tracker_that_raises_in_the_middle(
    folder: Path,
    fake: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    stores: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    fake.write_text(IN_THE_MIDDLE)
    text = warning(folder, "mlflow", caplog)
    assert ": http://tracking.example is gone and more. The results" in text
    assert capfd.readouterr() == ("", "")
    # The log file has what the tracker printed, and the traceback.
    with caplog.at_level(logging.DEBUG, "laser_sweep"):
        track(read_report(folder), TrackerConfig("mlflow"))
    (debug,) = [each.message for each in caplog.records if each.levelno == logging.DEBUG]
    assert "another banner" in debug
    assert "Traceback" in debug
    fake.unlink()
    fake.parent.rmdir()
    track(read_report(folder), TrackerConfig("mlflow"))
    assert len(runs("mlflow", stores, folder)) == 1


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import os; os._exit(7)", "its process ended with 7"),
        ("import os; os.kill(os.getpid(), 9)", "its process ended with -9"),
        ("raise SystemExit(3)", ": 3."),
        ("import not_there", "No module named 'not_there'"),
    ],
)
def test_a_tracker_that_ends_its_process(
    code: str, why: str, folder: Path, fake: Path, caplog: pytest.LogCaptureFixture
):
    fake.write_text(code)
    assert why in warning(folder, "mlflow", caplog)


HANGS = """
import subprocess, time
from pathlib import Path
Path("service").write_text(str(subprocess.Popen(["sleep", "600"]).pid))
time.sleep(600)
"""


def test_a_tracker_that_hangs_is_ended_with_all_that_it_started(
    folder: Path,
    fake: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    stores: Path,
):
    fake.write_text(HANGS)
    monkeypatch.setattr(_own_process, "LIMIT_S", 3.0)
    assert "no answer within 3 s" in warning(folder, "mlflow", caplog)
    assert _has_ended(int((stores / "service").read_text()))


def test_a_tracker_ends_with_a_sweep_that_is_killed(folder: Path, fake: Path, stores: Path):
    fake.write_text(HANGS)
    program = (
        "import sys; from pathlib import Path; from laser_sweep.config import TrackerConfig; "
        "from laser_sweep.report import read_report; from laser_sweep.tracker import track; "
        "track(read_report(Path(sys.argv[1])), TrackerConfig('mlflow'))"
    )
    path = os.pathsep.join([str(fake.parent.parent), *sys.path])
    sweep = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], env={**os.environ, "PYTHONPATH": path}
    )
    service = stores / "service"
    while not (service.is_file() and service.read_text()):
        assert sweep.poll() is None
        time.sleep(0.1)
    sweep.kill()
    sweep.wait()
    assert _has_ended(int(service.read_text()))


def _has_ended(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    for _ in range(50):
        if not status.exists() or "State:\tZ" in status.read_text():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("name", TRACKERS)
def test_a_full_disk(name: str, folder: Path, caplog: pytest.LogCaptureFixture):
    # The sweep itself fits on the disk, its page of a megabyte and its pictures do not.
    with disk_full(35_000):
        assert "too large" in warning(folder, name, caplog)


def test_weights_and_biases_without_a_login_asks_nobody(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("WANDB_MODE")
    assert "No API key configured" in warning(folder, "wandb", caplog)


def test_a_server_that_does_not_answer(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    started = time.monotonic()
    text = warning(folder, "mlflow", caplog)
    assert time.monotonic() - started < 60
    assert "127.0.0.1" in text
    assert "secret" not in text
