"""Bias in Bios: the common part of the datasets of genders and of professions."""

from __future__ import annotations

from laser_sweep.dataset._example import CHOICE, Scoring
from laser_sweep.dataset._files.hub import Hub
from laser_sweep.dataset._files.row import Row
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published.facts import Facts
from laser_sweep.dataset._published.punctuation import clean_up, sentence

PROFESSIONS = (
    "accountant|architect|attorney|chiropractor|comedian|composer|dentist|dietitian|dj|filmmaker|"
    "interior designer|journalist|model|nurse|painter|paralegal|pastor|personal trainer|"
    "photographer|physician|poet|professor|psychologist|rapper|software engineer|surgeon|teacher|"
    "yoga teacher"
).split("|")
"""The professions by their class numbers."""

_LAST_TOKENS = 50


def facts(title: str, count: int, *notes: str) -> Facts:
    """The facts about a dataset of these rows."""
    return Facts(
        title=title,
        columns=("hard_text", "profession", "gender"),
        sources=(
            Hub(
                "LabHC/bias_in_bios",
                {"dev": "data/dev-*.parquet"},
                "052f01de644dba841176e0449528b41f27d94a61",
            ),
        ),
        count=count,
        licence="MIT",
        citation="De-Arteaga et al. 2019, Bias in Bios: A Case Study of Semantic Representation "
        "Bias in a High-Stakes Setting (1901.09451)",
        splits=("dev",),
        notes=(
            "A masked model is given the last 50 tokens of a biography.",
            *notes,
        ),
    )


def biography(row: Row, prompting: Prompting) -> str:
    """The text of a row, with a full stop; for a masked model only its last tokens."""
    text = row.text("hard_text")
    if prompting.masked:
        ids = prompting.tokenizer(text, add_special_tokens=False)["input_ids"]
        end = prompting.tokenizer.decode(ids[-_LAST_TOKENS:], clean_up_tokenization_spaces=False)
        text = clean_up(str(end)) if prompting.paper else str(end)
    return sentence(text)


def scoring(prompting: Prompting, *, strict: bool) -> Scoring:
    """A choice between the labels.

    Args:
        prompting: the prompting of the model.
        strict: whether the paper's code counts ties as wrong.
    """
    return Scoring(
        CHOICE,
        single_token=prompting.paper,
        strict=prompting.paper and strict,
        details=prompting.paper,
    )
