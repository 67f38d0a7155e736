"""Chat templates and shots on the command line: what is said, and what is recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.commands import Command, assert_one_line, assert_success
from support.saved_models import ROWS, save_tiny, write_rows

from laser_sweep import read_results

TINY = ("model.path=tiny", "dataset.path=rows.jsonl", "lname=dont", "split=all")
CHAT = (
    "{{ bos_token }}{% for turn in messages %}{{ turn['role'] }}: {{ turn['content'] }}\n"
    "{% endfor %}assistant: "
)
MORE = [
    {"question": "Carla likes", "answer": "wine"},
    {"question": "Bert owns a", "answer": "goose"},
]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A folder with a tiny model that has a chat template, and rows."""
    save_tiny(tmp_path)
    write_rows(tmp_path / "rows.jsonl", [*ROWS, *MORE])
    path = tmp_path / "tiny" / "tokenizer_config.json"
    written = json.loads(path.read_text())
    path.write_text(json.dumps({**written, "chat_template": CHAT}))
    return tmp_path


def test_the_dataset_command_shows_shots_template_and_seam(tiny: Path, command_in_process: Command):
    options = ("dataset.chat_template=true", "dataset.shots=1", "dataset.system_prompt=Answer")
    shown = assert_success(
        command_in_process("laser_sweep.dataset", "rows", *TINY[:2], *options, "--first", "1")
    )
    (shot,) = (line for line in shown.splitlines() if line.startswith("shot 0  line 1"))
    (prompt,) = (line for line in shown.splitlines() if line.startswith("   prompt"))
    (tokens,) = (line for line in shown.splitlines() if line.startswith("   tokens"))
    assert "In the chat template of tiny" in shown
    assert "Between prompt and answer: nothing" in shown
    assert prompt.startswith("   prompt  '<s>system: Answer\\nuser: ")
    assert prompt.endswith("\\nassistant: '")
    assert shot.split("'")[1] in prompt
    assert tokens.count("<s>") == 1


def test_a_model_is_asked_with_shots_and_without(tiny: Path, command_in_process: Command):
    plain = command_in_process("laser_sweep", *TINY)
    assert_success(plain)
    assert "tiny has a chat template; dataset.chat_template=true asks in it" in (
        plain.stdout + plain.stderr
    )
    chat = command_in_process(
        "laser_sweep", *TINY, "dataset.chat_template=true", "dataset.shots=2", "output=chat"
    )
    assert_success(chat)
    assert "has a chat template" not in chat.stdout + chat.stderr
    (folder,) = (path.parent for path in (tiny / "chat").rglob("sweep.json"))
    (other,) = (path.parent for path in (tiny / "multirun").rglob("sweep.json"))
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "| asked | in its chat template |" in report
    assert "| shots | 2 of the dataset, the first |" in report
    assert "its chat template" in (folder / "report.html").read_text(encoding="utf-8")
    assert len(read_results(folder)) == len(read_results(other)) - 2
    digests = {json.loads((each / "sweep.json").read_text())["digest"] for each in (folder, other)}
    assert len(digests) == 2


def test_a_model_without_a_template_is_told(tmp_path: Path, command_in_process: Command):
    save_tiny(tmp_path)
    result = command_in_process("laser_sweep", *TINY, "dataset.chat_template=true")
    assert_one_line(result, "tiny has no chat template", "dataset.chat_template=false")
