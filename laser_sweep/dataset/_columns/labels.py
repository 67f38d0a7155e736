"""The labels of a row: from a column, from templates in brackets, or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from laser_sweep.config import AUTO, DEFAULT_CHOICES, DatasetConfig
from laser_sweep.config.dataset import CHOICE
from laser_sweep.dataset._columns.scores import scores_of
from laser_sweep.dataset._columns.template import Template, check_optional, parse_template
from laser_sweep.dataset._files.row import Row, RowError, as_text, is_writable, parsed
from laser_sweep.dataset._files.row_list import Rows
from laser_sweep.errors import ConfigError

_SHOWN = 5


@dataclass(frozen=True)
class Labels:
    """The labels of a row.

    Attributes:
        texts: the labels, one for each class number.
        keys: for each label the key that an answer names it by; empty without keys.
    """

    texts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @cached_property
    def distinct(self) -> tuple[str, ...]:
        """The labels, each once: a model cannot tell equal ones apart."""
        return tuple(dict.fromkeys(self.texts))


LabelsOf = Callable[[Row], Labels]


def labels_of(config: DatasetConfig, rows: Rows) -> LabelsOf:
    """A function from a row to its labels and their keys.

    Raises:
        ConfigError: if `dataset.choices` or `dataset.choice_keys` has another type, or values that
            are not different.
    """
    texts_of, keys = _texts_of(config, rows), config.choice_keys
    if keys is None:
        return texts_of
    if not isinstance(keys, list | tuple | str):
        raise ConfigError(
            f"dataset.choice_keys={keys}: expected a column, or keys in brackets: [A,B,C,D]."
        )
    if isinstance(keys, str):
        return lambda row: _with_keys(texts_of(row), _in_column(row, keys), keys)
    fixed = _as_texts(keys, "dataset.choice_keys")
    if len(set(fixed)) < len(fixed):
        raise ConfigError(f"dataset.choice_keys={keys}: expected different keys.")

    def with_first_keys(row: Row) -> Labels:
        labels = texts_of(row)
        return _with_keys(labels, fixed[: len(labels.texts)], "dataset.choice_keys")

    return with_first_keys


def _with_keys(labels: Labels, keys: list[str], column: str) -> Labels:
    """Labels with their keys.

    Raises:
        RowError: if there is not a key for each label, or two keys are equal.
    """
    count = len(labels.texts)
    if not labels.texts:
        raise RowError(f"{column!r} has keys of choices, but there are no choices")
    if len(set(keys)) < len(keys) or len(keys) != count:
        raise RowError(f"{column!r} is {keys!r}, expected {count} different keys, one a choice")
    return Labels(labels.texts, tuple(keys))


def _texts_of(config: DatasetConfig, rows: Rows) -> LabelsOf:
    """A function from a row to its labels, without keys."""
    written = config.choices
    if written is None or config.scoring not in (AUTO, CHOICE):
        return lambda row: Labels()
    if isinstance(written, list | tuple):
        return _in_brackets(written, config.answer, rows)
    if not isinstance(written, str):
        raise ConfigError(
            f"dataset.choices={written}: expected a column, or labels in brackets: [true,false]."
        )
    column = written
    if column == DEFAULT_CHOICES and not any(column in row.values for row in rows.rows):
        return lambda row: Labels()
    return lambda row: _different(_in_column(row, column), column)


def _in_brackets(written: Sequence[object], answer: str, rows: Rows) -> LabelsOf:
    """A function from a row to the labels in brackets, which are texts or templates."""
    answers = [rows.apply(lambda row: row.get(answer), row) for row in rows.rows]
    _check_truth_values(written, answers)
    labels = _as_texts(written, "dataset.choices")
    templates = [_template_of(label, rows) for label in labels]
    if len(set(labels)) < max(2, len(labels)):
        raise ConfigError(f"dataset.choices={written}: expected two or more different labels.")
    return lambda row: _different([each.fill(row).strip() for each in templates], "dataset.choices")


def _template_of(label: str, rows: Rows) -> Template:
    """The template of a label in brackets, which may be a text without a column.

    Raises:
        ConfigError: if the label is the name of a column in braces that are doubled by mistake.
    """
    template = parse_template("dataset.choices", label)
    bare = label.strip(" {}")
    if not template.columns and "{" in label and any(bare in row.values for row in rows.rows):
        raise ConfigError(
            f"dataset.choices={label!r} is the text {{{bare}}} in all rows: expected "
            f"'{{{bare}}}' for the column."
        )
    check_optional(template, rows)
    return template


def _as_texts(written: Sequence[object], option: str) -> list[str]:
    """Values in brackets as texts; Hydra and YAML may have read them as other types."""
    if any(each is None or isinstance(each, list | dict) for each in written):
        raise ConfigError(f"{option}={written}: expected texts.")
    return [str(each).lower() if isinstance(each, bool) else str(each) for each in written]


def _check_truth_values(written: Sequence[object], answers: Sequence[object]) -> None:
    """Check that labels which YAML reads as truth values are not those of class numbers."""
    if any(isinstance(each, bool) for each in written) and any(map(_is_number, answers)):
        raise ConfigError(
            f"dataset.choices={written}: Yes, No, true and false without quotes are truth values "
            "in YAML, and it is not clear which of them an answer that is a number means: put the "
            "labels in quotes."
        )


def _is_number(answer: object) -> bool:
    if isinstance(answer, str):
        return answer.strip().isdecimal()
    return isinstance(answer, int) and not isinstance(answer, bool)


def _in_column(row: Row, column: str) -> list[str]:
    """The labels in a column of a row."""
    value = parsed(row.value(column))
    if (scores := scores_of(value)) is not None:
        value = list(scores)
    if not isinstance(value, list | tuple) or not all(map(is_writable, value)):
        fields = [f"{column}.{name}" for name in value] if isinstance(value, dict) else []
        hint = f", or a path to one, such as {' or '.join(fields[:_SHOWN])}" if fields else ""
        raise RowError(
            f"{column!r} is {value!r}, expected a list of two or more different texts{hint}"
        )
    return [as_text(each, column).strip() for each in value]


def _different(labels: list[str], column: str) -> Labels:
    """The labels, checked to be two different ones or more."""
    if len(set(labels)) < 2:
        raise RowError(f"{column!r} is {labels!r}, expected a list of two or more different texts")
    return Labels(tuple(labels))
