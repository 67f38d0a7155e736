"""The gradient of the mean loss of some examples, a segment of layers at a time."""

from laser_sweep.ranking._backward import BackwardPass, Gradients
from laser_sweep.ranking._batches import BatchSize, QuestionBatch, padded_tokens, question_batches
from laser_sweep.ranking._losses import loss_terms
from laser_sweep.ranking._segments import Segment, batch_size, most_layers, segments

__all__ = [
    "BackwardPass",
    "BatchSize",
    "Gradients",
    "QuestionBatch",
    "Segment",
    "batch_size",
    "loss_terms",
    "most_layers",
    "padded_tokens",
    "question_batches",
    "segments",
]
