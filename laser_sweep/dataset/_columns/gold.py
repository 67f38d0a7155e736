"""The accepted answers of a row: texts, or labels that numbers, keys, truths or scores mean."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from laser_sweep.dataset._columns.labels import Labels
from laser_sweep.dataset._columns.scores import are_scores, best, scores_of
from laser_sweep.dataset._columns.truth import any_says, label_that_says, truth_of
from laser_sweep.dataset._files.row import Row, RowError, as_text, parsed
from laser_sweep.dataset._files.row_list import Rows
from laser_sweep.errors import ConfigError, shorten

log = logging.getLogger(__name__)

_MOST_DIGITS = 20
"""Digits from which on a text is no class number."""
_SHOWN = 200
"""Characters of a value in an error."""


@dataclass
class GoldFinder:
    """A finder of the accepted answers of rows.

    Digits that are no label are a class number, whether the file has them as a number or as text.
    A text of digits may be a label, too. So the rows are compared: a dataset has either class
    numbers or labels.

    Attributes:
        column: the column or the template of the answer, for errors.
        value_of: a function from a row to the value of its answer: a text, a number or a truth
            value; a list of accepted answers; or scores of choices, as fields or as a list.
        aliases_of: a function from a row to further accepted answers.
    """

    column: str
    value_of: Callable[[Row], object]
    aliases_of: Callable[[Row], list[object]]
    _number: str | None = field(default=None, init=False)
    """The place of a row whose digits are a class number."""
    _label: str | None = field(default=None, init=False)
    """The place of a row whose digits are a label, and not the one of this number."""
    _by_place: tuple[str, ...] = field(default=(), init=False)
    """Two labels of which truth values mean the first and the second."""
    _text_of_list: str = field(default="", init=False)
    """A text that is read as a list of accepted answers."""

    def accepted(self, row: Row, labels: Labels) -> list[str]:
        """The accepted answers of a row, each once; the first is the gold answer.

        Raises:
            RowError: if there is no answer, or one is neither text nor one of the labels.
        """
        given = self.value_of(row)
        value = _held(given, has_labels=bool(labels.texts))
        if isinstance(given, str) and isinstance(value, list):
            self._text_of_list = self._text_of_list or given
        if isinstance(value, list) and not value:
            raise RowError(
                f"{self.column!r} is an empty list, expected one accepted answer or more"
            )
        found = self._best(value, labels)
        if found is None:
            values = value if isinstance(value, list) else [value]
            found = [self._answer(each, row, labels) for each in values]
        found += [self._answer(each, row, labels) for each in self.aliases_of(row)]
        if labels.texts and set(found) == set(labels.texts):
            raise RowError(f"{self.column!r} makes all choices {list(labels.texts)} right")
        return list(dict.fromkeys(found))

    def _best(self, value: object, labels: Labels) -> list[str] | None:
        """The choices with the largest score; None if the answer does not hold scores."""
        if not labels.texts:
            return None
        if (scores := scores_of(value)) is not None:
            choices, values = [name.strip() for name in scores], list(scores.values())
        elif isinstance(value, list) and are_scores(value):
            choices, values = list(labels.texts), value
        else:
            return None
        if len(choices) != len(values) or set(choices) != set(labels.texts):
            raise RowError(
                f"{self.column!r} is {shorten(repr(value), _SHOWN)}, expected a score for each of "
                f"the choices {list(labels.texts)}, or texts"
            )
        return best(choices, values, self.column)

    def _answer(self, value: object, row: Row, labels: Labels) -> str:
        """The text of an answer, or the label that it means."""
        text = as_text(value, self.column).strip()
        if not labels.texts:
            return text
        if labels.keys:
            return self._label_of_key(text, labels)
        if _is_number(value, text):
            return self._label_of_digits(value, text, labels.texts, row)
        if text in labels.texts:
            return text
        if (truth := truth_of(value)) is not None:
            return self._label_of_truth(truth, labels.distinct)
        raise RowError(
            f"the answer {text!r} is not one of the choices {list(labels.texts)}; "
            "dataset.choice_keys tells keys such as A, B, C"
        )

    def check(self, rows: Rows) -> None:
        """Check that digits mean the same in all rows, and tell how other values were read.

        Raises:
            ConfigError: if the digits of one row are a class number, and those of another a label.
        """
        if self._number and self._label:
            raise ConfigError(
                f"{rows.where}: dataset.answer={self.column}: {self._number} has the number of a "
                f"choice, and {self._label} a choice that is itself a number: expected "
                "dataset.choice_keys, such as [0,1,2,3], if all are numbers of choices."
            )
        self._warn()

    def _warn(self) -> None:
        """Tell how truth values and texts of lists were read."""
        if self._by_place:
            no, yes = self._by_place
            log.warning(
                "dataset.answer=%s: false is read as %r, true as %r; if it is the reverse, give "
                "dataset.choices in the other order.",
                *(self.column, no, yes),
            )

        if self._text_of_list:
            log.warning(
                "dataset.answer=%s: texts that hold a list, such as %s, are read as lists of "
                "accepted answers.",
                *(self.column, shorten(self._text_of_list, _SHOWN)),
            )

    def _label_of_key(self, text: str, labels: Labels) -> str:
        """The label that a key names."""
        if text not in labels.keys:
            raise RowError(
                f"{self.column!r} is {text!r}, which is none of the keys {list(labels.keys)} of "
                f"the choices {list(labels.texts)}"
            )
        return labels.texts[labels.keys.index(text)]

    def _label_of_digits(self, value: object, text: str, labels: tuple[str, ...], row: Row) -> str:
        """The label that digits are, or the label whose number they are."""
        number = int(text)
        in_range = 0 <= number < len(labels)
        if text in labels:
            if in_range and labels[number] != text and isinstance(value, int):
                raise RowError(
                    f"{self.column!r} is {text}, the number of a label and a label itself, "
                    "expected text, or dataset.choice_keys"
                )
            if not in_range or labels[number] != text:
                self._label = self._label or row.place
            return text
        if not in_range:
            raise RowError(
                f"{self.column!r} is {text}, expected 0..{len(labels) - 1}, a label's number, or "
                f"one of the choices {list(labels)}"
            )
        self._number = self._number or row.place
        return labels[number]

    def _label_of_truth(self, truth: bool, labels: tuple[str, ...]) -> str:
        """The label that says so; of two other labels, the second for true."""
        if (label := label_that_says(truth, labels)) is not None:
            return label
        if any_says(labels) or len(labels) != 2:
            raise RowError(
                f"{self.column!r} is {str(truth).lower()}, expected one label that says so among "
                f"{list(labels)}"
            )
        self._by_place = labels
        return labels[truth]


def _is_number(value: object, text: str) -> bool:
    """Whether a value is a whole number, or a text of one without a sign or zeros before it."""
    if isinstance(value, int):
        return not isinstance(value, bool)
    return len(text) < _MOST_DIGITS and text.isdecimal() and str(int(text)) == text


def _held(value: object, *, has_labels: bool) -> object:
    """A value, or what a text holds, as a cell of a CSV file: a list of texts; scores of labels."""
    if not isinstance(value, str):
        return list(value) if isinstance(value, tuple) else value
    held = parsed(value)
    is_texts = isinstance(held, list) and held and all(isinstance(each, str) for each in held)
    return held if is_texts or (has_labels and _are_label_scores(held)) else value


def _are_label_scores(value: object) -> bool:
    is_scores = isinstance(value, list) and bool(value) and are_scores(value)
    return is_scores or scores_of(value) is not None
