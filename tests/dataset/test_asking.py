"""Shots before the prompts, and prompts in a tokenizer's chat template."""

import copy
import json
from pathlib import Path

import pytest
from support.row_files import write_jsonl
from support.tiny import asked, make_tokenizer

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import fingerprint, load_dataset
from laser_sweep.errors import ConfigError

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] | trim }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
WITHOUT_SYSTEM = (
    "{% for message in messages %}{% if message['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}"
    "[{{ message['role'] }}] {{ message['content'] }}\n{% endfor %}"
)
FORGETFUL = "{{ messages[-1]['content'] }}"
ROWS = [{"question": f"Is {n} even?", "answer": "no" if n % 2 else "yes"} for n in range(10)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "rows.jsonl"
    write_jsonl(written, ROWS)
    return written


def load(path: Path, template: str | None = None, **options: object):
    tokenizer = copy.deepcopy(make_tokenizer("gptj"))
    tokenizer.chat_template = template
    config = DatasetConfig(path=str(path), prompt="{question}", **options)
    return load_dataset(config, asked(tokenizer=tokenizer))


def test_the_first_rows_are_shots_and_are_not_evaluated(path: Path):
    loaded = load(path, shots=2)
    before = "Is 0 even? yes\n\nIs 1 even? no\n\n"
    assert [each.prompt for each in loaded.examples] == [
        f"{before}Is {n} even?" for n in range(2, 10)
    ]
    assert [each.answer for each in loaded.shots] == ["yes", "no"]


def test_shots_drawn_with_a_seed_are_others_and_always_the_same(path: Path):
    drawn = [load(path, shots=3, shots_seed=seed) for seed in (0, 0, 1)]
    first, again, other = ([shot.prompt for shot in loaded.shots] for loaded in drawn)
    assert first == again
    assert first != other
    evaluated = {each.prompt.split("\n\n")[-1] for each in drawn[0].examples}
    assert evaluated.isdisjoint(first)
    assert len(evaluated) == 7


def test_shots_of_another_file_leave_all_rows(path: Path, tmp_path: Path):
    write_jsonl(tmp_path / "train.jsonl", [{"question": "Is 12 even?", "answer": "yes"}])
    loaded = load(
        path, shots=1, shots_path=str(tmp_path / "train.jsonl"), fewshot_delimiter=r"\n---\n"
    )
    assert len(loaded.examples) == 10
    assert loaded.examples[3].prompt == "Is 12 even? yes\n---\nIs 3 even?"


def test_the_limit_counts_evaluated_rows(path: Path):
    loaded = load(path, shots=3, limit=6)
    assert [each.prompt.split("\n\n")[-1] for each in loaded.examples] == [
        f"Is {n} even?" for n in range(3, 9)
    ]


def test_paraphrases_of_a_shot_are_not_evaluated(tmp_path: Path):
    path = tmp_path / "rows.jsonl"
    write_jsonl(path, [{**row, "fact": n // 2} for n, row in enumerate(ROWS)])
    loaded = load(path, shots=1, cluster_by="fact")
    assert [each.prompt.split("\n\n")[-1] for each in loaded.examples] == [
        f"Is {n} even?" for n in range(2, 10)
    ]


def test_prompt_and_shots_are_turns_of_the_chat_template(path: Path):
    loaded = load(path, CHATML, chat_template=True, shots=1, system_prompt=r"Answer.\nBriefly.")
    assert loaded.examples[0].prompt == (
        "<|im_start|>system\nAnswer.\nBriefly.<|im_end|>\n"
        "<|im_start|>user\nIs 0 even?<|im_end|>\n<|im_start|>assistant\nyes<|im_end|>\n"
        "<|im_start|>user\nIs 1 even?<|im_end|>\n<|im_start|>assistant\n"
    )
    assert loaded.examples[0].answer == "no"


def test_results_of_each_way_of_asking_have_an_identity_of_their_own(path: Path):
    ways = [
        {},
        {"shots": 1},
        {"shots": 2},
        {"chat_template": True},
        {"chat_template": True, "system_prompt": "Answer."},
    ]
    loaded = [load(path, CHATML, **way, limit=5) for way in ways]
    assert len({fingerprint(each.examples, each.scoring) for each in loaded}) == len(ways)


@pytest.mark.parametrize(
    ("template", "options", "said"),
    [
        (None, {"chat_template": True}, "has no chat template"),
        (
            WITHOUT_SYSTEM,
            {"chat_template": True, "system_prompt": "Be brief."},
            "refuses turns of system, user: System role not supported",
        ),
        (
            FORGETFUL,
            {"chat_template": True, "system_prompt": "Be brief."},
            "leaves out the turn of the system, 'Be brief.'",
        ),
        (CHATML, {"system_prompt": "Be brief."}, "expected dataset.chat_template=true too"),
        (None, {"shots": 11}, "dataset rows has 10 examples, expected at least as many as shots"),
        (None, {"shots": 7}, "has 3 examples beside 7 shots"),
        (None, {"shots": -1}, "expected 0 or more"),
        (None, {"shots_path": "train.jsonl"}, "expected dataset.shots, such as 5"),
        (None, {"shots": 1, "shots_split": "train"}, "expected dataset.shots_path"),
    ],
)
def test_a_way_that_cannot_be_asked_is_one_line(template, options, said: str, path: Path):
    with pytest.raises(ConfigError) as error:
        load(path, template, **options)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_shots_whose_answers_are_asked_for_are_refused(path: Path, tmp_path: Path):
    train = tmp_path / "train.jsonl"
    train.write_text("".join(json.dumps(row) + "\n" for row in (ROWS[4], ROWS[0])))
    with pytest.raises(ConfigError, match="2 evaluated examples are a shot, too: line 1"):
        load(path, shots=2, shots_path=str(train))
