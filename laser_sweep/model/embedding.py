"""The embedding of a model: the number of tokens that it has a row for."""

from __future__ import annotations

from transformers import PreTrainedModel


def embedding_rows(model: PreTrainedModel) -> int:
    """The number of rows of the embedding of the tokens; of a model on any device."""
    try:
        weight = getattr(model.get_input_embeddings(), "weight", None)
    except NotImplementedError:
        weight = None
    if weight is not None and weight.ndim == 2:
        return int(weight.shape[0])
    return int(model.config.get_text_config().vocab_size)
