"""CounterFact: a fact about a subject, asked in three ways; the model completes the sentence."""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import ANSWER, GENERATION, NEXT_TOKEN, Example, Loaded, Scoring
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._row import Row, RowError
from laser_sweep.dataset._source import Facts, Hub, Web, load_rows

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
    licence="MIT, that of the code it was published with; none is stated for the rows",
    citation="Meng et al. 2022, Locating and Editing Factual Associations in GPT (2202.05262)",
    splits=(),
    notes=(
        "The paper scores it in three ways: the next token (GPT-J), the answer anywhere in the "
        "prompt and ten more tokens (Llama-2), one mask (RoBERTa). Its columns cannot be compared.",
        "9.3 % of the prompts contain the answer.",
        "The three prompts of a fact are a cluster; the first 20 % cut one of them in two.",
    ),
)

_LLAMA_TOKENS = 10


def load(config: DatasetConfig, prompting: Prompting) -> Loaded:
    """The three prompts of each record, in the order of `case_id`, or rows that are prompts.

    Raises:
        ConfigError: if the rows cannot be had or are not as they should be.
    """
    rows = load_rows(FACTS, config)
    rows.check_unique("case_id")
    if any("question" not in row.values for row in rows.rows):
        rows.rows.sort(key=lambda row: int(rows.apply(_case, row)))
    examples = rows.examples(lambda row: _examples(row, prompting))
    return Loaded(examples, _scoring(config, prompting))


def _scoring(config: DatasetConfig, prompting: Prompting) -> Scoring:
    """The answer's tokens; in `paper` protocol what the paper's code does with each model."""
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
            raise RowError(f"'gold-answer' is {answer!r}, expected a blank and the answer")
        answer = answer[1:]
    else:
        prompts, answer = _prompts(row), row.text("requested_rewrite.target_true.str")
        cluster = str(_case(row))
    return [Example(_asked(each, prompting), answer, (), cluster, row.place) for each in prompts]


def _prompts(row: Row) -> list[str]:
    template = row.text("requested_rewrite.prompt")
    paraphrases = row.texts("paraphrase_prompts")
    if template.count("{}") != 1 or len(paraphrases) != 2:
        raise RowError(
            f"the prompt is {template!r} with {len(paraphrases)} paraphrases, expected one with "
            "one {} and two paraphrases"
        )
    # Not str.format, which would read braces in the rest of the text.
    return [template.replace("{}", row.text("requested_rewrite.subject")), *paraphrases]


def _asked(prompt: str, prompting: Prompting) -> str:
    if not prompting.paper:
        return prompting.fill(prompt.rstrip(), ".")
    if prompting.masked and prompt.endswith(" "):
        return f"{prompt}{prompting.mask}."
    return prompting.fill(prompt, ".")
