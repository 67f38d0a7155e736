"""What the scorers share: how a dataset is scored, and what tokens say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from laser_sweep.dataset import Scoring, clean_up
from laser_sweep.evaluate.questions.tokens import Tokens
from laser_sweep.evaluate.score.predictions import Predicted
from laser_sweep.evaluate.score.vocabulary import Vocabulary


@dataclass(frozen=True)
class ScoringContext:
    """How outcomes are found in what a model predicts.

    Attributes:
        scoring: how the dataset is scored.
        tokens: the model's tokenizer.
        vocabulary: what its tokens say.
        paper: whether in the paper's way.
        masks: whether the model fills in masks.
    """

    scoring: Scoring
    tokens: Tokens
    vocabulary: Vocabulary
    paper: bool
    masks: bool

    def text(self, ids: Sequence[int]) -> str:
        """What tokens say together, without special ones and blanks around it."""
        return self.tokens.text(ids, special=False).strip()

    def said(self, predicted: Predicted) -> str:
        """What a model said in its own words."""
        filled = [each.tokens[0] for each in predicted.likeliest]
        return self.text(filled if self.masks else predicted.continuation)

    def said_in_paper(self, predicted: Predicted) -> str:
        """What the paper's code looks for the answer in.

        Of a causal model that is the prompt too; of a masked one special tokens too.
        """
        if self.masks:
            filled = [each.tokens[0] for each in predicted.likeliest]
            return clean_up(self.tokens.text(filled))
        ids = (*predicted.question.prompt, *predicted.continuation)
        return self.tokens.text(ids, special=False)

    def stored(self, token: int) -> str:
        """The text of a token as the paper's code stores it among the likeliest."""
        text = self.vocabulary.texts[token]
        # What transformers 4 did unless a tokenizer's configuration said otherwise.
        if self.tokens.tokenizer.init_kwargs.get("clean_up_tokenization_spaces", True):
            text = clean_up(text)
        return text.strip().lower() if self.masks else text
