"""The command `python -m laser_sweep.dataset NAME`: what a dataset is, and how a model is asked it.

NAME is an option of the config group `dataset`; what follows are options of the sweep's command.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from laser_sweep.config import Config, conf_folder, explain, register
from laser_sweep.dataset import PublishedDataset
from laser_sweep.dataset._example import Loaded
from laser_sweep.dataset._load import DATASETS, load_dataset
from laser_sweep.dataset._prompting import Prompting, prompting_of
from laser_sweep.dataset._source import Facts
from laser_sweep.errors import ConfigError, one_line
from laser_sweep.logs import log_to_terminal
from laser_sweep.split import split
from laser_sweep.terminal import say

_NO_MODEL = "the prompts of a causal model; with model=NAME or model.path=... also its token ids"


def main() -> None:
    """Print a dataset's facts and its first prompts, or one clear line."""
    arguments = _parser().parse_intermixed_args()
    log_to_terminal()
    try:
        config = _compose(arguments)
        module = DATASETS.load(config.dataset.reader)
        if isinstance(module, PublishedDataset):
            say("\n".join(_facts(arguments.dataset, module.FACTS)) + "\n")
        has_model = any(option.lstrip("+").startswith("model") for option in arguments.options)
        say("\n".join(_asked(config, has_model, arguments.first)))
    except ConfigError as error:
        sys.exit(f"laser_sweep: {error}")


def _compose(arguments: argparse.Namespace) -> Config:
    """The configuration that the sweep's command would have.

    Raises:
        ConfigError: if there is none.
    """
    overrides = [f"dataset={arguments.dataset}", *arguments.options]
    if (folder := arguments.config_dir) is not None:
        if not folder.is_dir():
            raise ConfigError(f"--config-dir {folder}: there is no such folder.")
        overrides.append(f"hydra.searchpath=['file://{folder.absolute()}']")
    register()
    try:
        with initialize_config_dir(str(conf_folder()), version_base="1.3"):
            config = OmegaConf.to_object(compose("config", overrides))
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise explain(error) from error
    assert isinstance(config, Config)
    return config


def _facts(name: str, facts: Facts) -> Iterator[str]:
    yield f"{name}: {facts.title}"
    for number, source in enumerate(facts.sources):
        yield f"{'' if number else 'sources':10}{source.name}"
    yield f"{'columns':10}{', '.join(facts.columns)}"
    if facts.splits:
        yield f"{'splits':10}{', '.join(facts.splits)}, in this order"
    yield f"{'expected':10}{facts.count:,} examples"
    yield f"{'licence':10}{facts.licence}"
    yield f"{'citation':10}{facts.citation}"
    for note in facts.notes:
        yield f"{'note':10}{note}"


def _asked(config: Config, has_model: bool, first: int) -> Iterator[str]:
    prompting = _model(config) if has_model else _no_model(config)
    loaded = load_dataset(config.dataset, prompting)
    parts = split(loaded.examples, config.split)
    scoring = loaded.scoring
    yield f"{len(loaded.examples):,} examples ({parts}), {prompting.protocol} protocol; {scoring}"
    yield f"Asked of {config.model.name}:" if has_model else f"Asked: {_NO_MODEL}"
    examples = loaded.examples[:first]
    for number, example in enumerate(examples):
        yield ""
        yield f"{number}  {example.place}"
        yield f"   prompt  {example.prompt!r}"
        yield f"   answer  {example.answer!r}"
        if example.choices:
            yield f"   labels  {', '.join(map(repr, example.choices))}"
        if has_model:
            yield from _tokens(config, prompting, Loaded([example], scoring))


def _tokens(config: Config, prompting: Prompting, loaded: Loaded) -> Iterator[str]:
    """The token ids of the prompt, the answer and the labels of one example."""
    from laser_sweep.evaluate.questions.encode import encode
    from laser_sweep.model.load import load_config
    from laser_sweep.model.source import config_source

    source = config_source(config.model.path, config.model.revision)
    try:
        (question,) = encode(
            loaded.examples,
            loaded.scoring,
            prompting.tokenizer,
            load_config(source),
            masks=prompting.masked,
            paper=prompting.paper,
        ).questions
    except ConfigError as error:
        yield f"   tokens  {one_line(error)}"
        return
    yield f"   tokens  {len(question.passes[0].ids)}: {_pieces(prompting, question.passes[0].ids)}"
    yield f"   answer  {question.gold} {_pieces(prompting, question.gold)}"
    labels = {reading.of: reading.tokens for each in question.passes for reading in each.readings}
    for number, label in enumerate(question.labels):
        yield f"   label   {labels[number]} {_pieces(prompting, labels[number])} {label!r}"


def _pieces(prompting: Prompting, ids: Sequence[int]) -> str:
    return " ".join(prompting.tokenizer.convert_ids_to_tokens(list(ids)))


def _no_model(config: Config) -> Prompting:
    def refuse() -> None:
        raise ConfigError(
            f"dataset={config.dataset.name} depends on the model's tokenizer: expected "
            "model=NAME or model.path=..."
        )

    return Prompting(config.protocol, False, "", "", refuse)  # type: ignore[arg-type]


def _model(config: Config) -> Prompting:
    """The model of the command, as far as datasets see it; its weights need not be there."""
    from laser_sweep.model.load import load_config, load_tokenizer
    from laser_sweep.model.source import config_source

    source = config_source(config.model.path, config.model.revision)
    return prompting_of(config.protocol, load_config(source), load_tokenizer(source))


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: expected 0 or more")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.dataset",
        description="Prints what is known of a dataset, how many examples it has, and the first "
        "prompts as the model will see them.",
    )
    parser.add_argument("dataset", help="an option of dataset=, such as fever")
    parser.add_argument(
        "options",
        nargs="*",
        help="options of the sweep's command: model=gptj protocol=paper dataset.path=rows.jsonl",
    )
    parser.add_argument(
        "--config-dir", type=Path, metavar="DIR", help="a folder of your own YAML files"
    )
    parser.add_argument("--first", type=_count, default=3, metavar="N", help="prompts to show [3]")
    return parser


if __name__ == "__main__":
    main()
