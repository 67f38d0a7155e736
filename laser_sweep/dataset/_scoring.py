"""The scoring of rows of the user's own."""

from __future__ import annotations

from laser_sweep.config import AUTO, DatasetConfig
from laser_sweep.dataset._example import ANSWER, CHOICE, GENERATION, NEXT_TOKEN, Scoring
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.errors import ConfigError

_NEW_TOKENS, _MASKS = 10, 5


def scoring_of(config: DatasetConfig, prompting: Prompting, has_choices: bool) -> Scoring:
    """The scoring of `dataset.scoring`; `auto` is a choice if there are labels, else the answer."""
    kind = config.scoring
    if kind == AUTO:
        kind = CHOICE if has_choices else ANSWER
    if kind == CHOICE and not has_choices:
        raise ConfigError(
            "dataset.scoring=choice: no row has choices; expected dataset.choices, a column or "
            "labels in brackets."
        )
    if kind == GENERATION:
        new_tokens = config.new_tokens or (_MASKS if prompting.masked else _NEW_TOKENS)
        return Scoring(kind, new_tokens=new_tokens)
    strict = prompting.paper and kind == CHOICE
    return Scoring(kind, single_token=kind == NEXT_TOKEN, strict=strict, details=prompting.paper)
