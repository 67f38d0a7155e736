"""Datasets: rows become examples. One module a dataset; its name is the option's value.

A module has a function `load(config, asked) -> Loaded`; those whose rows come from the hub or the
web also have `FACTS`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

import xxhash

from laser_sweep import plugin
from laser_sweep.config import MINIMUM_EXAMPLES, PAPER, DatasetConfig
from laser_sweep.errors import ConfigError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

NEXT_TOKEN, ANSWER, CHOICE, GENERATION = KINDS = ("next_token", "answer", "choice", "generation")
"""What is asked of a model: one token, an answer of any length, one of some labels, a text."""


@dataclass(frozen=True)
class Example:
    """One question with its gold answer.

    Attributes:
        prompt: the text that the model is given; for a masked model with a mask for the answer.
        answer: the gold answer, as text without the blank before it.
        choices: the labels that the model chooses from; empty where it may say anything.
        cluster: what the examples that belong together share, such as paraphrases.
        place: where a person finds it, such as `line 3`; no part of what it is.
    """

    prompt: str
    answer: str
    choices: tuple[str, ...] = ()
    cluster: str | None = None
    place: str = field(default="", compare=False)


@dataclass(frozen=True)
class Scoring:
    """How the outcomes of a dataset's examples are found.

    Attributes:
        kind: one of `KINDS`.
        single_token: an answer or label of several tokens is a mistake.
        new_tokens: how many tokens the model may say at most; of a masked model, how many masks.
        strict: a tie of the labels is wrong whatever the gold one is, as in the paper's code.
        details: the prompt's own log-probability and the likeliest tokens are recorded, as in the
            paper's code.
        bare: a masked model is scored as the paper's code does it: on prompt and answer without
            special tokens, all tokens of the answer masked, and one counted too many.
    """

    kind: str
    single_token: bool = False
    new_tokens: int = 0
    strict: bool = False
    details: bool = False
    bare: bool = False

    def __str__(self) -> str:
        """What is asked, in words."""
        most = f" of at most {self.new_tokens} tokens" if self.new_tokens else ""
        one = " of one token" if self.single_token else ""
        what = {
            NEXT_TOKEN: "the next token",
            ANSWER: "an answer of any number of tokens",
            CHOICE: f"a choice between labels{one}",
            GENERATION: f"an answer in the model's own words{most}",
        }
        return what[self.kind]


@dataclass
class Asked:
    """The model that is asked, as far as a dataset's prompts and scores depend on it.

    Attributes:
        protocol: `corrected` or `paper`.
        masked: whether it fills in masks instead of continuing a text.
        family: its `model_type` in transformers.
        mask: the text of its mask token; empty without one.
        load_tokenizer: a function that loads its tokenizer.
    """

    protocol: str
    masked: bool
    family: str
    mask: str
    load_tokenizer: Callable[[], PreTrainedTokenizerBase] = field(repr=False)

    @property
    def paper(self) -> bool:
        """Whether prompts and scores are to be the paper's."""
        return self.protocol == PAPER

    @cached_property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """Its tokenizer; only some datasets need it, and loading takes time."""
        return self.load_tokenizer()

    def fill(self, prompt: str, end: str = "") -> str:
        """A prompt as this model is given it: a masked one gets the mask, and what follows it."""
        return f"{prompt} {self.mask}{end}" if self.masked else prompt


@dataclass(frozen=True)
class Loaded:
    """A dataset as one model is asked it: its examples, in order, and how they are scored."""

    examples: list[Example]
    scoring: Scoring


def load_dataset(config: DatasetConfig, asked: Asked) -> Loaded:
    """The examples of a dataset, `dataset.limit` applied.

    Raises:
        ConfigError: if the rows cannot be had, are not as the module needs them, or too few.
    """
    module = load_module(config.reader)
    _check_options(config, module)
    loaded: Loaded = module.load(config, asked)
    examples = loaded.examples
    _check_count(config, module, len(examples))
    if len(examples) < MINIMUM_EXAMPLES:
        raise ConfigError(
            f"dataset {config.name} has {len(examples)} examples ({config.path or 'its source'}): "
            f"expected at least {MINIMUM_EXAMPLES}."
        )
    return Loaded(examples[: config.limit], loaded.scoring)


def load_module(reader: str) -> ModuleType:
    """The module behind `dataset.reader`.

    Raises:
        ConfigError: if there is none.
    """
    return plugin.load(sys.modules[__name__], reader, "dataset.reader")


def _check_options(config: DatasetConfig, module: ModuleType) -> None:
    """Check that nothing is asked for that the dataset would pass over."""
    if not hasattr(module, "FACTS"):
        return
    for option in fields(config):
        given = getattr(config, option.name)
        if option.metadata.get("rows") and given != option.default:
            raise ConfigError(
                f"dataset.{option.name}={given} is for rows of your own (dataset=rows): "
                f"{config.reader} has its own prompts, answers and scores."
            )


def _check_count(config: DatasetConfig, module: ModuleType, count: int) -> None:
    """Check that a source still has the examples that the paper's numbers are of."""
    facts = getattr(module, "FACTS", None)
    if config.path or facts is None or not config.check_count or count == facts.count:
        return
    raise ConfigError(
        f"dataset {config.name} has {count:,} examples, expected {facts.count:,}: its source has "
        "changed, or another length_tokenizer filters it. dataset.check_count=false takes it as "
        "it is."
    )


def fingerprint(examples: list[Example], scoring: Scoring) -> str:
    """A hash of everything that examples say, in their order, and of how they are scored."""
    digest = xxhash.xxh3_128(repr(scoring).encode())
    for example in examples:
        # The cluster changes no outcome, but is stored with it.
        cluster = () if example.cluster is None else ("\0cluster", example.cluster)
        for text in (example.prompt, example.answer, *example.choices, *cluster):
            encoded = text.encode("utf-8", "surrogatepass")
            digest.update(f"{len(encoded)}:".encode() + encoded)
        digest.update(b"\n")
    return f"xxh3:{digest.hexdigest()}"
