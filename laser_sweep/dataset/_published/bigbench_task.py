"""Tasks of BIG-bench as they are published: the examples of a `task.json`, with its prefixes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from laser_sweep.dataset._columns.scores import best, scores_of
from laser_sweep.dataset._files.file_formats import read_document
from laser_sweep.dataset._files.row import Row, RowError, as_text
from laser_sweep.dataset._files.row_list import Rows
from laser_sweep.errors import ConfigError

_FILE = "task.json"
_PREFIXES = {
    "task_prefix": "",
    "example_input_prefix": "\nQ: ",
    "choice_prefix": "\n  choice: ",
    "example_output_prefix": "\nA: ",
}
"""Texts around an example, with the defaults of BIG-bench's schema."""
_APPENDS = "append_choices_to_input"


def task_rows(path: Path) -> Rows | None:
    """The examples of a task, as rows with the columns that BIG-bench has on the hub.

    These are `inputs`, the whole prompt; `targets`, the accepted answers; and, if there are
    choices, `multiple_choice_targets` and `multiple_choice_scores`. The example's own columns are
    kept, such as `input` and `comment`.

    Args:
        path: a JSON file, or a folder with a `task.json`.

    Returns:
        None if the file is not an object with the list `examples`.

    Raises:
        ConfigError: if an example lacks what BIG-bench's schema demands.
    """
    file = path / _FILE if (path / _FILE).is_file() else path
    document = read_document(file)
    if not isinstance(document, dict) or not isinstance(document.get("examples"), list):
        return None
    where = f"dataset.path={file}"
    prefixes = {name: document.get(name, default) for name, default in _PREFIXES.items()}
    if wrong := [name for name, text in prefixes.items() if not isinstance(text, str)]:
        raise ConfigError(f"{where}: {wrong[0]} is {prefixes[wrong[0]]!r}, expected text.")
    appends = document.get(_APPENDS, True) is not False
    rows = Rows([_as_row(each, n) for n, each in enumerate(document["examples"], 1)], where)
    return Rows(
        [rows.apply(lambda row: _row(row, prefixes, appends), row) for row in rows.rows], where
    )


def _as_row(example: object, number: int) -> Row:
    return Row(example if isinstance(example, dict) else {}, f"example {number}")


def _row(example: Row, prefixes: Mapping[str, str], appends: bool) -> Row:
    """An example as a row of the hub."""
    given = example.value("input")
    # In some tasks, such as cause_and_effect, the choices are the whole question.
    text = "" if isinstance(given, str) and not given.strip() else as_text(given, "input")
    scores = scores_of(example.get("target_scores"))
    # In many tasks the right choice comes first.
    choices = sorted(scores or {})
    shown = "".join(prefixes["choice_prefix"] + each for each in choices) if appends else ""
    prompt = (
        f"{prefixes['task_prefix']}{prefixes['example_input_prefix']}{text}{shown}"
        f"{prefixes['example_output_prefix'].rstrip()}"
    )
    values: dict[str, object] = {
        **example.values,
        "inputs": prompt.lstrip("\n"),
        "targets": _targets(example, scores),
    }
    if scores is not None:
        values["multiple_choice_targets"] = choices
        values["multiple_choice_scores"] = [scores[choice] for choice in choices]
    return Row(values, example.place)


def _targets(example: Row, scores: Mapping[str, float] | None) -> list[str]:
    """The accepted answers: the choices with the largest score, or the targets.

    Raises:
        RowError: if the example has neither, or none of them.
    """
    if scores is not None:
        return best(list(scores), list(scores.values()), "target_scores")
    if "target" not in example.values:
        columns = ", ".join(map(str, example.values)) or "nothing"
        raise RowError(
            f"expected 'target', or 'target_scores' with the score of each choice; it has {columns}"
        )
    target = example.values["target"]
    targets = target if isinstance(target, list) else [target]
    if not targets:
        raise RowError("'target' is an empty list, expected one accepted answer or more")
    return [as_text(each, "target") for each in targets]
