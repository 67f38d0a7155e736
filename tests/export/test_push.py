"""`--push`: the folder is on the hub, or it is written and the error says how to push it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import ModelCard
from support.commands import Result, environment
from support.exports import Sweeper
from support.fake_hub import fake_hub

POINT = "fc_in-l1-rho0.3"
FILES = {"README.md", "patch.safetensors", "recipe.json"}


def pushed(folder: Path, sweep: Path, *arguments: str, **variables: str) -> Result:
    """Run the export command in a folder with environment variables for the hub's client."""
    usual = {"HF_HUB_OFFLINE": "0", "HF_TOKEN": "hf_token", "HF_HUB_DISABLE_XET": "1"}
    return subprocess.run(
        [sys.executable, "-m", "laser_sweep.export", sweep, "--point", POINT, *arguments],
        cwd=folder,
        env={**environment(folder), **usual, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def folder(swept: Sweeper) -> Path:
    return swept("gpt2", "lname=fc_in", "lnum=1", "rho=0.3").folder


def test_the_files_are_on_the_hub_and_the_card_has_the_result(folder: Path, tmp_path: Path):
    given = ("--to", "to", "--format", "patch", "--push", "somebody/edited", "--private")
    with fake_hub() as hub:
        done = pushed(tmp_path, folder, *given, HF_ENDPOINT=hub.address)
    assert done.returncode == 0, done.stderr
    assert f"It is pushed to {hub.address}/somebody/edited" in done.stdout
    assert hub.repositories[0]["name"] == "edited"
    assert hub.repositories[0]["organization"] == "somebody"
    assert hub.repositories[0]["visibility"] == "private"
    written = {path.name: path.read_bytes() for path in (tmp_path / "to").iterdir()}
    assert {name: hub.files[name] for name in written} == written
    card = ModelCard(hub.files["README.md"].decode())
    results = {each.metric_type: each for each in card.data.eval_results}
    assert set(results) == {"accuracy", "log_loss"}
    assert results["accuracy"].dataset_name == "rows"
    assert results["accuracy"].dataset_split == "test (first20)"


@pytest.mark.parametrize(
    ("name", "variables", "says"),
    [
        ("a/b/c", {}, "not the name of a repository, user/model"),
        ("somebody/edited", {"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE=1 forbids it"),
        ("somebody/edited", {"HF_TOKEN": ""}, "nobody is logged in to the hub"),
    ],
)
def test_what_is_known_before_the_export_is_told_before_it(
    folder: Path, tmp_path: Path, name: str, variables: dict[str, str], says: str
):
    done = pushed(tmp_path, folder, "--to", "to", "--push", name, **variables)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert says in line
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("refuses", [True, False], ids=["refused", "unreachable"])
def test_what_cannot_be_pushed_is_written_and_told_in_a_line(
    folder: Path, tmp_path: Path, refuses: bool
):
    with fake_hub(refuses=True) as hub:
        address = hub.address if refuses else "http://127.0.0.1:9"
        given = ("--to", "to", "--format", "patch", "--push", "somebody/edited")
        done = pushed(tmp_path, folder, *given, HF_ENDPOINT=address)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert "--push somebody/edited: not pushed: " in line
    assert "(3 files, " in line
    assert "`hf upload somebody/edited to` pushes it" in line
    assert {path.name for path in (tmp_path / "to").iterdir()} == FILES
