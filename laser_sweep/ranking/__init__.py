"""The gradient of the mean loss of some examples, a segment of layers at a time."""

from laser_sweep.ranking._backward import BackwardPass, Gradients
from laser_sweep.ranking._batches import (
    BatchSize,
    QuestionBatch,
    chunks_of,
    padded_tokens,
    question_batches,
    tokens_of,
)
from laser_sweep.ranking._losses import sum_of_losses
from laser_sweep.ranking._segments import BACKWARD, Segment, batch_size, most_layers, segments

__all__ = [
    "BACKWARD",
    "BackwardPass",
    "BatchSize",
    "Gradients",
    "QuestionBatch",
    "Segment",
    "batch_size",
    "chunks_of",
    "most_layers",
    "padded_tokens",
    "question_batches",
    "segments",
    "sum_of_losses",
    "tokens_of",
]
