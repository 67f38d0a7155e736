"""The model may say anything: correct if its likeliest token says what the gold answer says."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from laser_sweep.evaluate.batch import Batch
from laser_sweep.evaluate.vocabulary import Vocabulary

TOP = (1, 5, 10)


def score(log_probs: Tensor, batch: Batch, vocabulary: Vocabulary, protocol: str) -> dict[str, Any]:
    """Top-1, 5 and 10 by text, the gold token's log-probability, and what the model said."""
    width = min(max(TOP), log_probs.shape[-1])
    top = log_probs.topk(width, dim=-1).indices
    hits = vocabulary.says(top, batch.gold)
    within = {f"top_{k}": hits[:, :k].any(dim=-1).tolist() for k in TOP}
    return {
        "correct": within["top_1"],
        "answer_logprob": log_probs.gather(1, batch.gold[:, None])[:, 0].tolist(),
        "prediction": [vocabulary.texts[token] for token in top[:, 0].tolist()],
        **within,
    }
