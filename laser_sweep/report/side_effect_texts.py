"""The table and the sentences on side effects: what an edit does on other datasets."""

from __future__ import annotations

from collections.abc import Iterator

from laser_sweep.report.elsewhere import Elsewhere, SideEffects
from laser_sweep.report.formatting import UNKNOWN, p_value
from laser_sweep.statistics import Comparison

SIDE_EFFECT_HEADERS = (
    *("dataset", "examples", "measure", "model", "base", "with the edit", "difference"),
    *("95 % interval", "p"),
)
_MODELS = {"chosen": "the chosen point", "stack": "the stack"}


def side_effect_rows(effects: SideEffects) -> list[list[str]]:
    """The chosen point and the stack on other datasets, under `SIDE_EFFECT_HEADERS`."""
    return [_row(*each) for each in effects.comparisons]


def _row(other: Elsewhere, name: str, compared: Comparison | None) -> list[str]:
    headline = other.headline
    row = [str(other.dataset.name), f"{other.examples:,}", headline.name, name]
    if compared is None:
        return [*row, *[UNKNOWN] * 5]
    figures = compared.headline
    models = (headline.text(each.value) for each in (figures.base, figures.chosen))
    return [*row, *models, *headline.difference(figures), p_value(compared.p_value)]


def side_effect_notes(effects: SideEffects) -> Iterator[str]:
    """The verdict on the chosen point and on the stack, on each dataset."""
    for other, name, compared in effects.comparisons:
        verdict = "not evaluated yet" if compared is None else compared.verdict.text
        yield f"Also on {other.dataset.name}, {_MODELS[name]}: {verdict}."


def side_effect_explanation(effects: SideEffects) -> str:
    """The meaning of the table; empty without datasets of `also`."""
    if not effects.datasets:
        return ""
    if not effects.edited:
        return "There is no edit whose effect on other datasets could be shown."
    return (
        "The edit on all examples of datasets that had no part in the choice. By chance, one in "
        "twenty such intervals excludes zero."
    )
