"""Examples, and how their outcomes are scored."""

from __future__ import annotations

from dataclasses import dataclass, field

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


@dataclass(frozen=True)
class Loaded:
    """A dataset as one model is asked it: its examples, in order, and how they are scored."""

    examples: list[Example]
    scoring: Scoring
