"""Rows of a user's file become examples; an error names the row's place."""

import pytest
from support.row_files import EXAMPLES, ROWS, changed, load_examples, write_jsonl
from support.tiny import asked

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import ANSWER, CHOICE, Scoring, load_dataset
from laser_sweep.errors import ConfigError


def test_spaces_around_an_answer_are_removed(read):
    assert read(changed(answer="  NA "))[2].answer == "NA"


def test_the_prompt_is_a_template_over_the_columns(read):
    rows = [{"claim": f"claim {i}", "by": "Anna", "answer": "true"} for i in range(5)]
    examples = read(rows, prompt="{by} says: {claim}. {{So}} it is")
    assert examples[3].prompt == "Anna says: claim 3. {So} it is"


def test_the_answer_may_be_in_another_column(read):
    assert [e.answer for e in read(ROWS, answer="question")] == [e.prompt for e in EXAMPLES]


def test_choices_may_be_a_column(read):
    rows = [{**row, "choices": [row["answer"], "other"]} for row in ROWS]
    assert [e.choices for e in read(rows)] == [(row["answer"], "other") for row in ROWS]


def test_choices_may_be_the_same_for_all_rows(read):
    rows = [{"question": row["question"], "answer": "true"} for row in ROWS]
    assert {e.choices for e in read(rows, choices=["false", "true"])} == {("false", "true")}


def test_choices_that_are_truth_values_in_yaml_are_the_words(read):
    rows = [{"question": row["question"], "answer": "true"} for row in ROWS]
    assert read(rows, choices=[False, True])[0].choices == ("false", "true")


def test_the_limit_takes_the_first_examples(read):
    assert read(ROWS * 2, limit=6) == (EXAMPLES * 2)[:6]


def test_a_missing_column_is_named_with_its_place_and_the_columns_there_are(read):
    rows = changed()
    rows[2] = {"question": "Anna speaks", "gold": "French"}
    with pytest.raises(ConfigError, match=r"line 3: no column 'answer'; it has question, gold"):
        read(rows)


def test_a_column_of_the_template_that_is_missing_is_named(read):
    with pytest.raises(ConfigError, match=r"line 1: no column 'claim'; it has question, answer"):
        read(ROWS, prompt="{claim} is")


def test_a_template_that_does_not_close_is_refused(read):
    with pytest.raises(ConfigError, match=r"dataset\.prompt='\{question'"):
        read(ROWS, prompt="{question")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"answer": None}, r"'answer' is None .*expected text"),
        ({"answer": "  "}, "'answer' is empty"),
        ({"question": " "}, "'question' is empty"),
        ({"question": "\u200b\ufeff "}, "'question' is empty"),
        ({"answer": "\u200d"}, "'answer' is empty"),
        ({"answer": "\u200e\u2800\x00"}, "'answer' is empty"),
        ({"question": ["a"]}, r"'question' is \['a'\] \(list\), expected text"),
    ],
)
def test_a_value_other_than_text_is_refused_with_its_place(read, values, message):
    with pytest.raises(ConfigError, match=f"line 3: {message}"):
        read(changed(**values))


@pytest.mark.parametrize(
    "choices",
    [{"a": "yes"}, None, "yes", ["yes"], ["yes", "yes"], ["yes", " yes"], ["yes", ["no"]]],
)
def test_labels_that_are_not_two_different_texts_are_refused(read, choices):
    rows = [{"question": "is it", "answer": "yes", "choices": ["yes", "no"]} for _ in range(5)]
    rows[2]["choices"] = choices
    with pytest.raises(ConfigError, match=r"line 3: 'choices' is .* two or more different texts"):
        read(rows)


@pytest.mark.parametrize("choices", [["true"], ["true", "true"], []])
def test_given_choices_that_are_not_two_different_labels_are_refused(read, choices):
    with pytest.raises(ConfigError, match=r"dataset\.choices=.*two or more different labels"):
        read(ROWS, choices=choices)


@pytest.mark.parametrize("choices", [["yes", None], ["yes", ["no"]]])
def test_given_choices_other_than_texts_are_refused(read, choices):
    with pytest.raises(ConfigError, match=r"dataset\.choices=.*expected texts"):
        read(ROWS, choices=choices)


def test_truth_values_of_yaml_are_refused_as_labels_for_numbers(read):
    rows = [{"question": f"q{i}", "answer": i % 2} for i in range(5)]
    with pytest.raises(ConfigError, match=r"Yes, No, true and false .* in quotes"):
        read(rows, choices=[True, False])
    assert read(rows, choices=["Yes", "No"])[1].answer == "No"


def test_a_number_that_is_a_label_and_the_number_of_another_is_refused(read):
    rows = [{"question": f"q{i}", "answer": 3} for i in range(5)]
    with pytest.raises(ConfigError, match=r"line 1: 'answer' is 3, the number of a label and a"):
        read(rows, choices=["1", "2", "3", "4"])
    assert read(rows, choices=["0", "1", "2", "3"])[0].answer == "3"


def test_the_wrong_value_of_choices_is_shown(read):
    rows = [{**row, "choices": {"a": "b"}} for row in ROWS]
    with pytest.raises(
        ConfigError, match=r"'choices' is \{'a': 'b'\}, expected a list.*choices\.a"
    ):
        read(rows)


def test_an_answer_that_is_none_of_the_choices_is_refused(read):
    with pytest.raises(ConfigError, match=r"line 1: the answer 'French' is not one of .*'false'"):
        read(ROWS, choices=["false", "true"])


def test_too_few_examples_are_refused(read):
    with pytest.raises(ConfigError, match=r"questions has 4 examples .*at least 5"):
        read(ROWS[:4])


def test_a_limit_that_leaves_no_validation_part_is_refused():
    with pytest.raises(ConfigError, match=r"dataset\.limit=4: .*at least 5"):
        DatasetConfig(path="questions.jsonl", limit=4)


def test_without_a_path_the_option_and_the_kinds_of_file_are_named():
    with pytest.raises(ConfigError, match=r"dataset\.path is not set: .*\.jsonl"):
        DatasetConfig()


def test_a_dataset_is_named_after_its_file():
    assert DatasetConfig(path="my/own.rows.jsonl").name == "own.rows"


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", "-x"])
def test_a_name_that_cannot_be_a_folders_is_refused(name):
    with pytest.raises(ConfigError, match=r"dataset\.name="):
        DatasetConfig(path="questions.jsonl", name=name)


def test_an_unknown_reader_is_refused_with_those_that_there_are():
    with pytest.raises(ConfigError, match=r"'rowz'\. Did you mean 'rows'"):
        load_examples(DatasetConfig(path="questions.jsonl", reader="rowz"))


def test_answers_and_choices_may_be_templates(read):
    rows = [{"question": f"q{i}", "good": "red", "bad": "blue", "unit": "m"} for i in range(5)]
    example = read(rows, answer="{good} {unit}", choices=["{bad} {unit}", "{good} {unit}", "no"])[0]
    assert (example.answer, example.choices) == ("red m", ("blue m", "red m", "no"))


def test_labels_that_a_template_makes_equal_are_refused(read):
    rows = [{"question": "q", "good": "red", "bad": "blue" if i != 2 else "red"} for i in range(5)]
    with pytest.raises(ConfigError, match=r"line 3: .*two or more different texts"):
        read(rows, answer="good", choices=["{good}", "{bad}"])


def test_the_answer_may_be_the_number_of_a_choice(read):
    rows = [{"question": f"q{i}", "choices": ["a", "b", "c"], "answer": i % 3} for i in range(5)]
    assert [example.answer for example in read(rows)] == ["a", "b", "c", "a", "b"]
    rows[1]["answer"] = 3
    with pytest.raises(ConfigError, match=r"line 2: 'answer' is 3, expected 0\.\.2"):
        read(rows)


def test_columns_may_be_fields_of_columns(read):
    rows = [
        {"q": {"text": f"q{i}"}, "choices": {"text": ["a", "b"]}, "answer": "b"} for i in range(5)
    ]
    example = read(rows, prompt="{q.text}:", choices="choices.text")[4]
    assert (example.prompt, example.choices) == ("q4:", ("a", "b"))


def test_examples_that_belong_together_have_the_same_cluster(read):
    rows = [{**row, "fact": n // 2} for n, row in enumerate(ROWS)]
    assert [e.cluster for e in read(rows, cluster_by="fact")] == ["0", "0", "1", "1", "2"]
    with pytest.raises(ConfigError, match=r"line 1: no column 'facts'"):
        read(rows, cluster_by="facts")


def test_two_rows_with_the_same_id_are_refused(read):
    rows = [{**row, "id": n % 4} for n, row in enumerate(ROWS)]
    with pytest.raises(ConfigError, match=r"line 5: 'id' is 0, as in line 1\. .*dataset\.id=null"):
        read(rows)
    assert len(read(rows, id=None)) == len(rows)
    nested = [{**row, "m": {"id": n % 4}} for n, row in enumerate(ROWS)]
    with pytest.raises(ConfigError, match=r"line 5: 'm\.id' is 0, as in line 1"):
        read(nested, id="m.id")
    with pytest.raises(ConfigError, match=r"no row has the column dataset\.id=qdi"):
        read(rows, id="qdi")


def test_a_row_without_an_id_is_one_whose_fields_lack_it(read):
    rows = [{**row, "m": {"id": n} if n else None, "ids": [n, n]} for n, row in enumerate(ROWS)]
    rows[4]["m"] = {"other": 1}
    assert len(read(rows, id="m.id")) == 5
    assert len(read(rows, id="ids.1")) == 5
    rows[3]["ids"] = [3]
    with pytest.raises(ConfigError, match=r"jsonl: line 4: no item 1 in 'ids\.1': the list has 1"):
        read(rows, id="ids.1")
    with pytest.raises(ConfigError, match=r"line 1: no column 'question\.id': expected 'id' in"):
        read(rows, id="question.id")
    with pytest.raises(ConfigError, match=r"line 4: no item 1 in 'ids\.1'"):
        read(rows, answer="ids.1", choices=["0", "1", "2", "3", "4"], id=None)


def test_an_example_without_a_cluster_is_by_itself(read):
    rows = [{**row, "fact": None if n == 2 else "a"} for n, row in enumerate(ROWS)]
    assert read(rows, cluster_by="fact")[2].cluster is None


def test_the_scoring_follows_from_the_rows_unless_it_is_given(tmp_path):
    path = tmp_path / "rows.jsonl"
    write_jsonl(path, [{**row, "choices": [row["answer"], "x"]} for row in ROWS])

    def scoring(protocol="corrected", **options):
        config = DatasetConfig(path=str(path), **options)
        return load_dataset(config, asked(protocol=protocol)).scoring

    assert scoring() == Scoring(CHOICE)
    assert scoring("paper") == Scoring(CHOICE, strict=True, details=True)
    assert scoring(choices=None) == Scoring(ANSWER)
    assert scoring(scoring="next_token") == Scoring("next_token", single_token=True)
    assert scoring(scoring="generation", new_tokens=7) == Scoring("generation", new_tokens=7)
    with pytest.raises(ConfigError, match=r"scoring=choice: no row has choices"):
        scoring(scoring="choice", choices=None)


def test_a_source_is_a_file_or_the_hub_and_not_both():
    with pytest.raises(ConfigError, match=r"dataset\.path=a and dataset\.hub=b/c are both given"):
        DatasetConfig(path="a", hub="b/c")
    with pytest.raises(ConfigError, match=r"dataset\.hub=b/c: expected dataset\.split too"):
        DatasetConfig(hub="b/c")
    assert DatasetConfig(hub="b/c", split="test").name == "c"


def test_options_that_a_dataset_would_ignore_are_refused(tmp_path):
    path = tmp_path / "rows.jsonl"
    write_jsonl(path, ROWS)
    with pytest.raises(ConfigError, match=r"dataset\.prompt=\{claim\} is for rows of your own"):
        load_examples(DatasetConfig(path=str(path), reader="fever", prompt="{claim}"))
    with pytest.raises(ConfigError, match=r"dataset.split=test is for a dataset on the hub"):
        DatasetConfig(path=str(path), split="test")


def test_an_error_is_one_line_of_a_length_that_can_be_read(read):
    rows = [{**row, "choices": ["yes", "no"], "answer": "x" * 100_000 + "\n"} for row in ROWS]
    with pytest.raises(ConfigError) as error:
        read(rows)
    assert len(str(error.value)) < 4_000
    assert "\n" not in str(error.value)
    assert "not one of the choices ['yes', 'no']" in str(error.value)


def test_minimal_pairs_are_compared_as_whole_texts(read):
    pairs = [{"good": f"{n} cats sleep.", "bad": f"{n} cats sleeps."} for n in range(2, 8)]
    options = {"prompt": "", "choices": ["{good}", "{bad}"], "answer": "{good}"}
    example = read(pairs, **options)[1]
    assert (example.prompt, example.seam, example.answer) == ("", "", "3 cats sleep.")
    assert example.choices == ("3 cats sleep.", "3 cats sleeps.")
    with pytest.raises(ConfigError, match="names no column"):
        read(pairs, prompt="", choices=None, answer="{good}")
    with pytest.raises(ConfigError, match="names no column"):
        read(pairs, prompt="", answer="{good}")
