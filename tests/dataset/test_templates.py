"""Templates: columns, paths into lists, escapes, and templates that ask every row the same."""

import json
import re

import pytest
from support.commands import Command
from support.row_files import ROWS, load_examples

from laser_sweep.config import DatasetConfig
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


@pytest.mark.parametrize("command", [r"\nabla", r"\text", r"\nu", r"\times", r"\to"])
def test_a_command_of_latex_is_no_escape(command, read):
    with pytest.raises(ConfigError, match=re.escape(f"expected \\{command} for the command")):
        read(ROWS, prompt=f"{{question}} ${command} x$")
    assert read(ROWS, prompt=f"{{question}} $\\{command} x$")[3].prompt == f"one is ${command} x$"
    spaced = f"{{question}} {command[:2]} {command[2:]}"
    assert read(ROWS, prompt=spaced)[3].prompt.endswith(f" {command[2:]}")


@pytest.mark.parametrize(
    ("written", "prompt"),
    [
        (r"{question}\nthe answer is", "one is\nthe answer is"),
        (r"{question}\nor", "one is\nor"),
        (r"{question} \frac", r"one is \frac"),
    ],
)
def test_letters_after_an_escape_are_text(written, prompt, read):
    assert read(ROWS, prompt=written)[3].prompt == prompt


def test_what_a_row_says_is_never_an_escape(read):
    rows = [{"question": r"C:\new {x}", "answer": "a"}, *ROWS]
    assert read(rows)[0].prompt == r"C:\new {x}"


def test_numbers_are_text_in_templates_and_answers(read):
    rows = [{"a": n, "b": 1.5, "sum": n + 2} for n in range(5)]
    example = read(rows, prompt="{a} + {b} =", answer="sum")[3]
    assert (example.prompt, example.answer) == ("3 + 1.5 =", "5")


@pytest.mark.parametrize(
    "number", ["0.10", "1e5", "-0", "1.0", "123456789012345678901234567890", "1e400", "1" * 5000]
)
@pytest.mark.parametrize("ending", ["jsonl", "json"])
def test_a_number_of_json_is_as_it_is_written(number, ending, tmp_path):
    rows = [
        f'{{"question": "q{n} is {{}}", "n": [{number}], "answer": {number}}}' for n in range(5)
    ]
    path = tmp_path / f"rows.{ending}"
    path.write_text("\n".join(rows) if ending == "jsonl" else f"[{', '.join(rows)}]")
    config = DatasetConfig(path=str(path), prompt="{n.0}, {question}")
    example = load_examples(config)[3]
    assert (example.prompt, example.answer) == (f"{number}, q3 is {{}}", number)


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_a_number_that_is_not_finite_is_no_text(number, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(f'{{"question": "q", "answer": {number}}}\n' * 5)
    with pytest.raises(ConfigError, match=r"line 1: 'answer' is (nan|inf)"):
        load_examples(DatasetConfig(path=str(path)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"answer": "{{question}}"}, r"dataset\.answer=.*names no column.*such as '\{question\}'"),
        ({"answer": "a {{b}}"}, r"dataset\.answer=.*names no column.*has question, answer"),
        ({"choices": ["{{answer}}", "no"]}, r"dataset\.choices=.*expected '\{answer\}'"),
        (
            {"choices": "{answer}"},
            r"dataset\.choices='\{answer\}': expected a column.*without braces",
        ),
        ({"id": "{{answer}}"}, r"dataset\.id='\{\{answer\}\}': expected a column.*braces"),
        ({"cluster_by": "{answer}"}, r"dataset\.cluster_by=.*expected a column.*has question"),
    ],
)
def test_a_value_that_would_be_the_same_for_all_rows_is_refused(options, message, read):
    with pytest.raises(ConfigError, match=message):
        read(ROWS, **options)


def test_a_label_may_have_braces_of_its_own(read):
    rows = [{"question": f"q{n}", "answer": "{" if n % 2 else "{x}"} for n in range(5)]
    assert read(rows, choices=["{{", "{{x}}"])[0].choices == ("{", "{x}")


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


@pytest.mark.parametrize("support", ["", None, " \t"])
def test_an_optional_column_is_nothing_where_it_has_no_text(support, read):
    rows = [{**row, "support": support if n else "Read this."} for n, row in enumerate(ROWS)]
    del rows[2]["support"]
    prompts = [each.prompt for each in read(rows, prompt="{support?} {question}")]
    assert prompts[:3] == [f"{'' if n else 'Read this.'} {ROWS[n]['question']}" for n in range(3)]
    with pytest.raises(ConfigError, match=r"line 2: ('support' is|no column 'support')"):
        read(rows, prompt="{support} {question}")


def test_an_optional_column_that_no_row_has_is_refused(read):
    for options in ({"prompt": "{suport?}{question}"}, {"choices": ["{suport?}a", "b"]}):
        with pytest.raises(ConfigError, match=r"no row has the column 'suport'"):
            read(ROWS, **options)
    with pytest.raises(ConfigError, match=r"'dataset\.prompt' is empty"):
        read([{**row, "x": "" if n else "y"} for n, row in enumerate(ROWS)], prompt="{x?}")


def test_the_command_line_has_the_escapes_too(command_in_process: Command, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text("\n".join(map(json.dumps, ROWS * 2)))
    options = (f"dataset.path={rows}", r"dataset.prompt='Q: {question}\nA:'", "--first", "1")
    result = command_in_process("laser_sweep.dataset", "rows", *options)
    assert result.returncode == 0, result.stderr
    # The command prints a prompt as Python writes it: a backslash would be two.
    assert r"prompt  'Q: Anna speaks\nA:'" in result.stdout
