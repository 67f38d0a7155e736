"""Examples, and how their outcomes are scored."""

from __future__ import annotations

from dataclasses import dataclass, field

from laser_sweep.config.dataset import (
    ANSWER,
    CHOICE,
    GENERATION,
    KINDS,
    NEXT_TOKEN,
    PERPLEXITY,
)

__all__ = [
    "ANSWER",
    "CHOICE",
    "GENERATION",
    "KINDS",
    "NEXT_TOKEN",
    "PERPLEXITY",
    "DocumentScoring",
    "Example",
    "ExampleSet",
    "Scoring",
]


@dataclass(frozen=True)
class Example:
    """One question with its gold answer.

    Attributes:
        prompt: the text that the model is given; for a masked model with a mask for the answer. A
            document is a prompt. Labels that are compared as whole texts have an empty one.
        answer: the gold answer as text, without the space before it; empty for a document.
        choices: the labels that the model chooses from; empty where it may say anything.
        cluster: the name of the examples that belong together, such as paraphrases.
        delimiter: the text between the prompt and the answer or a label; None for the usual one,
            a space unless the prompt ends in one or is empty.
        place: the row that it was made from, such as `line 3`; not compared.
        aliases: further answers that are right, too; of labels, further right ones.
    """

    prompt: str
    answer: str
    choices: tuple[str, ...] = ()
    cluster: str | None = None
    place: str = field(default="", compare=False)
    delimiter: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def seam(self) -> str:
        """The text between the prompt and the answer or a label."""
        if self.delimiter is not None:
            return self.delimiter
        return "" if not self.prompt or self.prompt[-1].isspace() else " "


@dataclass(frozen=True)
class Scoring:
    """The way in which the outcomes of a dataset's examples are determined.

    Its `repr` is part of the fingerprint of a dataset, so that a new name or field invalidates all
    stored results.

    Attributes:
        kind: one of `KINDS`.
        single_token: refuse answers and labels of several tokens.
        new_tokens: the largest number of tokens that the model generates; for a masked model, the
            number of masks.
        strict: a tie of the labels is wrong whatever the gold label is, as in the paper's code.
        details: record the log-probability of the prompt and the likeliest tokens, as the paper's
            code does.
        bare: score a masked model as the paper's code does: on prompt and answer without special
            tokens, with all tokens of the answer masked and one token too many counted.
    """

    kind: str
    single_token: bool = False
    new_tokens: int = 0
    strict: bool = False
    details: bool = False
    bare: bool = False

    def __str__(self) -> str:
        """The question that the model is asked, in words."""
        most = f" of at most {self.new_tokens} tokens" if self.new_tokens else ""
        one = " of one token" if self.single_token else ""
        return {
            NEXT_TOKEN: "the next token",
            ANSWER: "an answer of any number of tokens",
            CHOICE: f"a choice between labels{one}",
            GENERATION: f"an answer in the model's own words{most}",
            PERPLEXITY: "the log-likelihood of a document",
        }[self.kind]


@dataclass(frozen=True)
class DocumentScoring(Scoring):
    """The measurement of a document's log-likelihood, in windows that overlap.

    Attributes:
        window: the tokens of a window; None for the model's context.
        stride: the tokens from a window to the next one; None for half a window.
    """

    kind: str = PERPLEXITY
    window: int | None = None
    stride: int | None = None

    def __str__(self) -> str:
        """The measurement, in words."""
        window = "the model's context" if self.window is None else f"{self.window:,} tokens"
        stride = "half a window" if self.stride is None else f"{self.stride:,} tokens"
        return f"{super().__str__()}, in windows of {window} with a stride of {stride}"


@dataclass(frozen=True)
class ExampleSet:
    """A dataset as one model is asked it.

    Attributes:
        examples: the examples, in order.
        scoring: their scoring.
        shots: the examples that stand with their answers in every prompt, in order.
        source: the examples' source in words, where the dataset's name does not tell it.
    """

    examples: list[Example]
    scoring: Scoring
    shots: tuple[Example, ...] = ()
    source: str = ""
