"""The paper's datasets: rows of each source's schema become its prompts, in both protocols."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.configs import composed
from support.paper_datasets import (
    COUNTS,
    FIXTURES,
    LLAMA,
    PUBLISHED,
    some_rows,
    sweepable_rows,
)
from support.parity_cases import PARITY
from support.tiny import asked

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import (
    ANSWER,
    CHOICE,
    DATASETS,
    GENERATION,
    NEXT_TOKEN,
    Example,
    Facts,
    load_dataset,
    prompting_of,
)
from laser_sweep.errors import ConfigError
from laser_sweep.model.source import find_source
from laser_sweep.model.tokenizer import load_tokenizer
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.plan import Plan
from laser_sweep.run.worker import Worker


def rows_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in some_rows(name).read_text("utf-8").splitlines()]


def load(name: str, path: Path | None = None, family: str = "gptj", protocol: str = "corrected"):
    """The examples of a fixture or of another file."""
    config = DatasetConfig(
        reader=name, path=str(path or some_rows(name)), length_tokenizer=str(LLAMA)
    )
    return DATASETS.load(name).load(config, asked(family, protocol)).examples


def texts(examples: list[Example]) -> list[tuple[str, str]]:
    return [(example.prompt, example.answer) for example in examples]


CLAIM = "Consider the following claim: {} Is this claim true or false. The claim is"
ENTAILS = (
    "Identify the relation between the following premises and hypotheses, choosing from the "
    "options 'entailment' or 'non-entailment'.\n\nPremise: {} Hypothesis: {}\nRelation:"
)
CLAIMS = [
    ("Brindle Hall is a building.", "true"),
    ("Corvane Lake is located on the moon.", "false"),
    ("Ilke Marrow was a sailor.", "true"),
    ("Pell Dorset never wrote a song.", "false"),
    ("Norrigate has a harbour.", "true"),
]
FACTS = [
    ("The mother tongue of Orvell Brandicourt is", "French"),
    ("Where the path forks there is a well. Orvell Brandicourt spoke the language", "French"),
    ("Orvell Brandicourt, a native", "French"),
    ("Dessa Holloran plays the instrument", "guitar"),
    ("The catalogue ends here. Dessa Holloran, the", "guitar"),
    ("Dessa Holloran performs on the", "guitar"),
    ("Vellmark Shelf belongs to the continent of", "Antarctica"),
    ("The ferry timetable was revised. Vellmark Shelf is located in", "Antarctica"),
    ("Vellmark Shelf is a part of the continent of", "Antarctica"),
]
TRUTHS = [
    ("What happens if you hum to a teapot? Nothing in particular happens.", "true"),
    ("What happens if you hum to a teapot? You hear yourself hum.", "true"),
    ("What happens if you hum to a teapot? The tea boils at once.", "false"),
    ("What happens if you hum to a teapot? The teapot cracks.", "false"),
    ("Who founded the imaginary town of Norrigate? King Aldous the Ninth.", "false"),
    ("Who founded the imaginary town of Norrigate? I have no comment.", "true"),
    ("Who founded the imaginary town of Norrigate? Nobody knows.", "true"),
]
BELIEFS = [
    (
        "Ada knows that Bruno believes that a goat sleeps on a roof.",
        "Bruno believes that a goat sleeps on a roof.",
        True,
    ),
    (
        "Ada thinks that Bruno knows that two kites drift over a bay.",
        "Bruno knows that two kites drift over a bay.",
        False,
    ),
    ("Celia suspects that a baker sweeps a yard.", "A baker sweeps a yard.", False),
]
QUESTIONS = [
    ("Which river passes the town where Elna Vostry was born? The answer is", "River Tamsin"),
    ("Were Pell Dorset and Ilke Marrow from the same country? The answer is", "yes"),
    ("Name the year in which the Corvane Lake observatory opened? The answer is", "1911"),
]
GENDERS = [(row["hard_text"].rstrip(".") + ".", row["gender"]) for row in rows_of("bios_gender")]


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
def test_counterfact_has_three_prompts_of_each_record_in_the_order_of_the_records(protocol):
    examples = load("counterfact", protocol=protocol)
    assert texts(examples) == FACTS
    assert [example.cluster for example in examples] == ["0"] * 3 + ["1"] * 3 + ["2"] * 3
    masked = load("counterfact", family="roberta", protocol=protocol)
    assert texts(masked) == [(f"{prompt} <mask>.", answer) for prompt, answer in FACTS]


@pytest.mark.parametrize("question", ["The cat is", "The cat is "])
def test_counterfact_may_be_rows_of_prompts(tmp_path, question):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"question": question, "gold-answer": " red"}) + "\n")
    assert texts(load("counterfact", path, protocol="paper")) == [(question, "red")]
    assert texts(load("counterfact", path)) == [("The cat is", "red")]
    masked = [("The cat is <mask>.", "red")]
    assert texts(load("counterfact", path, "roberta", "paper")) == masked
    assert texts(load("counterfact", path, "roberta")) == masked


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
def test_fever_has_claims_with_one_label_each_once_paper_dev_first(protocol):
    wanted = [(CLAIM.format(claim), label) for claim, label in CLAIMS]
    assert texts(load("fever", protocol=protocol)) == wanted
    masked = [(f"{prompt} <mask>", label) for prompt, label in wanted]
    assert texts(load("fever", family="roberta", protocol=protocol)) == masked
    assert load("fever")[0].choices == ("false", "true")


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
def test_hotpotqa_has_questions_with_short_answers_train_first(protocol, tmp_path):
    # The fixture's train part is as long as validation; one more row of it is not read.
    rows = [*rows_of("hotpotqa"), {**rows_of("hotpotqa")[2], "id": "f9"}]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert texts(load("hotpotqa", path, protocol=protocol)) == QUESTIONS
    end = " <mask>" if protocol == "corrected" else ""
    masked = [(f"{prompt}{end}", answer) for prompt, answer in QUESTIONS]
    assert texts(load("hotpotqa", path, "roberta", protocol)) == masked


def test_hotpotqa_keeps_long_answers_if_nothing_measures_them():
    config = DatasetConfig(
        reader="hotpotqa", path=str(FIXTURES / "hotpotqa.jsonl"), length_tokenizer=None
    )
    assert len(DATASETS.load("hotpotqa").load(config, asked()).examples) == 4


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
def test_bios_gender_has_all_rows(protocol):
    examples = load("bios_gender", protocol=protocol)
    assert [example.answer for example in examples] == [
        ("male", "female")[gender] for _, gender in GENDERS
    ]
    assert examples[3].prompt == (
        "Consider the following text: Her columns on harbour politics appear every Thursday. Is "
        "the person in this text a male or female? The gender of this person is"
    )


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
def test_bios_profession_has_the_rows_of_eight_professions(protocol):
    examples = load("bios_profession", protocol=protocol)
    labels = "journalist poet composer model teacher architect painter professor".split()
    assert [labels.index(example.answer) for example in examples] == [4, 7, 0, 5]
    assert {example.choices for example in examples} == {tuple(labels)}
    assert examples[2].prompt == (
        "Consider the following text: Her columns on harbour politics appear every Thursday. What "
        "is the profession of the person in this text? The profession of this person is"
    )


def masked_biographies(name: str, protocol: str) -> list[Example]:
    """The biographies for the RoBERTa of the parity tests, whose tokenizer knows every text."""
    config = composed(
        f"model.path={PARITY / 'checkpoints' / 'roberta'}",
        f"dataset={name}",
        f"dataset.path={FIXTURES / 'bias_in_bios.jsonl'}",
        f"protocol={protocol}",
        "dataset.limit=5",
    )
    from laser_sweep.model import load as models

    source = find_source(config.model.path, None)
    roberta = prompting_of(protocol, models.load_config(source), load_tokenizer(source))
    return DATASETS.load(name).load(config.dataset, roberta).examples


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
def test_a_masked_model_is_asked_about_a_biography_in_other_words(protocol):
    gender = masked_biographies("bios_gender", protocol)[3].prompt
    start = "Consider the following text: Her columns on harbour politics appear every Thursday."
    asks = "Is the person in this text a male or female? This person is <mask>."
    assert gender == f"{start} {asks}"
    profession = masked_biographies("bios_profession", protocol)[2].prompt
    asks = "The profession of the person in the text is called <mask>."
    assert profession == f"{start} {asks}"


def test_truthfulqa_has_each_answer_and_in_the_paper_no_space_after_it():
    end = "Is this statement true or false? This statement is"
    paper = load("truthfulqa", protocol="paper")
    assert texts(paper) == [(f"{said}{end}", label) for said, label in TRUTHS]
    assert texts(load("truthfulqa")) == [(f"{said} {end}", label) for said, label in TRUTHS]
    masked = load("truthfulqa", family="roberta", protocol="paper")
    assert texts(masked) == [(f"{said}{end} <mask>", label) for said, label in TRUTHS]
    assert [example.cluster for example in paper] == [
        said[: said.index("?") + 1] for said, _ in TRUTHS
    ]


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
def test_epistemic_reasoning_is_asked_as_it_is_validation_first(protocol):
    wanted = [
        (ENTAILS.format(premise, hypothesis), "entailment" if follows else "non-entailment")
        for premise, hypothesis, follows in BELIEFS
    ]
    assert texts(load("epistemic_reasoning", protocol=protocol)) == wanted
    end = " <mask>" if protocol == "corrected" else ""
    masked = [(f"{prompt}{end}", answer) for prompt, answer in wanted]
    assert texts(load("epistemic_reasoning", family="roberta", protocol=protocol)) == masked


def test_epistemic_reasoning_may_be_asked_as_true_or_false_but_not_as_in_the_paper():
    examples = load("epistemic_reasoning_tf")
    assert [example.answer for example in examples] == ["True", "False", "False"]
    assert examples[2].prompt == (
        "Premise: Celia suspects that a baker sweeps a yard. Hypothesis: A baker sweeps a yard.\n"
        "Is it true or false that the hypothesis follows from the premise? The answer is"
    )
    with pytest.raises(ConfigError, match=r"no protocol=paper.*always ended in an error"):
        load("epistemic_reasoning_tf", protocol="paper")


def test_wikidataqa_has_the_rows_with_one_answer_validation_first():
    wanted = [
        ("The country of Brindle Hall is", "Norrland"),
        ("Garrow is capital of", "Tamsin Province"),
    ]
    assert texts(load("wikidataqa")) == texts(load("wikidataqa", protocol="paper")) == wanted
    masked = load("wikidataqa", family="roberta", protocol="paper")
    # The paper's code leaves the space there for masked models.
    assert [example.prompt for example in masked] == [
        "The country of Brindle Hall is ",
        "Garrow is capital of",
    ]


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
@pytest.mark.parametrize(
    ("name", "column"), [("causal_judgement", "inputs"), ("web_of_lies", "input")]
)
def test_yes_or_no(name, column, protocol):
    wanted = [row[column] for row in rows_of(name)]
    examples = load(name, protocol=protocol)
    assert texts(examples) == [(wanted[0], "Yes"), (wanted[1], "No")]
    assert examples[0].choices == ("Yes", "No")


def test_web_of_lies_is_read_as_it_is_published(tmp_path):
    path = tmp_path / "web_of_lies.json"
    examples = [{k: v for k, v in row.items() if k != "split"} for row in rows_of("web_of_lies")]
    path.write_text(json.dumps({"canary": "do not train on this", "examples": examples}))
    assert texts(load("web_of_lies", path)) == texts(load("web_of_lies"))


@pytest.mark.parametrize(
    ("name", "row", "protocol", "family", "prompt"),
    [
        ("fever", {"claim": "Roman Atwood is a content creator", "label": 1}, "paper", "gptj",
         CLAIM.format("Roman Atwood is a content creator.")),
        ("fever", {"claim": "Roman Atwood is a content creator.", "label": 1}, "paper", "gptj",
         CLAIM.format("Roman Atwood is a content creator.")),
        ("hotpotqa", {"question": "Who wrote it", "answer": "Ada"}, "paper", "gptj",
         "Who wrote it? The answer is"),
        ("hotpotqa", {"question": "Who wrote it?", "answer": "Ada"}, "paper", "gptj",
         "Who wrote it? The answer is"),
        ("truthfulqa", {"question": "What happens if you eat a pomegranate?",
                        "mc2_targets": {"choices": ["You will die."], "labels": [0]}}, "paper",
         "gptj", "What happens if you eat a pomegranate? You will die.Is this statement true or "
         "false? This statement is"),
        ("counterfact", {"question": "The mother tongue of Danielle Darrieux is",
                         "gold-answer": " French"}, "paper", "roberta",
         "The mother tongue of Danielle Darrieux is <mask>."),
        ("bios_gender", {"hard_text": "She paints.", "gender": 1, "profession": 14}, "paper",
         "gptj", "Consider the following text: She paints. Is the person in this text a male or "
         "female? The gender of this person is"),
    ],
)  # fmt: skip
def test_the_prompts_that_are_known_exactly(tmp_path, name, row, protocol, family, prompt):
    splits = DATASETS.load(name).FACTS.splits
    # A dataset that reads as many rows of train as of validation needs a row of validation.
    row = {**row, **({"split": splits[-1]} if splits else {})}
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row) + "\n")
    assert load(name, path, family, protocol)[0].prompt == prompt


def test_the_papers_datasets_are_published_ones():
    assert set(COUNTS) <= set(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_dataset_has_facts(name):
    facts = DATASETS.load(name).FACTS
    assert isinstance(facts, Facts)
    assert facts.count == COUNTS.get(name, facts.count) > 0
    assert facts.sources
    for source in facts.sources:
        assert source.advice
        assert set(source.files) in (set(facts.splits), {"all"}, {"train", "test"})
        assert list(source.files) == list(facts.splits or source.files)


ALWAYS = {"correct", "answer_logprob", "answer_length", "prediction"}
COLUMNS = {
    CHOICE: {"choice_logprobs"},
    GENERATION: {"f1", "precision", "recall", "correct_in_paper"},
    ANSWER: {"top_1", "top_5", "top_10"},
    NEXT_TOKEN: {"top_1", "top_5", "top_10"},
}


def outcomes_of(name: str, llm: str, protocol: str) -> tuple[Plan, dict[str, list[Any]]]:
    """The outcomes of an unedited model on rows of the source's schema."""
    plan = make_plan(
        composed(
            f"model.path={PARITY / 'checkpoints' / llm}",
            f"dataset={name}",
            f"dataset.path={sweepable_rows(name, llm)}",
            f"dataset.length_tokenizer={LLAMA}",
            f"protocol={protocol}",
            "intervention=none",
        )
    )
    examples = list(range(len(plan.examples)))
    return plan, Worker(plan).outcomes(plan.points[0], examples)


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
@pytest.mark.parametrize("llm", ["gptj", "llama", "roberta"])
@pytest.mark.parametrize("name", PUBLISHED)
def test_every_dataset_can_be_asked_of_every_kind_of_model(name, llm, protocol):
    if (name, protocol) == ("epistemic_reasoning_tf", "paper"):
        with pytest.raises(ConfigError, match="no protocol=paper"):
            outcomes_of(name, llm, protocol)
        return
    plan, outcomes = outcomes_of(name, llm, protocol)
    examples = plan.examples
    assert set(outcomes) >= ALWAYS | COLUMNS[plan.scoring.kind]
    assert all(len(values) == len(examples) for values in outcomes.values())
    assert all(value < 0 for value in outcomes["answer_logprob"])
    if protocol == "corrected":
        assert not {"total_logprob", "top_tokens"} & set(outcomes)
    if examples[0].choices:
        for example, said in zip(examples, outcomes["prediction"], strict=True):
            assert said in example.choices


KINDS = {
    ("counterfact", "gptj", "corrected"): ANSWER,
    ("counterfact", "llama", "corrected"): ANSWER,
    ("counterfact", "roberta", "corrected"): ANSWER,
    ("counterfact", "gptj", "paper"): NEXT_TOKEN,
    ("counterfact", "llama", "paper"): GENERATION,
    ("counterfact", "roberta", "paper"): NEXT_TOKEN,
}


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
@pytest.mark.parametrize("llm", ["gptj", "llama", "roberta"])
@pytest.mark.parametrize("name", COUNTS)
def test_the_papers_datasets_are_scored_by_kind(name, llm, protocol):
    if (name, protocol) == ("epistemic_reasoning_tf", "paper"):
        return
    path = str(some_rows(name))
    config = DatasetConfig(reader=name, path=path, length_tokenizer=str(LLAMA))
    scoring = DATASETS.load(name).load(config, asked(llm, protocol)).scoring
    other = GENERATION if name in ("hotpotqa", "wikidataqa") else CHOICE
    assert scoring.kind == KINDS.get((name, llm, protocol), other)


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
def test_a_masked_answer_is_counted_one_too_long_in_the_paper_alone(protocol):
    extra = 1 if protocol == "paper" else 0
    for name in ("hotpotqa", "epistemic_reasoning"):
        plan, outcomes = outcomes_of(name, "roberta", protocol)
        plan_lengths = outcomes["answer_length"]
        assert min(plan_lengths) == 1 + extra
        assert len(plan.examples) == len(plan_lengths)


BAD_ROWS = {
    "counterfact": [
        ({"paraphrase_prompts": ["one"]}, "1 paraphrases"),
        ({"paraphrase_prompts": ["a", "b", "c"]}, "3 paraphrases"),
        ({"paraphrase_prompts": "ab"}, "expected a list of texts"),
        ({"case_id": "x"}, "'case_id' is 'x'"),
        ({"requested_rewrite": {"prompt": "no place"}}, "no place"),
        ({"requested_rewrite": "x"}, "no column 'requested_rewrite.prompt'"),
    ],
    "fever": [
        ({"label": "PERHAPS"}, "'label' is 'PERHAPS', expected one of 'REFUTES'"),
        ({"label": 2}, "'label' is 2"),
        ({"label": True}, "'label' is True"),
        ({"label": None}, "'label' is None"),
        ({"label": 1.0}, "'label' is 1.0"),
        ({"claim": ""}, "'claim' is empty"),
        ({"claim": 3}, r"'claim' is 3 \(int\), expected text"),
        ({"split": "train"}, "'split' is 'train', expected one of 'paper_dev', 'paper_test'"),
    ],
    "hotpotqa": [
        ({"answer": " "}, "'answer' is empty"),
        ({"question": None}, "'question' is None"),
        ({"id": "f00000000000000000000001"}, "'id' is 'f0+1', as in line 3"),
    ],
    "bios_gender": [
        ({"gender": 2}, "'gender' is 2, expected one of 0, 1"),
        ({"gender": "male"}, "'gender' is 'male'"),
        ({"gender": 1.0}, "'gender' is 1.0, expected one of 0, 1"),
        ({"hard_text": "\u200b"}, "'hard_text' is empty"),
        ({"hard_text": "\ud800"}, "half a surrogate pair"),
    ],
    "bios_profession": [
        ({"profession": 28}, "'profession' is 28"),
        ({"profession": 1.0}, "'profession' is 1.0"),
    ],
    "truthfulqa": [
        ({"mc2_targets": {"choices": ["a."], "labels": [2]}}, "expected a list of 0 and 1"),
        ({"mc2_targets": {"choices": ["a."], "labels": [1.0]}}, "expected a list of 0 and 1"),
        ({"mc2_targets": {"choices": ["a."], "labels": [1, 0]}}, "1 answers and 2 labels"),
        ({"mc2_targets": {"choices": [], "labels": []}}, "expected a list of texts"),
        ({"mc2_targets": None}, "no column 'mc2_targets.choices'"),
    ],
    "epistemic_reasoning": [
        ({"targets": ["perhaps"]}, "the answer is 'perhaps', expected one of 'entailment'"),
        ({"targets": ["entailment", "non-entailment"]}, "expected one answer"),
        ({"inputs": "Premise: a. Hypothesis: b."}, "expected 'Relation:'"),
    ],
    "epistemic_reasoning_tf": [({"inputs": "\nRelation:"}, "has no 'Premise: ")],
    "wikidataqa": [({"targets": [3]}, r"'targets' is 3 \(int\)")],
    "causal_judgement": [({"targets": ["yes"]}, "the answer is 'yes', expected one of 'Yes'")],
    "web_of_lies": [({"target": "Maybe"}, "the answer is 'Maybe'"), ({"input": ""}, "is empty")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [(name, *bad) for name, each in BAD_ROWS.items() for bad in each],
)
def test_a_bad_row_is_named_with_its_file_and_line(name, values, message, tmp_path):
    rows = rows_of(name)
    rows[-1] = {**rows[-1], **values}
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(ConfigError, match=rf"rows\.jsonl: line {len(rows)}: .*{message}"):
        load(name, path)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_row_that_lacks_a_column_is_named(name, tmp_path):
    rows = rows_of(name)
    column = next(c for c in DATASETS.load(name).FACTS.columns if c not in ("case_id", "id"))
    del rows[1][column]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(ConfigError, match=rf"rows\.jsonl: line 2: no column '{column}"):
        load(name, path)


def test_a_claim_of_both_splits_is_refused(tmp_path):
    path = tmp_path / "rows.jsonl"
    rows = [{"claim": "a", "label": 1, "split": split} for split in ("paper_dev", "paper_test")]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(ConfigError, match="line 2: its claim is in paper_dev too"):
        load("fever", path)


def test_too_few_rows_are_refused():
    config = DatasetConfig(reader="web_of_lies", path=str(FIXTURES / "web_of_lies.jsonl"))
    with pytest.raises(ConfigError, match=r"has 2 examples .*at least 5"):
        load_dataset(config, asked())
