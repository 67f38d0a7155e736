"""The plain engine: whole runs of the model."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from torch import Tensor, nn
from transformers import PreTrainedModel

from laser_sweep.evaluate.engine.batch import Batch
from laser_sweep.evaluate.engine.probe import Probe
from laser_sweep.model.layout import Layout
from laser_sweep.model.linear import LinearMaps, Positions, only_at, position_wise_maps

log = logging.getLogger(__name__)


class PlainEngine:
    """A model that runs whole batches.

    The vocabulary projection, by far the largest matrix, is computed only at the places of a batch.
    After `narrow`, so are the matrices behind attention in the last layer.

    Args:
        model: the model, on its device.

    Attributes:
        model: the model.
        device: the device of inputs and logits.
    """

    def __init__(self, model: PreTrainedModel):
        self.model = model
        self.device = str(model.device)
        outputs = model.get_output_embeddings()
        assert isinstance(outputs, nn.Module), "a language model has output embeddings"
        self._outputs = outputs
        self._narrowed: Mapping[str, LinearMaps] = {}

    def logits(self, batch: Batch) -> Tensor:
        """The logits at the places of a batch, of shape (places, vocabulary)."""
        return self._logits(batch, self._narrowed)

    def full_logits(self, batch: Batch) -> Tensor:
        """The same as `logits`, with every layer computed at all positions."""
        with _only_at(self._outputs, batch) as ran:
            logits: Tensor = self.model(
                input_ids=batch.ids, attention_mask=batch.mask, use_cache=False
            ).logits
        if not ran:  # MobileBERT multiplies with the matrix of its head, and does not run the head
            logits = _gathered(logits, batch)
        # With a device map, the last layer may be on another device than the first.
        return logits[:, 0].to(self.device)

    def narrow(self, layout: Layout, probe: Probe) -> None:
        """Compute the last layer only at the places of a batch, if the probe gives the same logits.

        Args:
            layout: the layers of the model.
            probe: the probe of this engine.
        """
        maps = position_wise_maps(self.model, layout.blocks[-1])
        if not maps:
            return
        try:
            if probe.agrees(self._logits(probe.batch, maps)):
                self._narrowed = maps
        except Exception as error:
            log.debug("the last layer of %s runs in full: %s", type(self.model).__name__, error)

    def _logits(self, batch: Batch, narrowed: Mapping[str, LinearMaps]) -> Tensor:
        if not narrowed:
            return self.full_logits(batch)
        length = batch.ids.shape[1]
        positions = Positions(batch.rows * length + batch.columns, length, batch.ids.numel())
        with only_at(narrowed, positions):
            return self.full_logits(batch)


@contextmanager
def _only_at(outputs: nn.Module, batch: Batch) -> Iterator[list[nn.Module]]:
    """Project only the places of a batch on the vocabulary within this context.

    The model's own treatment of logits, such as capping, is unchanged.

    Returns:
        The vocabulary projection, once it has run; a model that does not run it has none.
    """
    ran: list[nn.Module] = []

    def gather(module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        hidden, *rest = inputs
        ran.append(module)
        return _gathered(hidden, batch), *rest

    handle = outputs.register_forward_pre_hook(gather)
    try:
        yield ran
    finally:
        handle.remove()


def _gathered(values: Tensor, batch: Batch) -> Tensor:
    """Vectors at the places of a batch, of shape (places, 1, width)."""
    return values[batch.rows.to(values.device), batch.columns.to(values.device)][:, None]
