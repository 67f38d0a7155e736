"""BIG-bench WikidataQA: the model completes a sentence about an entity in its own words."""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import _bigbench
from laser_sweep.dataset._example import GENERATION, Example, Loaded, Scoring
from laser_sweep.dataset._prompting import Prompting
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


def load(config: DatasetConfig, prompting: Prompting) -> Loaded:
    """The rows with one answer, validation first.

    Raises:
        ConfigError: if the rows cannot be had or are not as they should be.
    """
    examples = load_rows(FACTS, config).examples(lambda row: _examples(row, prompting))
    return Loaded(examples, _scoring(config, prompting))


def _scoring(config: DatasetConfig, prompting: Prompting) -> Scoring:
    """The answer in what the model says; its log-probability besides."""
    new_tokens = config.new_tokens or (MASKS if prompting.masked else _NEW_TOKENS)
    return Scoring(GENERATION, new_tokens=new_tokens, bare=prompting.paper and prompting.masked)


def _examples(row: Row, prompting: Prompting) -> list[Example]:
    targets = row.texts("targets")
    if len(targets) != 1:
        return []
    prompt = row.text("inputs")
    # The paper's code for masked models leaves the blanks around it.
    if not (prompting.paper and prompting.masked):
        prompt = prompt.strip()
    filled = prompt if prompting.paper else prompting.fill(prompt)
    return [Example(filled, targets[0].strip(), (), None, row.place)]
