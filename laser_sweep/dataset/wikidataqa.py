"""BIG-bench WikidataQA: the model completes a sentence about an entity in its own words."""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import GENERATION, Example, ExampleSet, Scoring
from laser_sweep.dataset._files.row import Row
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published import bigbench_rows
from laser_sweep.dataset.hotpotqa import MASKS

FACTS = bigbench_rows.facts(
    "BIG-bench WikidataQA: facts as sentences to complete",
    "qa_wikidata",
    20_321,
    "Rows that do not have exactly one answer are left out; there may be no such rows.",
    "The paper's score counts an answer that is in the prompt as right.",
)
_NEW_TOKENS = 10


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """One example for each row with one answer, validation first.

    Raises:
        ConfigError: if the rows are not available, or a row is not as expected.
    """
    rows = bigbench_rows.load_task(FACTS, config)
    examples = rows.examples(lambda row: _examples(row, prompting))
    return ExampleSet(examples, _scoring(config, prompting))


def _scoring(config: DatasetConfig, prompting: Prompting) -> Scoring:
    """The answer in the generated text, and the log-probability of the gold answer."""
    new_tokens = config.new_tokens or (MASKS if prompting.masked else _NEW_TOKENS)
    return Scoring(GENERATION, new_tokens=new_tokens, bare=prompting.paper and prompting.masked)


def _examples(row: Row, prompting: Prompting) -> list[Example]:
    targets = row.texts("targets")
    if len(targets) != 1:
        return []
    prompt = row.text("inputs")
    # The paper's code for masked models leaves the spaces around the prompt.
    if not (prompting.paper and prompting.masked):
        prompt = prompt.strip()
    filled = prompt if prompting.paper else prompting.fill(prompt)
    return [Example(filled, targets[0].strip(), (), None, row.place)]
