"""The pages of the documentation: the worked example of an own dataset, the table of datasets."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.documents import ROOT, blocks, run
from support.paper_datasets import COUNTS

from laser_sweep import read_results
from laser_sweep.dataset import DATASETS

PAGE = (ROOT / "docs" / "datasets.md").read_text()


@pytest.mark.slow
def test_the_worked_example_of_an_own_dataset(tmp_path: Path):
    shown = next(text for kind, text in blocks("docs/datasets.md") if "Asked of demo" in text)
    printed = [
        run(kind, text, tmp_path) for kind, text in blocks("docs/datasets.md") if kind == "bash"
    ]
    assert shown in printed[1]
    sweeps = tmp_path / "multirun" / "demo"
    music = ["music", "music_stage", "music_or_noise", "music_in_words"]
    others = ["noisy_facts", "texts"]
    assert sorted(path.name for path in sweeps.iterdir()) == sorted(music + others)
    for name in music:
        results = read_results(sweeps / name / "rank_reduction")
        assert "fc_in-l27-rho0.01" in set(results["point"])
        assert len(results[results["point"] == "base"]) == 10


def test_a_sites_own_settings_are_a_file(tmp_path: Path):
    (text,) = [text for kind, text in blocks("docs/cluster.md") if kind == "bash"]
    printed = run("bash", text, tmp_path)
    for line in ("--account=my-account", "--time=480", "--reservation=my-reservation"):
        assert f"#SBATCH {line}\n" in printed
    assert "module load cuda\n" in printed


@pytest.mark.parametrize("name", COUNTS)
def test_a_dataset_of_the_paper_is_in_the_table(name: str):
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
    facts = DATASETS.load(name).FACTS
    assert f"| {facts.count:,} |" in row
    assert facts.licence.split(",")[0] in row


@pytest.mark.slow
def test_the_splits_that_are_shown_evaluate_what_they_say(tmp_path: Path):
    (text,) = [text for kind, text in blocks("docs/selection.md") if kind == "bash"]
    printed = [run("bash", line, tmp_path) for line in text.strip().splitlines()]
    todo = ["9 to do", "7 to do", "0 to do: nothing to compute", "0 to do: nothing to compute"]
    assert all(what in said for what, said in zip(todo, printed, strict=True)), printed


@pytest.mark.slow
def test_the_programs_of_the_page_on_the_library(tmp_path: Path):
    programs = [text for kind, text in blocks("docs/library.md") if kind == "python"]
    found, described = (run("python", text, tmp_path) for text in programs)
    assert "fc_in-l27-rho0.01 0.93" in found
    assert (tmp_path / "chosen" / "model.safetensors").is_file()
    assert "clean_facts" in described
