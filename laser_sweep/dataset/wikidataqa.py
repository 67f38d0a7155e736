"""BIG-bench WikidataQA: the model completes a sentence about an entity in its own words."""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import GENERATION, Asked, Example, Loaded, Scoring, _bigbench
from laser_sweep.dataset._row import Row
from laser_sweep.dataset._source import load_rows
from laser_sweep.dataset.hotpotqa import MASKS

FACTS = _bigbench.facts(
    "BIG-bench WikidataQA: facts as sentences to complete",
    "qa_wikidata",
    20_321,
    "Rows with other than one answer are left out; there may be none.",
    "The paper's score counts an answer that is in the prompt as right.",
)
_NEW_TOKENS = 10


def load(config: DatasetConfig, asked: Asked) -> Loaded:
    """The rows with one answer, validation first.

    Raises:
        ConfigError: if the rows cannot be had or are not as they should be.
    """
    examples = load_rows(FACTS, config).examples(lambda row: _examples(row, asked))
    return Loaded(examples, _scoring(config, asked))


def _scoring(config: DatasetConfig, asked: Asked) -> Scoring:
    """The answer in what the model says; its log-probability besides."""
    new_tokens = config.new_tokens or (MASKS if asked.masked else _NEW_TOKENS)
    return Scoring(GENERATION, new_tokens=new_tokens, bare=asked.paper and asked.masked)


def _examples(row: Row, asked: Asked) -> list[Example]:
    targets = row.texts("targets")
    if len(targets) != 1:
        return []
    prompt = row.text("inputs")
    # The paper's code for masked models leaves the blanks around it.
    if not (asked.paper and asked.masked):
        prompt = prompt.strip()
    filled = prompt if asked.paper else asked.fill(prompt)
    return [Example(filled, targets[0].strip(), (), None, row.place)]
