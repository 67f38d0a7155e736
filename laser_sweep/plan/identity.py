"""The options that are part of the identity of results, without importing torch."""

from __future__ import annotations

from laser_sweep.config import AUTO, CORRECTED, Config
from laser_sweep.config.dataset import TRUNCATE_LEFT
from laser_sweep.config.model import DECODER, HALF_DTYPES
from laser_sweep.dataset import GENERATION, Scoring


def further_options(config: Config, scoring: Scoring, dtype: str, family: str) -> dict[str, object]:
    """The options that change outcomes, beside the intervention's, where they are not the defaults.

    Args:
        config: the configuration of the sweep.
        scoring: the scoring of the dataset.
        dtype: the dtype that the model is evaluated in.
        family: the `model_type` of the model.
    """
    layout = {"layout": given} if (given := config.model.layout.given) else {}
    attention = config.model.attention
    attended = {"attention": attention} if attention != AUTO else {}
    side = {"side": config.model.side} if config.model.side != DECODER else {}
    too_long = config.dataset.too_long
    cut = {"too_long": too_long} if too_long == TRUNCATE_LEFT else {}
    # MobileBERT was read at the first position of a text, whatever the place of the mask.
    read = {"read": "at the mask"} if family == "mobilebert" else {}
    return {**layout, **attended, **side, **cut, **read, **_corrections(config, scoring, dtype)}


def _corrections(config: Config, scoring: Scoring, dtype: str) -> dict[str, object]:
    """What the `corrected` protocol has done differently since results were first stored."""
    if config.protocol != CORRECTED:
        return {}
    # Generated texts had another score before numbers were matched whole.
    matching = {"matching": "whole numbers"} if scoring.kind == GENERATION else {}
    # In half precision, logits were rounded to the model's dtype before they were in float32.
    logits = {"logits": "float32"} if dtype in HALF_DTYPES else {}
    return {**matching, **logits}
