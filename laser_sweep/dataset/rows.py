"""Rows of your own, from a file or the hub, with templates that make examples of them.

`dataset.prompt` is a template over the row's columns, such as `"{question}"`. `dataset.answer` and
`dataset.choices` are columns or templates; `dataset.choices` may also be a list of labels or of
templates, one for each label. Without choices, the model may say anything. With
`dataset.scoring=perplexity`, each row is a document, the text of `dataset.text`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from laser_sweep.config import DEFAULT_ANSWER, DEFAULT_ID, DatasetConfig
from laser_sweep.dataset._asking.delimiter import delimited
from laser_sweep.dataset._columns.cluster import cluster_of
from laser_sweep.dataset._columns.gold import GoldFinder
from laser_sweep.dataset._columns.labels import LabelsOf, labels_of
from laser_sweep.dataset._columns.patterns import with_patterns
from laser_sweep.dataset._columns.scores import scores_of
from laser_sweep.dataset._columns.template import check_optional, parse_template
from laser_sweep.dataset._example import DocumentScoring, Example, ExampleSet
from laser_sweep.dataset._files.hub import load_hub_rows
from laser_sweep.dataset._files.row import Row, is_blank, parsed
from laser_sweep.dataset._files.row_files import read_path
from laser_sweep.dataset._files.row_list import Rows
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._scoring import scoring_of
from laser_sweep.errors import ConfigError, shorten

log = logging.getLogger(__name__)

Fill = Callable[[Row], str]


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """The examples of a file or of a dataset on the hub.

    Raises:
        ConfigError: if a row lacks a column, or has a value other than text in it.
    """
    rows = _rows(config)
    _check_columns(config, rows)
    if config.id is not None:
        _check_ids(rows, config.id)
    if config.is_of_documents:
        scoring = DocumentScoring(window=config.window, stride=config.stride)
        return ExampleSet(_documents(config, rows), scoring)
    maker = _ExampleMaker(
        prompt=_prompt_of(config, rows),
        answer=_answer_of(config, rows),
        labels=labels_of(config, rows),
        cluster_by=config.cluster_by,
    )
    examples = rows.examples(
        lambda row: [delimited(maker.example(row), config.target_delimiter, prompting)]
    )
    maker.answer.check(rows)
    _check_questions_differ(config.prompt, rows, examples)
    return ExampleSet(
        examples, scoring_of(config, prompting, any(each.choices for each in examples))
    )


def _documents(config: DatasetConfig, rows: Rows) -> list[Example]:
    """Each row as a document."""
    written = config.text
    if "{" in written:
        text = _filled("dataset.text", written, rows)
    else:
        text = partial(Row.text, column=written)
    return rows.examples(
        lambda row: [Example(text(row), "", (), cluster_of(row, config.cluster_by), row.place)]
    )


def _rows(config: DatasetConfig) -> Rows:
    if config.hub:
        rows = load_hub_rows(config)
    else:
        path = Path(str(config.path)).expanduser()
        rows = Rows(read_path(path), f"dataset.path={path}")
    if config.record_path:
        rows = rows.inside(config.record_path)
        if not rows.rows:
            raise ConfigError(f"{rows.where}: dataset.record_path={config.record_path} has no row.")
    return with_patterns(Rows(rows.rows[: config.limit], rows.where), config.patterns)


def _check_ids(rows: Rows, column: str) -> None:
    """Check that ids are unique, and that the rows have the column if the user named it."""
    hint = " If it need not be unique, set dataset.id=null." if column == DEFAULT_ID else ""
    rows.check_unique(column, hint)
    if column != DEFAULT_ID and all(row.get(column) is None for row in rows.rows):
        raise ConfigError(f"{rows.where}: no row has the column dataset.id={column}.")


def _check_columns(config: DatasetConfig, rows: Rows) -> None:
    """Check that the options that name a column have no braces, as templates have."""
    known = set(rows.rows[0].values) if rows.rows else set()
    for option in ("id", "cluster_by", "choices", "choice_keys"):
        given = getattr(config, option)
        if isinstance(given, str) and {"{", "}"} & set(given) and given not in known:
            raise ConfigError(
                f"dataset.{option}={given!r}: expected a column, or a path in a column, without "
                f"braces. {_columns_of(rows)}."
            )


def _columns_of(rows: Rows) -> str:
    """The columns of the first row, for errors."""
    columns = list(rows.rows[0].values) if rows.rows else []
    return f"{rows.where} has {', '.join(map(str, columns)) or 'no columns'}"


def _prompt_of(config: DatasetConfig, rows: Rows) -> Fill:
    """A function that fills in the prompt; nothing where whole texts are compared, as choices."""
    written = config.choices
    has_choices = isinstance(written, list) or (isinstance(written, str) and _have(rows, written))
    if not config.prompt and has_choices:
        return lambda row: ""
    return _filled("dataset.prompt", config.prompt, rows)


def _filled(option: str, written: str, rows: Rows) -> Fill:
    """A function that fills in a template.

    Raises:
        ConfigError: if the template names no column.
    """
    template = parse_template(option, written)
    if not template.columns:
        columns = list(rows.rows[0].values) if rows.rows else []
        bare = written.strip(" {}")
        named = bare if bare in columns else "question"
        raise ConfigError(
            f"{option}={written!r} names no column, so that it would be the same for all rows: "
            f"expected columns in braces, such as '{{{named}}}'. {_columns_of(rows)}."
        )
    check_optional(template, rows)
    return template.fill


def _check_questions_differ(written: str, rows: Rows, examples: Sequence[Example]) -> None:
    """Check that not all prompts are equal, unless all rows are or the choices differ."""
    differ = any(row.values != rows.rows[0].values for row in rows.rows)
    if not differ or len({each.prompt for each in examples}) > 1:
        return
    if not written and all(each.choices for each in examples):
        return
    if len({each.choices for each in examples}) > 1:
        log.warning(
            "dataset.prompt=%r: all %d prompts are equal; the examples differ in their choices.",
            written,
            len(examples),
        )
        return
    raise ConfigError(
        f"{rows.where}: dataset.prompt={written!r} makes all {len(examples)} prompts equal: "
        f"{shorten(examples[0].prompt, 80)!r}. Expected columns whose values differ."
    )


@dataclass(frozen=True)
class _ExampleMaker:
    """A maker of examples from rows.

    Attributes:
        prompt: a function that fills in the template of the prompt.
        answer: a finder of the accepted answers of a row.
        labels: a function from a row to its labels.
        cluster_by: the column that the examples of a cluster share; None without clusters.
    """

    prompt: Fill
    answer: GoldFinder
    labels: LabelsOf
    cluster_by: str | None

    def example(self, row: Row) -> Example:
        """The example of a row.

        Raises:
            RowError: if a value is missing, or is not as expected.
        """
        labels = self.labels(row)
        gold, *aliases = self.answer.accepted(row, labels)
        return Example(
            self.prompt(row),
            gold,
            labels.distinct,
            cluster_of(row, self.cluster_by),
            place=row.place,
            aliases=tuple(aliases),
        )


def _answer_of(config: DatasetConfig, rows: Rows) -> GoldFinder:
    """A finder of accepted answers: in a column, or from a template."""
    written, aliases_of = config.answer, _aliases_of(config.aliases, rows)
    if "{" in written:
        fill = _filled("dataset.answer", written, rows)
        return GoldFinder("dataset.answer", fill, aliases_of)
    if written == DEFAULT_ANSWER and isinstance(config.choices, str) and not _have(rows, written):
        # The scores of the choices tell the right one.
        with_scores = rows.rows and scores_of(parsed(rows.rows[0].get(config.choices))) is not None
        written = config.choices if with_scores else written
    return GoldFinder(written, lambda row: row.value(written), aliases_of)


def _have(rows: Rows, column: str) -> bool:
    return any(column in row.values for row in rows.rows)


def _aliases_of(written: object, rows: Rows) -> Callable[[Row], list[object]]:
    """A function from a row to its further accepted answers.

    Raises:
        ConfigError: if `dataset.aliases` is neither a column nor a template, nor a list of these.
    """
    values = _as_list(written)
    given = [each for each in values if isinstance(each, str)]
    if len(given) < len(values):
        raise ConfigError(f"dataset.aliases={written}: expected a column, a template or several.")
    sources: list[Callable[[Row], object]] = [
        _filled("dataset.aliases", each, rows) if "{" in each else partial(_column_of, each)
        for each in given
    ]
    return lambda row: [alias for source in sources for alias in _as_list(source(row))]


def _column_of(column: str, row: Row) -> object:
    return parsed(row.value(column))


def _as_list(value: object) -> list[object]:
    """The items of a list, or the value alone; nothing for no value and for an empty text."""
    items = list(value) if isinstance(value, list | tuple) else [value]
    return [
        each
        for each in items
        if each is not None and not (isinstance(each, str) and is_blank(each))
    ]
