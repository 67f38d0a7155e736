"""The model chooses between labels of one token each, all of them scored in one pass."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from laser_sweep.evaluate.batch import Batch
from laser_sweep.evaluate.vocabulary import Vocabulary


def score(log_probs: Tensor, batch: Batch, vocabulary: Vocabulary, protocol: str) -> dict[str, Any]:
    """The likeliest label, the first one in a tie, and the log-probability of each.

    Log-probabilities are over the whole vocabulary, not among the labels. In `paper` protocol, a
    question with two labels is correct only if the gold one is strictly likelier.
    """
    is_label = batch.choices >= 0
    labels = log_probs.gather(1, batch.choices.clamp(min=0)).where(is_label, -torch.inf)
    is_gold = batch.choices == batch.gold[:, None]
    gold = labels.where(is_gold, -torch.inf).amax(dim=-1)
    chosen = labels.argmax(dim=-1, keepdim=True)
    correct = is_gold.gather(1, chosen)[:, 0]
    if protocol == "paper":
        other = labels.where(~is_gold, -torch.inf).amax(dim=-1)
        correct &= (gold > other) | (is_label.sum(dim=-1) != 2)
    tokens = batch.choices.gather(1, chosen)[:, 0]
    return {
        "correct": correct.tolist(),
        "answer_logprob": gold.tolist(),
        "prediction": [vocabulary.texts[token] for token in tokens.tolist()],
        "choice_logprobs": [
            row[:count]
            for row, count in zip(labels.tolist(), is_label.sum(dim=-1).tolist(), strict=True)
        ],
    }
