"""Templates: columns, paths into lists, escapes, and templates that ask every row the same."""

import json

import pytest
from support.commands import Command
from support.row_files import ROWS

from laser_sweep.errors import ConfigError

ARC = [
    {
        "question": f"Which is {n}?",
        "choices": {"text": [f"one {n}", f"two {n}"], "label": ["A", "B"]},
        "answerKey": "B",
        "accepted": [f"two {n}", f"2 of {n}"],
    }
    for n in range(5)
]


def test_a_number_in_a_path_is_a_place_in_a_list(read):
    prompt = "{question} A. {choices.text.0} B. {choices.text.1} Answer:"
    example = read(ARC, prompt=prompt, answer="answerKey", choices="choices.label")[2]
    assert example.prompt == "Which is 2? A. one 2 B. two 2 Answer:"
    assert (example.answer, example.choices) == ("B", ("A", "B"))
    assert read(ARC, answer="accepted.1", choices=None)[3].answer == "2 of 3"


def test_a_place_after_the_end_of_a_list_is_told_with_the_row(read):
    with pytest.raises(ConfigError, match=r"line 1: no item 2 in 'choices\.text\.2'.*has 2"):
        read(ARC, prompt="{choices.text.2}", answer="answerKey", choices="choices.label")


@pytest.mark.parametrize(
    ("written", "prompt"),
    [
        (r"Q: {question}\nA:", "Q: Anna speaks\nA:"),
        (r"Q:\t{question}", "Q:\tAnna speaks"),
        (r"Q: {question}\\nA", r"Q: Anna speaks\nA"),
        (r"Q: {question}\qA", r"Q: Anna speaks\qA"),
        ("Q: {question}\nA:", "Q: Anna speaks\nA:"),
    ],
)
def test_escapes_are_the_characters_that_they_stand_for(written, prompt, read):
    rows = [{"question": "Anna speaks", "answer": "French"}, *ROWS]
    assert read(rows, prompt=written)[0].prompt == prompt


def test_what_a_row_says_is_never_an_escape(read):
    rows = [{"question": r"C:\new {x}", "answer": "a"}, *ROWS]
    assert read(rows)[0].prompt == r"C:\new {x}"


def test_numbers_are_text_in_templates_and_answers(read):
    rows = [{"a": n, "b": 1.5, "sum": n + 2} for n in range(5)]
    example = read(rows, prompt="{a} + {b} =", answer="sum")[3]
    assert (example.prompt, example.answer) == ("3 + 1.5 =", "5")


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("question", r"names no column.*such as '\{question\}'.*has question, answer"),
        ("answer", r"such as '\{answer\}'"),
        ("Say it: {{question}}", r"names no column.*such as '\{question\}'"),
        ("", "names no column"),
        ("{}", "expected only columns and paths"),
        ("{question!r}", "expected only columns and paths"),
        ("{question:>9}", "expected only columns and paths"),
        ("{question[0]}", r"such as \{question\} or \{choices\.text\.0\}"),
    ],
)
def test_a_template_that_asks_every_row_the_same_is_refused(prompt, message, read):
    with pytest.raises(ConfigError, match=message):
        read(ROWS, prompt=prompt)


def test_prompts_that_are_all_equal_are_refused(read):
    rows = [{**row, "task": "Answer."} for row in ROWS]
    with pytest.raises(ConfigError, match=r"'\{task\}' makes all \d+ prompts equal: 'Answer\.'"):
        read(rows, prompt="{task}")


def test_the_command_line_has_the_escapes_too(command_in_process: Command, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text("\n".join(map(json.dumps, ROWS * 2)))
    options = (f"dataset.path={rows}", r"dataset.prompt='Q: {question}\nA:'", "--first", "1")
    result = command_in_process("laser_sweep.dataset", "rows", *options)
    assert result.returncode == 0, result.stderr
    # The command prints a prompt as Python writes it: a backslash would be two.
    assert r"prompt  'Q: Anna speaks\nA:'" in result.stdout
