"""CounterFact: a fact about a subject in three wordings; the model completes the sentence."""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import (
    ANSWER,
    GENERATION,
    NEXT_TOKEN,
    Example,
    ExampleSet,
    Scoring,
)
from laser_sweep.dataset._files.hub import Hub
from laser_sweep.dataset._files.row import Row, RowError
from laser_sweep.dataset._files.row_list import Rows
from laser_sweep.dataset._files.web import Web
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published.facts import Facts, load_rows

_ROME = "https://rome.baulab.info/data/dsets/counterfact.json"

FACTS = Facts(
    title="CounterFact: 21,919 facts, each as a sentence to complete and two paraphrases",
    columns=("case_id", "requested_rewrite", "paraphrase_prompts"),
    sources=(
        Web(
            {"all": _ROME},
            {_ROME: "d017056125178a13728594e66a801357a8db9ed7973a7425554bb4271de9fc6f"},
        ),
        Hub(
            "azhx/counterfact",
            {"train": "data/train*.parquet", "test": "data/test*.parquet"},
            "c01c413f856ee38f5c080c9fc5e87aff478e2ff9",
        ),
    ),
    count=65_757,
    licence="MIT, the licence of the code that it was published with; none is stated for the rows",
    citation="Meng et al. 2022, Locating and Editing Factual Associations in GPT (2202.05262)",
    splits=(),
    notes=(
        "The paper scores it in three ways: the next token (GPT-J), the answer anywhere in the "
        "prompt and ten more tokens (Llama-2), one mask (RoBERTa). Its columns cannot be compared.",
        "9.3 % of the prompts contain the answer.",
        "The three prompts of a fact are a cluster; the split at 20 % cuts one cluster in two.",
    ),
)

_LLAMA_TOKENS = 10


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """The three prompts of each record, in the order of `case_id`, or one prompt of each row.

    Raises:
        ConfigError: if the rows are not available, or a row is not as expected.
    """
    rows = load_rows(FACTS, config)
    rows.check_unique("case_id")
    if any("question" not in row.values for row in rows.rows):
        rows = Rows(sorted(rows.rows, key=lambda row: rows.apply(_case, row)), rows.where)
    examples = rows.examples(lambda row: _examples(row, prompting))
    return ExampleSet(examples, _scoring(prompting))


def _scoring(prompting: Prompting) -> Scoring:
    """The tokens of the answer; in `paper` protocol the score of the paper's code for the model."""
    if not prompting.paper:
        return Scoring(ANSWER)
    if prompting.family == "llama":
        return Scoring(GENERATION, new_tokens=_LLAMA_TOKENS)
    return Scoring(NEXT_TOKEN, single_token=True, details=True)


def _case(row: Row) -> int:
    number = row.value("case_id")
    if not isinstance(number, int):
        raise RowError(f"'case_id' is {number!r}, expected a number")
    return number


def _examples(row: Row, prompting: Prompting) -> list[Example]:
    if "question" in row.values:
        prompts, answer, cluster = [row.text("question")], row.text("gold-answer"), None
        if not answer.startswith(" "):
            raise RowError(f"'gold-answer' is {answer!r}, expected a space and the answer")
        answer = answer[1:]
    else:
        prompts, answer = _prompts(row), row.text("requested_rewrite.target_true.str")
        cluster = str(_case(row))
    return [Example(_filled(each, prompting), answer, (), cluster, row.place) for each in prompts]


def _prompts(row: Row) -> list[str]:
    template = row.text("requested_rewrite.prompt")
    paraphrases = row.texts("paraphrase_prompts")
    if template.count("{}") != 1 or len(paraphrases) != 2:
        raise RowError(
            f"the prompt is {template!r} with {len(paraphrases)} paraphrases, expected a prompt "
            "with one {} and two paraphrases"
        )
    # str.format would also interpret braces in the rest of the text.
    return [template.replace("{}", row.text("requested_rewrite.subject")), *paraphrases]


def _filled(prompt: str, prompting: Prompting) -> str:
    if not prompting.paper:
        return prompting.fill(prompt.rstrip(), ".")
    if prompting.masked and prompt.endswith(" "):
        return f"{prompt}{prompting.mask}."
    return prompting.fill(prompt, ".")
