"""Keyword arguments are the command's options: the same configuration, or the same sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from functools import cache, reduce
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.commands import Command, assert_one_line, assert_success
from support.configs import composed

from laser_sweep import ConfigError
from laser_sweep.config import GROUPS, Config, conf_folder, explain, options
from laser_sweep.library._composing import compose
from laser_sweep.library._given import plain

LEAVES = [name for name in options() if name not in GROUPS]
FILES = sorted(
    (path.parent.name, path.stem)
    for path in conf_folder().glob("*/*.yaml")
    if path.stem not in ("rows", "bigbench")
)
SPECIAL: dict[str, tuple[Any, ...]] = {
    "also": (["clean_facts", {"dataset": "rows", "path": "a,b.jsonl"}],),
    "stack": ([{"lname": "fc_in", "lnum": [1, 2], "rho": 0.5}],),
    "dataset.patterns": ({"answer": "(?P<number>\\d+)"},),
    "dataset.reader": ("fever",),
    "dataset.too_long": ("drop",),
    "dataset.limit": (7,),
    "dataset.scoring": ("choice",),
    "dataset.name": ("other",),
    "model.name": ("other",),
    "model.dtype": ("bfloat16",),
    "model.attention": ("eager",),
    "model.device_map": ("balanced",),
    "model.side": ("encoder",),
    "model.layout.form": ("interleaved",),
    "model.layout.order": (["v_proj", "k_proj", "q_proj"],),
    "intervention.name": ("other",),
    "split.test": ("all",),
    "split.folds": (3,),
    "search.loss": ("nll",),
    "protocol": ("paper",),
    "select_per": (["lname", "lnum"],),
    "lname": (["fc_in", "q_proj"],),
    "cluster.timeout_min": (77,),
    "cluster.params.additional_parameters": ({"reservation": "ours"},),
    "cluster.params.setup": (["module load cuda"],),
    "cluster.params.srun_args": (["--mpi=none"],),
}
"""Values of the options that do not accept any value of their type."""
BY_TYPE = {str: "a, b=c", int: 5, float: 0.25, bool: True}
FIRST_OPTIONS = ("lnum", "rho", "model.path", "dataset.choices", "cluster.params.partition")


@cache
def default_config() -> Config:
    """The configuration without options."""
    return composed()


def type_of(name: str) -> object:
    """The type of an option, without None."""
    kind: Any = reduce(lambda section, part: get_type_hints(section)[part], name.split("."), Config)
    named = [each for each in get_args(kind) if each is not NoneType]
    return named[0] if NoneType in get_args(kind) else kind


def value_of(name: str) -> object:
    """A value that an option may have, which is not its default."""
    if name in SPECIAL:
        return SPECIAL[name][0]
    kind = type_of(name)
    if kind == list[float]:
        return [0.5, 3.0]
    default = reduce(getattr, name.split("."), default_config())
    return not default if kind is bool else BY_TYPE.get(kind, "a b")  # type: ignore[call-overload]


def written(value: object) -> str:
    """The value in the notation of Hydra's command line."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    if isinstance(value, str):
        return "'" + value.replace("'", r"\'") + "'"
    return json.dumps(value)


def nested(name: str, value: object) -> dict[str, object]:
    """The keyword arguments that give one option."""
    first, *rest = name.split(".")
    return {first: reduce(lambda below, key: {key: below}, reversed(rest), value)}


def outcome(made: Callable[[], Config]) -> object:
    """The configuration, or the sentence of the mistake."""
    try:
        return asdict(made())
    except ConfigError as error:
        return str(error)
    except Exception as error:
        return str(explain(error))


@pytest.mark.parametrize("name", [name for name in LEAVES if name != "also"])
def test_an_option_is_that_of_the_command_line(name: str):
    value = value_of(name)
    ours = outcome(lambda: compose(nested(name, value)))
    assert ours == outcome(lambda: composed(f"{name}={written(value)}"))
    assert ours != asdict(default_config())


@pytest.mark.parametrize("name", FIRST_OPTIONS)
def test_an_option_may_have_its_dotted_name(name: str):
    value = value_of(name)
    assert compose({name: value}) == compose(nested(name, value))


@pytest.mark.parametrize(("group", "name"), FILES)
def test_a_group_is_the_name_of_a_file(group: str, name: str):
    wanted = composed(f"{group}={name}")
    assert compose({group: name}) == wanted
    assert compose({group: {group: name}}) == wanted


def test_no_option_of_a_group_has_the_name_of_the_group():
    assert not [name for name in LEAVES if name.split(".")[-2:-1] == name.split(".")[-1:]]


def test_a_mapping_is_laid_over_the_file_that_it_names():
    given = {"search": "gradient", "keep": 0.3, "race": True}
    assert compose({"search": given}) == composed(
        "search=gradient", "search.keep=0.3", "search.race=true"
    )


def test_a_mapping_without_a_name_is_laid_over_the_file_of_the_command():
    assert compose({"dataset": {"limit": 9}}) == composed("dataset.limit=9")
    over_an_experiment = {"experiment": "paper/gptj_fever", "dataset": {"limit": 9}}
    config = compose(over_an_experiment)
    assert config == composed("experiment=paper/gptj_fever", "dataset.limit=9")
    assert config.dataset.reader == "fever"


def test_what_is_given_counts_more_than_an_experiment():
    config = compose({"experiment": "demo", "lnum": 3, "dataset": "clean_facts"})
    assert (config.lnum, config.rate, config.dataset.name) == (3, "1,5,9.9", "clean_facts")
    assert compose({"experiment": None}) == composed()


def test_nothing_is_missing_switches_an_axis_off():
    config = compose({"experiment": "figure2", "rho": None, "rate": 9.9})
    assert (config.rho, config.rate) == (None, 9.9)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (range(2, 5), [2, 3, 4]),
        ((1, "3..5"), [1, "3..5"]),
        ([range(2), 7], [[0, 1], 7]),
        (np.arange(3), [0, 1, 2]),
        (np.int64(3), 3),
        (np.float64(0.5), 0.5),
        (np.str_("all"), "all"),
        ((each for each in "ab"), ["a", "b"]),
        ({"a": (1, 2)}, {"a": [1, 2]}),
        (Path("a") / "b", "a/b"),
        (None, None),
        ("0..27..3", "0..27..3"),
    ],
)
def test_values_become_pythons_own(value: object, wanted: object):
    found = plain(value)
    assert found == wanted
    assert type(found) is type(wanted)


TEXTS = st.text(
    st.sampled_from("ab ,='\"{}[]$\\:\n?é#~") | st.characters(codec="utf-8"), min_size=1
)


@settings(max_examples=60, deadline=None)
@given(TEXTS.filter(lambda text: text != "???"))
def test_a_text_is_taken_as_it_is(text: str):
    dataset = {"prompt": text, "path": f"{text}.jsonl", "name": "x", "target_delimiter": text}
    config = compose({"dataset": dataset, "also": [{"prompt": text, "path": "y.jsonl"}]})
    assert (config.dataset.prompt, config.dataset.target_delimiter) == (text, text)
    assert config.dataset.path == f"{text}.jsonl"
    assert config.further_datasets[0].prompt == text


def test_a_command_may_escape_a_reference(sweep_in_process: Command):
    shown = sweep_in_process(r"dataset.prompt='costs \${answer}: {question}'", "dry_run=true")
    assert_success(shown)


def test_the_list_of_further_datasets_is_that_of_the_command():
    also = ["clean_facts", {"limit": 9, "path": "x.jsonl"}, {"dataset": "clean_facts", "name": "z"}]
    names = [each.name for each in compose({"also": also}).further_datasets]
    assert names == ["clean_facts", "x", "z"]


def test_a_folder_of_ones_own_yaml_files(tmp_path: Path):
    folder = tmp_path / "it's a, folder=\\mine" / "dataset"
    folder.mkdir(parents=True)
    (folder / "capitals.yaml").write_text("path: ${hydra:runtime.cwd}/capitals.jsonl\n")
    config = compose({"dataset": "capitals", "also": ["capitals"]}, config_dir=folder.parent)
    assert config.dataset.path == str(Path.cwd() / "capitals.jsonl")
    assert config.further_datasets[0].path == config.dataset.path
    with pytest.raises(ConfigError, match="Unknown dataset 'capitals'"):
        compose({"dataset": "capitals"})


def test_a_yaml_file_may_not_set_an_option_of_hydras_in_vain(tmp_path: Path):
    (tmp_path / "experiment").mkdir()
    file = tmp_path / "experiment" / "mine.yaml"
    file.write_text("# @package _global_\nhydra:\n  run:\n    dir: there\n")
    with pytest.raises(ConfigError, match=r"hydra\.run\.dir=there in a YAML file"):
        compose({"experiment": "mine"}, config_dir=tmp_path)


MISTAKES: dict[str, dict[str, object]] = {
    "lnmu=3": {"lnmu": 3},
    "modle=gptj": {"modle": "gptj"},
    "model.pth=x": {"model": {"pth": "x"}},
    "model=gptx": {"model": "gptx"},
    "experiment=dmo": {"experiment": "dmo"},
    "dataset.limit=ten": {"dataset": {"limit": "ten"}},
    "dry_run=perhaps": {"dry_run": "perhaps"},
    "dataset=rows": {"dataset": "rows"},
    "protocol=[paper,corrected]": {"protocol": ["paper", "corrected"]},
    "search.keep=2": {"search": {"search": "grid", "keep": 2}},
    "also=3": {"also": 3},
    "also=[nope]": {"also": ["nope"]},
    "--config-dir nowhere": {"config_dir": "nowhere"},
    "lnum=0..x": {"lnum": "0..x"},
    "lnum=1.5": {"lnum": 1.5},
    "lnum=99": {"lnum": [99]},
    "lname=fc_inn": {"lname": "fc_inn"},
    "rate=1 rho=0.5": {"rate": 1, "rho": 0.5},
    "cluster.name=packing": {"cluster": {"name": "packing"}},
    "model.path=./nowhere": {"model": {"path": "./nowhere"}},
    "split.fraction=null": {"split": {"fraction": None}},
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_has_the_sentence_of_the_command(
    mistake: str, sweep_in_process: Command, here: Path
):
    from laser_sweep import sweep

    with pytest.raises(ConfigError) as raised:
        sweep(**MISTAKES[mistake])  # type: ignore[arg-type]
    result = sweep_in_process(*mistake.split())
    assert_one_line(result)
    sentence = " ".join(str(raised.value).split())
    assert result.stderr == f"laser_sweep: {sentence}\n"
    assert not (here / "multirun").exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"dataset": "noisy_facts,clean_facts"}, "sweep makes one sweep. Call it once for each"),
        ({"model": ["gpt2", "gptj"]}, "sweep makes one sweep. Call it once for each model"),
        ({"model": {"model": "gpt2,gptj"}}, "sweep makes one sweep"),
        ({"model": 3}, "model=3: expected the name of a YAML file, or a mapping"),
        ({"model": None}, "model=None: expected the name of a YAML file, or a mapping"),
        ({"dataset": {"dataset": 3}}, "dataset=3: expected the name of a YAML file"),
        ({"experiment": {"lnum": 3}}, "experiment={'lnum': 3}: expected the name of a YAML file"),
        ({"hydra": {"verbose": True}}, "Unknown option 'hydra'"),
        ({"seed": object()}, "could not be converted to Integer"),
        ({"model": {3: "x"}}, "Unknown option 'model.3'"),
        ({"dry_run": True}, "laser_sweep.dry_run describes it"),
    ],
)
def test_a_mistake_that_the_command_line_cannot_have(given: dict[str, Any], sentence: str):
    from laser_sweep import sweep

    with pytest.raises(ConfigError) as raised:
        sweep(**given)
    assert sentence in str(raised.value)


def test_the_groups_are_those_of_the_schema():
    sections = {name for name, kind in get_type_hints(Config).items() if is_dataclass(kind)}
    assert set(GROUPS) - {"experiment"} == sections - {"paper"}
