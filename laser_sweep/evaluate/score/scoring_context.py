"""The scoring of a dataset, and the texts of a model's tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from laser_sweep.dataset import Prompting, Scoring, clean_up
from laser_sweep.evaluate.engine.predictions import Prediction
from laser_sweep.evaluate.questions.tokens import Tokens
from laser_sweep.evaluate.score.vocabulary import Vocabulary


@dataclass(frozen=True)
class ScoringContext:
    """The facts that a scorer needs beside a prediction.

    Attributes:
        scoring: the scoring of the dataset.
        prompting: the way in which the model is prompted.
        tokens: the tokenizer of the model.
        vocabulary: the texts of the model's tokens.
    """

    scoring: Scoring
    prompting: Prompting
    tokens: Tokens
    vocabulary: Vocabulary

    def text(self, ids: Sequence[int]) -> str:
        """The text of tokens, without special tokens and without spaces around it."""
        return self.tokens.text(ids, special=False).strip()

    def generated_text(self, prediction: Prediction) -> str:
        """The text that a model says in its own words."""
        if self.prompting.masked:
            return self.text(_filled(prediction))
        return self.answer(prediction, prediction.continuation)

    def answer(self, prediction: Prediction, ids: Sequence[int]) -> str:
        """The text of tokens that follow the prompt, without the delimiter that they begin with."""
        return self.text(ids).removeprefix(prediction.question.delimiter.strip()).lstrip()

    def paper_text(self, prediction: Prediction) -> str:
        """The text in which the paper's code searches the answer.

        It includes the prompt of a causal model, and the special tokens of a masked model.
        """
        if self.prompting.masked:
            return clean_up(self.tokens.text(_filled(prediction)))
        ids = (*prediction.question.prompt, *prediction.continuation)
        return self.tokens.text(ids, special=False)

    def paper_token(self, token: int) -> str:
        """The text of a token as the paper's code stores it among the likeliest tokens."""
        text = self.vocabulary.texts[token]
        # transformers 4 did so, unless the configuration of a tokenizer told otherwise.
        if self.tokens.tokenizer.init_kwargs.get("clean_up_tokenization_spaces", True):
            text = clean_up(text)
        return text.strip().lower() if self.prompting.masked else text


def _filled(prediction: Prediction) -> list[int]:
    """The likeliest token for each mask."""
    return [each.tokens[0] for each in prediction.likeliest]
