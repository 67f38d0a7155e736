"""Rows of a user's dataset, and files of them in every format."""

import csv
import json

import pandas as pd

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import Example, load_dataset

from .tiny import asked

ROWS = [
    {"question": "Anna speaks", "answer": "French"},
    {"question": 'Bert says "one, two" and', "answer": "three"},
    {"question": "Carla, née Ωmega, eats", "answer": "NA"},
    {"question": "one is", "answer": "1"},
    {"question": "a line\nbreak is", "answer": "null"},
]
EXAMPLES = [Example(row["question"], row["answer"]) for row in ROWS]


def load_examples(config):
    return load_dataset(config, asked()).examples


def write_jsonl(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_json(path, rows):
    path.write_text(json.dumps(rows), encoding="utf-8")


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def write_parquet(path, rows):
    pd.DataFrame(rows).to_parquet(path)


WRITERS = {"jsonl": write_jsonl, "json": write_json, "csv": write_csv, "parquet": write_parquet}


def changed(**values):
    """The rows, the third of them with other values."""
    return [{**row, **(values if number == 2 else {})} for number, row in enumerate(ROWS)]


def load_text(tmp_path, text, ending="jsonl"):
    path = tmp_path / f"questions.{ending}"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_examples(DatasetConfig(path=str(path)))
