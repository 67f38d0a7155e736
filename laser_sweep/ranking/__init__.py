"""The gradient of the mean loss of some examples, a segment of layers at a time."""

from laser_sweep.ranking._backward import BackwardPass, Gradients
from laser_sweep.ranking._batches import BatchSize, QuestionBatch, question_batches
from laser_sweep.ranking._losses import loss_terms
from laser_sweep.ranking._segments import Segment, batch_size, segments

__all__ = [
    "BackwardPass",
    "BatchSize",
    "Gradients",
    "QuestionBatch",
    "Segment",
    "batch_size",
    "loss_terms",
    "question_batches",
    "segments",
]
