"""Examples of the harness's documents, and their scoring."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from laser_sweep.dataset._example import Example, Scoring

ACC, ACC_NORM, EXACT_MATCH = "acc", "acc_norm", "exact_match"
"""Metrics of the harness: right by the log-likelihood, by that per character, by the text."""


class Request(NamedTuple):
    """A text whose log-likelihood the harness asks for.

    Attributes:
        context: the text before it.
        continuation: the text, with the delimiter before it.
    """

    context: str
    continuation: str


@dataclass(frozen=True)
class HarnessExample(Example):
    """A document of the harness.

    Prompt, answer and choices are texts to show; the model is asked the requests.

    Attributes:
        requests: the requests, one for each choice; one where the model may say anything.
        right: the numbers of the requests whose choices are right, the gold one first.
        lengths: the length of each choice in characters, as the harness counts it for `acc_norm`.
    """

    requests: tuple[Request, ...] = ()
    right: tuple[int, ...] = (0,)
    lengths: tuple[int, ...] = ()


class ExactMatch(NamedTuple):
    """The options of the harness's metric `exact_match`.

    Attributes:
        ignore_case: whether case is ignored.
        ignore_punctuation: whether ASCII punctuation is ignored.
        ignore_numbers: whether ASCII digits are ignored.
        regexes_to_ignore: regular expressions whose matches are ignored.
    """

    ignore_case: bool = False
    ignore_punctuation: bool = False
    ignore_numbers: bool = False
    regexes_to_ignore: tuple[str, ...] = ()


class Filter(NamedTuple):
    """A filter of the harness, which changes a generated text before it is compared.

    Attributes:
        function: the name of the filter.
        options: its options, by name.
    """

    function: str
    options: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class HarnessScoring(Scoring):
    """The scoring of a task of the harness.

    Attributes:
        metric: the metric by which an example is right: `acc`, `acc_norm` or `exact_match`.
        until: the texts before which a generated text ends.
        filters: the filters of a generated text, in order.
        exact_match: the options of `exact_match`.
    """

    metric: str = ACC
    until: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    exact_match: ExactMatch = field(default_factory=ExactMatch)

    def __str__(self) -> str:
        """The question that the model is asked, in words, with the metric."""
        return f"{super().__str__()}, by the harness's {self.metric}"
