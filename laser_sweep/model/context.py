"""The context of a model: the number of tokens that its configuration allows."""

from __future__ import annotations

import math
from collections.abc import Iterator

from transformers import PretrainedConfig

_NAMES = (
    "max_position_embeddings",
    "n_positions",
    "n_ctx",
    "max_seq_len",
    "max_seq_length",
    "max_sequence_length",
    "seq_length",
    "seq_len",
    "context_length",
    "model_max_length",
    "max_target_positions",
    "max_decoder_position_embeddings",
    "max_pos_embeddings",
)
"""The names that configurations have for it, the usual one first."""
_POSITIONS_AFTER_PADDING = frozenset(
    "roberta xlm-roberta xlm-roberta-xl roberta-prelayernorm camembert longformer mpnet "
    "data2vec-text xmod esm ibert".split()
)
"""Model types that count positions from the id of the padding token, and so have fewer of them."""


def context(config: PretrainedConfig) -> float:
    """The number of tokens that the model's positions allow; infinite without a limit."""
    for part in _parts(config):
        for name in _NAMES:
            if (positions := _number(part, name)) is not None:
                return positions - _before_first(part)
    return math.inf


def _parts(config: PretrainedConfig) -> Iterator[PretrainedConfig]:
    """The configuration of the model's text part, where it has one of its own, and the whole."""
    try:
        text = config.get_text_config()
    except ValueError:  # there are several
        text = config
    yield text
    if text is not config:
        yield config


def _number(config: PretrainedConfig, name: str) -> int | None:
    """A positive number of a configuration; None if it has none of this name."""
    try:
        value = getattr(config, name, None)
    except NotImplementedError:  # XLNet says in this way that it has no limit.
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return None
    return value


def _before_first(config: PretrainedConfig) -> int:
    """The number of positions before the first that a token may have."""
    if config.model_type not in _POSITIONS_AFTER_PADDING or config.pad_token_id is None:
        return 0
    return int(config.pad_token_id) + 1
