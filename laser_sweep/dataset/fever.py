"""FEVER: is a claim true or false?"""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import CHOICE, Example, ExampleSet, Scoring
from laser_sweep.dataset._files.hub import Hub
from laser_sweep.dataset._files.row import Row
from laser_sweep.dataset._files.row_list import Rows
from laser_sweep.dataset._files.web import Web
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published.facts import Facts, load_rows
from laser_sweep.dataset._published.punctuation import sentence
from laser_sweep.errors import ConfigError

_SITE = "https://fever.ai/download/fever"
_DEV = f"{_SITE}/paper_dev.jsonl"

FACTS = Facts(
    title="FEVER: claims about Wikipedia that are supported or refuted",
    columns=("claim", "label"),
    sources=(
        Hub(
            "fever/fever",
            {
                "paper_dev": "v1.0/paper_dev/*.parquet",
                "paper_test": "v1.0/paper_test/*.parquet",
            },
            "refs/convert/parquet",
        ),
        Web(
            {"paper_dev": _DEV, "paper_test": f"{_SITE}/paper_test.jsonl"},
            {_DEV: "41158707810008747946bf23471e82df53e77a513524b9e3ec1c2e674ef5ef8c"},
        ),
    ),
    count=13_086,
    licence="CC BY-SA 3.0",
    citation="Thorne et al. 2018, FEVER: a large-scale dataset for Fact Extraction and "
    "VERification (1803.05355)",
    splits=("paper_dev", "paper_test"),
    notes=(
        "Rows without enough information are left out, then claims with two labels.",
        "Labels are balanced: a constant answer is right on half of the examples.",
    ),
)

LABELS = ("false", "true")
_NOT_ENOUGH = "NOT ENOUGH INFO"
_CLASSES = {"REFUTES": 0, "SUPPORTS": 1, 0: 0, 1: 1}


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """One example for each claim that has one label, split after split.

    Raises:
        ConfigError: if the rows are not available, or a row is not as expected.
    """
    rows = load_rows(FACTS, config)
    examples, seen = [], dict[str, str]()
    for split in FACTS.splits:
        labels, first = _labels(rows.of_split(split))
        for claim, row in first.items():
            if claim in seen:
                raise ConfigError(f"{rows.where}: {row.place}: its claim is in {seen[claim]} too.")
            if len(labels[claim]) == 1:
                (label,) = labels[claim]
                examples.append(_example(claim, label, row, prompting))
        seen |= dict.fromkeys(first, split)
    return ExampleSet(examples, _scoring(prompting))


def _scoring(prompting: Prompting) -> Scoring:
    """A choice between the two labels."""
    return Scoring(
        CHOICE, single_token=prompting.paper, strict=prompting.paper, details=prompting.paper
    )


def _labels(rows: Rows) -> tuple[dict[str, set[int]], dict[str, Row]]:
    """The labels and the first row of each claim, in the order of the rows."""
    labels: dict[str, set[int]] = {}
    first: dict[str, Row] = {}
    for row in rows.rows:
        claim, label = rows.apply(_claim, row)
        # Left out before claims are compared: a claim may have evidence in another row.
        if label is not None:
            labels.setdefault(claim, set()).add(label)
            first.setdefault(claim, row)
    return labels, first


def _claim(row: Row) -> tuple[str, int | None]:
    label = row.one_of("label", (*_CLASSES, _NOT_ENOUGH))
    return row.text("claim"), _CLASSES.get(label)


def _example(claim: str, label: int, row: Row, prompting: Prompting) -> Example:
    prompt = (
        f"Consider the following claim: {sentence(claim)} Is this claim true or false. The claim is"
    )
    return Example(prompting.fill(prompt), LABELS[label], LABELS, None, row.place)
