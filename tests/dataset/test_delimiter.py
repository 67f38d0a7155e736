"""`dataset.target_delimiter`: the text between a prompt and its answer, given or found."""

from __future__ import annotations

import pytest
from support.row_files import ROWS, WRITERS
from support.seams import make_seam_tokenizer
from support.tiny import asked

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import Example, delimiters, fingerprint, load_dataset
from laser_sweep.errors import ConfigError

NOTHING = [
    'He said "', "He said “", "Er sagt „", "The word is «", 'He said "no" and "', "The price is $",
    "US$", "(", "x = [", "¿", "is `", "a 「", '{"capital": "', '{"capital":"', "La capitale de l’",
    "dell'", "anti-", "km/", "2+2=", "<answer>", "The answer is **", 'the 5" pipe is called "',
    "法国的首都是", "法国的首都是：", "问：首都？A:", "日本の首都は", "เมืองหลวงของฝรั่งเศสคือ",
    "ນະຄອນຫຼວງຂອງຝຣັ່ງແມ່ນ", "រដ្ឋធានីនៃប្រទេសបារាំងគឺ", "ပြင်သစ်၏မြို့တော်မှာ", "ཕ་རན་སིའི་རྒྱལ་ས་ནི",
    "Anna speaks<|user|>", "Anna speaks</s>",
]  # fmt: skip
SPACE = [
    "The capital is", 'The word "hello"', 'He said "no" and "yes"', '5"', "costs 5 €", "»Haus«",
    "„Haus“", "« mot »", "(a)", "Answer:", "2 + 2 =", "x >=", "the dogs'", "don't", "'don't'",
    "한국의 수도는", "Q: why?", 'He said: "Yes."', 'yes."', "a </b>", "3 * 4 *", "法国 means",
]  # fmt: skip
AS_IT_ENDS = ["Answer: ", "Q: why?\n", "A:\t", "法国的首都是 ", "Anna speaks<|user|>\n"]


def loaded(tmp_path, prompts, answer="Paris", family="gptj", protocol="corrected", **options):
    """The examples of rows with these prompts, and how the model is asked."""
    path = tmp_path / "rows.jsonl"
    WRITERS["jsonl"](path, [{"question": each, "answer": answer} for each in prompts])
    prompting = asked(family, protocol, make_seam_tokenizer("byte_level"))
    return load_dataset(DatasetConfig(path=str(path), **options), prompting).examples, prompting


@pytest.mark.parametrize("family", ["gptj", "roberta"])
def test_nothing_stands_where_the_prompt_asks_for_none(tmp_path, family):
    examples, prompting = loaded(tmp_path, NOTHING, family=family)
    assert [each.prompt for each in examples if each.seam != ""] == []
    assert delimiters(examples, prompting) == {"nothing": len(NOTHING)}


@pytest.mark.parametrize("family", ["gptj", "roberta"])
def test_a_space_stands_after_all_other_prompts(tmp_path, family):
    examples, prompting = loaded(tmp_path, SPACE, family=family)
    assert [each.prompt for each in examples if each.seam != " "] == []
    assert delimiters(examples, prompting) == {"a space": len(SPACE)}


def test_a_prompt_that_ends_in_a_space_has_its_delimiter(tmp_path):
    examples, prompting = loaded(tmp_path, AS_IT_ENDS)
    assert [each.seam for each in examples] == [""] * len(AS_IT_ENDS)
    assert delimiters(examples, prompting) == {"nothing": len(AS_IT_ENDS)}


@pytest.mark.parametrize(
    ("answer", "seam"),
    [("巴黎", ""), ("AC米兰", ""), ("3月", ""), ("Tokyo (東京)", " "), ("18", " "), ("서울", " ")],
)
def test_the_script_of_the_answer_counts_too(tmp_path, answer, seam):
    examples, _ = loaded(tmp_path, SPACE[:5], answer)
    assert {each.seam for each in examples} == {seam}


def test_all_labels_of_an_example_have_the_same_delimiter(read):
    rows = [{"question": f"{n} is", "answer": "一", "choices": ["一", "one"]} for n in range(5)]
    assert {each.seam for each in read(rows)} == {" "}
    rows = [{**row, "choices": ["一", "二"]} for row in rows]
    assert {each.seam for each in read(rows)} == {""}


def test_the_text_before_a_mask_counts(tmp_path):
    prompts = [f"{n}法国的首都是<mask>。" for n in range(5)]
    examples, prompting = loaded(tmp_path, prompts, family="roberta")
    assert {each.delimiter for each in examples} == {""}
    assert delimiters(examples, prompting) == {"nothing": 5}
    spaced = [f"{n} is a <mask> (Latin)" for n in range(5)]
    examples, prompting = loaded(tmp_path, spaced, family="roberta")
    assert delimiters(examples, prompting) == {"a space": 5}


@pytest.mark.parametrize(
    ("written", "delimiter", "said"),
    [
        ("", "", "nothing"),
        (" ", " ", "a space"),
        (r"\n", "\n", r"'\n'"),
        (r"\nA:\t", "\nA:\t", r"'\nA:\t'"),
        (r"\\n", r"\n", r"'\\n'"),
        ("{a}", "{a}", "'{a}'"),
    ],
)
def test_a_given_delimiter_is_taken_as_it_is_written(tmp_path, written, delimiter, said):
    for protocol in ("corrected", "paper"):
        examples, prompting = loaded(
            tmp_path, [*NOTHING, *SPACE], protocol=protocol, target_delimiter=written
        )
        assert {each.seam for each in examples} == {delimiter}
        assert delimiters(examples, prompting) == {said: len(examples)}


def test_the_papers_code_always_puts_a_space(tmp_path):
    examples, prompting = loaded(tmp_path, [*NOTHING, *AS_IT_ENDS], protocol="paper")
    assert {each.delimiter for each in examples} == {None}
    assert delimiters(examples, prompting) == {"a space": len(examples)}


def test_the_fingerprint_changes_with_every_delimiter_but_the_usual_one(tmp_path, scoring):
    def of(prompts, **options):
        return fingerprint(loaded(tmp_path, prompts, **options)[0], scoring)

    as_before = fingerprint([Example(each, "Paris") for each in SPACE], scoring)
    assert of(SPACE) == as_before
    assert len({as_before, *(of(SPACE, target_delimiter=each) for each in ("", r"\n", ":"))}) == 4
    assert of(NOTHING) != fingerprint([Example(each, "Paris") for each in NOTHING], scoring)
    ends = fingerprint([Example(each, "Paris") for each in AS_IT_ENDS], scoring)
    assert of(AS_IT_ENDS) == ends


@pytest.fixture
def scoring(tmp_path):
    path = tmp_path / "some.jsonl"
    WRITERS["jsonl"](path, ROWS)
    return load_dataset(DatasetConfig(path=str(path)), asked()).scoring


def test_a_published_dataset_has_its_own(tmp_path):
    config = DatasetConfig(reader="fever", path="rows.jsonl", target_delimiter="")
    with pytest.raises(ConfigError, match=r"dataset\.target_delimiter= is for rows of your own"):
        load_dataset(config, asked())
