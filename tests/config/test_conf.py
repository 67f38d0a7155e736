"""Every YAML file of `conf/` composes, and names values that exist."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.configs import composed

from laser_sweep.config import conf_folder
from laser_sweep.dataset import DATASETS
from laser_sweep.grid import axes as grid
from laser_sweep.grid.amount import AMOUNTS, amounts
from laser_sweep.intervention import INTERVENTIONS
from laser_sweep.split import SPLITS

FILES = sorted(path for path in conf_folder().glob("*/*.yaml"))
PAPER = sorted(path.stem for path in conf_folder().glob("experiment/paper/[!_]*.yaml"))
CELLS = [
    f"{model}_{dataset}"
    for model in ("roberta-base", "gptj", "llama2-7b")
    for dataset in (
        "counterfact hotpotqa fever bios_gender bios_profession truthfulqa epistemic_reasoning "
        "wikidataqa"
    ).split()
]
NEEDS = {
    "rows": ["dataset.path=questions.jsonl"],
    "bigbench": ["dataset.path=task.json"],
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_composes(path: Path):
    config = composed(f"{path.parent.name}={path.stem}", *NEEDS.get(path.stem, []))
    assert grid.lnames(config.lname)
    grid.lnums(config.lnum)
    kind = config.intervention.kind
    if kind != "none" and INTERVENTIONS.load(kind).AMOUNTS:
        given = {axis: getattr(config, axis) for axis in AMOUNTS}
        assert amounts(given, config.intervention.rates)
    assert config.intervention.name == config.intervention.kind
    assert config.intervention.kind in ["none", *INTERVENTIONS.names()]
    assert config.split.name in SPLITS.names()


@pytest.mark.parametrize("group", ["intervention", "split"])
def test_every_module_has_a_file_and_every_file_a_module(group: str):
    modules = {"intervention": INTERVENTIONS, "split": SPLITS}[group]
    files = {path.stem for path in FILES if path.parent.name == group}
    assert files - {"none"} == set(modules.names()) - {"none"}


def test_a_model_has_a_name_and_a_path():
    for path in FILES:
        if path.parent.name == "model":
            model = composed(f"model={path.stem}").model
            assert model.name == path.stem
            assert model.path


def test_every_cell_of_the_papers_table_is_an_experiment_and_its_chosen_point_another():
    assert set(PAPER) == {*CELLS, *(f"{cell}_point" for cell in CELLS)}


@pytest.mark.parametrize("cell", CELLS)
def test_an_experiment_of_the_paper_composes(cell: str):
    config = composed(f"experiment=paper/{cell}")
    model, dataset = cell.split("_", 1)
    assert (config.model.name, config.dataset.reader) == (model, dataset)
    assert config.protocol == "paper"
    assert (config.paper.model, config.paper.revision) == (config.model.path, config.model.revision)
    assert config.paper.examples == DATASETS.load(dataset).FACTS.count
    assert grid.lnames(config.lname) == ["fc_in", "fc_out"]
    assert config.lnum == "all"
    rhos = [0.9, 0.8, 0.6, 0.4, 0.2, 0.1, 0.05, 0.01, 0.005]
    made = amounts({axis: getattr(config, axis) for axis in AMOUNTS}, config.intervention.rates)
    assert [amount.rho for amount in made] == rhos
    assert config.paper.rho in rhos
    assert all(
        getattr(config.paper, f"{which}_{figure}") > 0
        for which in ("base", "laser")
        for figure in ("accuracy", "loss")
    )


@pytest.mark.parametrize("cell", CELLS)
def test_the_papers_chosen_point_is_one_edit(cell: str):
    config = composed(f"experiment=paper/{cell}_point")
    assert config.paper == composed(f"experiment=paper/{cell}").paper
    made = amounts({axis: getattr(config, axis) for axis in AMOUNTS}, config.intervention.rates)
    assert [amount.rho for amount in made] == [config.paper.rho]
    assert grid.lnames(config.lname) == [config.paper.lname]
    assert grid.lnums(config.lnum) == grid.lnums(config.paper.lnum)
    assert config.model.name in cell


@pytest.mark.parametrize(
    ("cell", "figures"),
    [
        ("gptj_counterfact", (13.1, 5.78, 24.0, 5.05, "fc_in", 27, 0.01)),
        ("roberta-base_hotpotqa", (6.1, 10.99, 6.7, 10.53, "fc_out", 2, 0.4)),
        ("llama2-7b_wikidataqa", (59.5, 2.40, 62.0, 2.31, "fc_in", 27, 0.01)),
    ],
)
def test_figures_of_the_paper(cell: str, figures: tuple[object, ...]):
    paper = composed(f"experiment=paper/{cell}").paper
    ours = (paper.base_accuracy, paper.base_loss, paper.laser_accuracy, paper.laser_loss)
    assert (*ours, paper.lname, paper.lnum, paper.rho) == figures
