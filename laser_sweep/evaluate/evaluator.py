"""The evaluator: outcomes of a model on its questions, again and again while weights change."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

import torch
from transformers import PreTrainedModel

from laser_sweep.dataset import HarnessScoring, Prompting, Scoring
from laser_sweep.errors import is_out_of_memory
from laser_sweep.evaluate.engine.greedy_decoder import Ending
from laser_sweep.evaluate.engine.layer_engine import (
    LayerEngine,
    make_layer_engine,
    warn_of_whole_runs,
)
from laser_sweep.evaluate.engine.memory import MemoryBudget
from laser_sweep.evaluate.engine.plain_engine import PlainEngine
from laser_sweep.evaluate.engine.predictions import Prediction
from laser_sweep.evaluate.engine.probe import Probe
from laser_sweep.evaluate.engine.question_batches import QuestionBatcher
from laser_sweep.evaluate.questions.question import Question
from laser_sweep.evaluate.questions.tokens import Tokens
from laser_sweep.evaluate.score.scorers import outcome_columns
from laser_sweep.evaluate.score.scoring_context import ScoringContext
from laser_sweep.evaluate.score.vocabulary import read_vocabulary
from laser_sweep.model.embedding import embedding_rows
from laser_sweep.model.layout import Layout

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_FEWEST_TOKENS = 16
"""The size of batches below which a smaller size would not help."""


class Evaluator:
    """Evaluates a model on parts of its questions, with the weights that the model has at the time.

    Args:
        model: the model, on its device.
        layout: the layers of the model.
        prompting: the way in which the model is prompted, with its tokenizer.
        questions: all questions of the dataset, in its order.
        scoring: their scoring.
        batch_tokens: the largest number of tokens in a forward pass, padding included.
        budget: the memory for tensors that points share; None to run the whole model for each.
        dropped: the indices of the questions that exceed the model's context.

    Attributes:
        model: the model.
        context: the facts that the scorers need.
        pad: the token id of the padding.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        layout: Layout,
        prompting: Prompting,
        questions: Sequence[Question],
        scoring: Scoring,
        batch_tokens: int,
        *,
        budget: MemoryBudget | None = None,
        dropped: Collection[int] = (),
    ):
        self.model = model
        tokenizer = prompting.tokenizer
        vocabulary = read_vocabulary(tokenizer, model.config.get_text_config().vocab_size)
        self.context = ScoringContext(scoring, prompting, Tokens(tokenizer), vocabulary)
        # The model does not attend to padding, so without a token of its own any token will do.
        # A padding token that was added to the tokenizer alone is not in the embedding.
        pads = (tokenizer.pad_token_id, getattr(model.config, "pad_token_id", None))
        self.pad = next((each for each in pads if each and each < embedding_rows(model)), 0)
        self._batcher = QuestionBatcher(
            model, questions, _ending(scoring, prompting), batch_tokens, self.pad
        )
        self._plain = PlainEngine(model)
        self._layers: LayerEngine | None = None
        self._budget = budget
        if budget is not None:
            self._take_shortcuts(layout, budget, dropped)

    @property
    def batch_tokens(self) -> int:
        """The largest number of tokens in a forward pass, padding included."""
        return self._batcher.batch_tokens

    def chunks(self, examples: Sequence[int]) -> list[tuple[int, ...]]:
        """Examples in chunks, in order; the kept states of a chunk fit in memory."""
        if self._budget is None:
            return [tuple(examples)]
        width = self.model.config.get_text_config().hidden_size
        bytes_per_token = int(width * self.model.dtype.itemsize)
        # Two states of each token are kept: that at the layer, and that at the next layer.
        most_tokens = self._budget.total // (2 * bytes_per_token) or 1
        return self._batcher.chunks(examples, most_tokens)

    @torch.inference_mode()
    def enter(self, examples: Sequence[int], layer: int | None) -> None:
        """Keep the states that enter a layer, so that evaluations of these examples start there.

        The weights have to be those of the base model. The weights below the layer must not change
        until `leave`, or until another layer is entered.

        Args:
            examples: the indices of the examples.
            layer: the layer, from 0; None to run the whole model.
        """
        self._with_memory(lambda: self._enter(tuple(examples), layer))

    def leave(self) -> None:
        """Release the kept states: evaluations run the whole model again."""
        if self._layers is not None:
            self._layers.leave()
        self._batcher.leave()

    @torch.inference_mode()
    def evaluate(
        self, examples: Sequence[int], edited: Collection[str] = ()
    ) -> dict[str, list[object]]:
        """The outcomes on some examples, by column, in the order of `examples`.

        Args:
            examples: the indices of the examples.
            edited: the parameters that differ from the base model.

        Raises:
            ValueError: if the outputs of the model are NaN.
        """
        predictions = self._with_memory(lambda: self._predict(tuple(examples), edited))
        return outcome_columns(predictions, self.context)

    @torch.inference_mode()
    def _take_shortcuts(
        self, layout: Layout, budget: MemoryBudget, dropped: Collection[int]
    ) -> None:
        """Use the shortcuts with which the model gives the same results as without."""
        probe = Probe(self._batcher.probe(dropped), self.model.dtype, self._plain.full_logits)
        self._plain.narrow(layout, probe)
        self._layers = make_layer_engine(self._plain, layout, probe, budget)

    def _enter(self, examples: tuple[int, ...], layer: int | None) -> None:
        if self._layers is None or layer is None:
            self.leave()
            return
        self._batcher.leave()
        made = self._batcher.batches(examples)
        try:
            self._layers.enter(made.batches, layer)
        except Exception as error:
            if is_out_of_memory(error):
                raise
            self._give_up(error)
            return
        if made.continuations is not None:
            made.continuations.enter(self._layers.blocks, layer, self._layers.budget)

    def _give_up(self, error: Exception) -> None:
        """Run the whole model from now on."""
        self.leave()
        self._layers = None
        warn_of_whole_runs(self.model, error)

    def _predict(self, examples: tuple[int, ...], edited: Collection[str]) -> list[Prediction]:
        made, layers = self._batcher.batches(examples), self._layers
        if layers is None:
            return made.predictions(lambda number: self._plain.logits(made.batches[number]))
        return made.predictions(lambda number: layers.logits(made.batches, number, edited))

    def _with_memory(self, run: Callable[[], _T]) -> _T:
        """The result of a function, which is run with smaller batches while memory runs out."""
        while True:
            try:
                return run()
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error) or self._batcher.batch_tokens <= _FEWEST_TOKENS:
                    raise
            self._halve_batches()

    def _halve_batches(self) -> None:
        self.leave()
        self._batcher.halve()
        tokens = self._batcher.batch_tokens
        log.warning("Out of memory: continuing with batch_tokens=%d.", tokens)
        torch.cuda.empty_cache()


def _ending(scoring: Scoring, prompting: Prompting) -> Ending:
    """The end of a generated text; a text of the harness may be empty, and has ends of its own."""
    if not isinstance(scoring, HarnessScoring):
        return Ending(scoring.new_tokens)
    tokenizer = prompting.tokenizer if scoring.until else None
    return Ending(scoring.new_tokens, scoring.until, may_be_empty=True, tokenizer=tokenizer)
