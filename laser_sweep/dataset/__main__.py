"""The command `python -m laser_sweep.dataset NAME`: a dataset's facts and its first prompts.

NAME is an option of the config group `dataset`; options of the sweep's command may follow.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NoReturn

from laser_sweep.command.configurations import configurations
from laser_sweep.config import Config
from laser_sweep.dataset import (
    DATASETS,
    Example,
    ExampleSet,
    Facts,
    HarnessExample,
    Prompting,
    PublishedDataset,
    between,
    delimiters,
    load_dataset,
    prompting_of,
)
from laser_sweep.entry import entry
from laser_sweep.errors import ConfigError, one_line
from laser_sweep.split import split
from laser_sweep.terminal import say

if TYPE_CHECKING:
    from laser_sweep.evaluate.questions.question import Question

_NO_MODEL = "the prompts of a causal model; with model=NAME or model.path=... also its token ids"
_SEAM = 20
"""The number of characters of a prompt's end that are shown with its answer."""


def main() -> None:
    """Print a dataset's facts and its first prompts."""
    arguments = _parser().parse_intermixed_args()
    entry("laser_sweep.dataset", lambda: _print(arguments))


def _print(arguments: argparse.Namespace) -> None:
    config = _compose(arguments)
    module = DATASETS.load(config.dataset.reader)
    if isinstance(module, PublishedDataset):
        say("\n".join(_facts(arguments.dataset, module.FACTS)) + "\n")
    has_model = any(option.lstrip("+").startswith("model") for option in arguments.options)
    say("\n".join(_prompts(config, has_model, arguments.first)))


def _compose(arguments: argparse.Namespace) -> Config:
    """The configuration that the sweep's command has with the same options.

    Raises:
        ConfigError: if the options are not those of one sweep.
    """
    folder = [] if arguments.config_dir is None else ["--config-dir", arguments.config_dir]
    configs = configurations([f"dataset={arguments.dataset}", *arguments.options, *folder])
    if len(configs) != 1:
        raise ConfigError(
            f"{' '.join([arguments.dataset, *arguments.options])} makes {len(configs)} sweeps: "
            "expected one dataset and the options of one sweep."
        )
    return configs[0]


def _facts(name: str, facts: Facts) -> Iterator[str]:
    """The lines about a published dataset."""
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


def _prompts(config: Config, has_model: bool, first: int) -> Iterator[str]:
    """The lines about the examples, and about the first prompts."""
    prompting = _prompting(config) if has_model else _prompting_without_model(config)
    loaded = load_dataset(config.dataset, prompting)
    yield from _asking(config, prompting, loaded)
    yield f"Asked of {config.model.name}:" if has_model else f"Asked: {_NO_MODEL}"
    for number, example in enumerate(loaded.examples[:first]):
        yield ""
        yield f"{number}  {example.place}"
        is_document = config.dataset.is_of_documents
        yield from [f"   text    {example.prompt!r}"] if is_document else _texts(example, prompting)
        if has_model:
            yield from _tokens(config, prompting, ExampleSet([example], loaded.scoring))


def _texts(example: Example, prompting: Prompting) -> Iterator[str]:
    """The lines about the texts of one example."""
    yield f"   prompt  {example.prompt!r}"
    yield f"   answer  {example.answer!r}"
    if example.aliases:
        yield f"   also    {', '.join(map(repr, example.aliases))}"
    yield f"   seam    {_seam(example, prompting)}"
    if example.choices:
        yield f"   labels  {', '.join(map(repr, example.choices))}"


def _listed(counts: dict[str, int]) -> str:
    """Delimiters in words, with the numbers of their examples where they differ."""
    if len(counts) == 1:
        return next(iter(counts))
    first, *others = [f"{name} in {count:,}" for name, count in counts.items()]
    return ", ".join((f"{first} examples", *others))


def _seam(example: Example, prompting: Prompting) -> str:
    """The end of the prompt, the text that follows it, and the answer or its mask."""
    delimiter = between(example, prompting)
    if isinstance(example, HarnessExample):
        request = example.requests[example.right[0]]
        answer = request.continuation.removeprefix(delimiter)
        return _pieces_of_seam(request.context, delimiter, answer)
    own = prompting.has_mask(example.prompt)
    before = example.prompt.partition(prompting.mask)[0].rstrip() if own else example.prompt
    after = prompting.mask if prompting.masked else example.answer
    return _pieces_of_seam(before, delimiter, after)


def _pieces_of_seam(before: str, delimiter: str, after: str) -> str:
    shown = before if len(before) <= _SEAM else f"…{before[-_SEAM:]}"
    return " + ".join(map(repr, filter(None, (shown, delimiter, after))))


def _asking(config: Config, prompting: Prompting, loaded: ExampleSet) -> Iterator[str]:
    """The lines about all examples: their number, and the way in which the model is asked them."""
    examples, parts = loaded.examples, split(loaded.examples, config.split)
    yield f"{len(examples):,} examples ({parts}), {prompting.protocol} protocol; {loaded.scoring}"
    if not config.dataset.is_of_documents:
        yield f"Between prompt and answer: {_listed(delimiters(examples, prompting))}"
    if loaded.source:
        yield f"{config.dataset.task}: {loaded.source}"
    if config.dataset.chat_template:
        yield f"In the chat template of {config.model.name}"
    for number, shot in enumerate(loaded.shots):
        yield f"shot {number}  {shot.place}: {shot.prompt!r} {shot.answer!r}"


def _tokens(config: Config, prompting: Prompting, loaded: ExampleSet) -> Iterator[str]:
    """The lines about the token ids of one example."""
    from laser_sweep.evaluate.questions.encode import encode
    from laser_sweep.model.load import load_config
    from laser_sweep.model.source import config_source

    source = config_source(config.model.path, config.model.revision)
    try:
        model = load_config(source)
        (question,) = encode(loaded.examples, loaded.scoring, prompting, model).questions
    except ConfigError as error:
        yield f"   tokens  {one_line(error)}"
        return
    lines = _windows if config.dataset.is_of_documents else _prompt_and_answer
    yield from lines(prompting, question)


def _windows(prompting: Prompting, question: Question) -> Iterator[str]:
    """The lines about the tokens of a document, and about its windows."""
    windows = len(question.passes)
    yield f"   tokens  {question.length:,} predicted, in {windows:,} window{'s'[: windows > 1]}"
    yield f"   first   {_pieces(prompting, question.passes[0].ids[:_SEAM])}"


def _prompt_and_answer(prompting: Prompting, question: Question) -> Iterator[str]:
    """The lines about the tokens of a prompt, its answer and its labels."""
    ids = _prompt_ids(prompting, question)
    yield f"   tokens  {len(ids)}: {_pieces(prompting, ids)}"
    yield f"   answer  {question.gold} {_pieces(prompting, question.gold)}"
    labels = {reading.of: reading.tokens for each in question.passes for reading in each.readings}
    for number, label in enumerate(question.labels):
        yield f"   label   {labels[number]} {_pieces(prompting, labels[number])} {label!r}"


def _prompt_ids(prompting: Prompting, question: Question) -> Sequence[int]:
    """The token ids of the prompt, without the answer or the label that follows it in a pass."""
    first = question.passes[0]
    read = [position for reading in first.readings for position in reading.positions]
    return first.ids if prompting.masked or not read else first.ids[: min(read) + 1]


def _pieces(prompting: Prompting, ids: Sequence[int]) -> str:
    """Token ids as the tokenizer writes their tokens."""
    return " ".join(prompting.tokenizer.convert_ids_to_tokens(list(ids)))


def _prompting_without_model(config: Config) -> Prompting:
    """The prompting of a causal model without a tokenizer."""

    def refuse() -> NoReturn:
        raise ConfigError(
            f"dataset={config.dataset.name} depends on the model's tokenizer: expected "
            "model=NAME or model.path=..."
        )

    return Prompting(config.protocol, False, "", "", refuse)


def _prompting(config: Config) -> Prompting:
    """The prompting of the command's model, which is known without the model's weights."""
    from laser_sweep.model.load import load_config
    from laser_sweep.model.source import config_source
    from laser_sweep.model.tokenizer import load_tokenizer

    source = config_source(config.model.path, config.model.revision)
    return prompting_of(config.protocol, load_config(source), load_tokenizer(source))


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: expected 0 or more")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.dataset",
        description="Print the facts about a dataset, the number of its examples, and the first "
        "prompts as the model will see them.",
    )
    parser.add_argument("dataset", help="an option of dataset=, such as fever")
    parser.add_argument(
        "options",
        nargs="*",
        help="options of the sweep's command: model=gptj protocol=paper dataset.path=rows.jsonl",
    )
    parser.add_argument("--config-dir", metavar="DIR", help="a folder of your own YAML files")
    parser.add_argument("--first", type=_count, default=3, metavar="N", help="prompts to show [3]")
    return parser


if __name__ == "__main__":
    main()
