"""The reference's outcomes: its rows, its models and what it stored for every example."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

PARITY = Path(__file__).parents[1] / "parity"

_KINDS = {"rank-reduction": "rank_reduction", "dropout": "pruning", "zero": "zero"}
_DATASETS = {"hotpot": "hotpotqa", "bbh_qa": "wikidataqa"}
_ROWS = {"bios_gender": "bios", "bbh_qa": "qa_wikidata"}


@dataclass(frozen=True)
class Case:
    """One run of one of the reference's scripts."""

    llm: str
    name: str
    case: str

    @cached_property
    def golden(self) -> dict[str, Any]:
        """What it stored."""
        folder = PARITY / "goldens" / self.llm / self.name
        return json.loads((folder / f"{self.case}.json").read_text())

    @cached_property
    def prompted(self) -> list[dict[str, Any]]:
        """The examples after its filters and prompts."""
        path = PARITY / "goldens" / self.llm / self.name / "examples.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()]

    @property
    def checkpoint(self) -> Path:
        """The model's folder."""
        return PARITY / "checkpoints" / self.llm

    @property
    def dataset(self) -> str:
        """What the dataset is called here."""
        return _DATASETS.get(self.name, self.name)

    @property
    def rows(self) -> Path:
        """The file of the source's rows."""
        name = f"{_ROWS.get(self.name, self.name)}.jsonl"
        own = PARITY / "data" / self.llm / name
        return own if own.exists() else PARITY / "data" / name

    @property
    def kind(self) -> str:
        """The intervention, as it is called here."""
        return "none" if self.case == "base" else _KINDS[self.golden["args"]["intervention"]]

    def overrides(self, axes: bool = True) -> list[str]:
        """The options of the command that does the same."""
        args = self.golden["args"]
        edit = [] if self.kind == "none" else [f"lname={args['lname']}", f"lnum={args['lnum']}"]
        rate = [f"rate={args['rate']}"] if self.kind in ("rank_reduction", "pruning") else []
        return [
            f"model.path={self.checkpoint}",
            f"model.name={self.llm}",
            f"dataset={self.dataset}",
            f"dataset.path={self.rows}",
            f"dataset.length_tokenizer={PARITY / 'checkpoints' / 'llama'}",
            "protocol=paper",
            "split.test=all",
            f"intervention={self.kind}",
            *(edit + rate if axes else []),
        ]

    def __str__(self) -> str:
        return f"{self.llm}/{self.name}/{self.case}"


CASES = [
    Case(path.parts[-3], path.parts[-2], path.stem)
    for path in sorted((PARITY / "goldens").glob("*/*/*.json"))
]
