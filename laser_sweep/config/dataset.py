"""`dataset`: the source of the examples, and the way in which a model is asked them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from laser_sweep.config._folder_name import folder_name
from laser_sweep.config.file_names import name_of
from laser_sweep.config.model import AUTO
from laser_sweep.errors import ConfigError, choose

ROWS = "rows"
"""The reader of the user's own rows."""
LM_EVAL = "lm_eval"
"""The reader of tasks of EleutherAI's harness."""
ERROR, DROP, TRUNCATE_LEFT = TOO_LONG = ("error", "drop", "truncate_left")
"""Ways to treat examples that exceed the model's context."""
KINDS = ("next_token", "answer", "choice", "generation", "perplexity")
"""Kinds of scoring: one token, an answer of any length, a choice of a label, a generated text, and
the log-likelihood of a document."""
NEXT_TOKEN, ANSWER, CHOICE, GENERATION, PERPLEXITY = KINDS
SCORINGS = (AUTO, *KINDS)
DEFAULT_ID = "id"
"""The column of the examples' ids. Rows may lack this column, but not one that the user names."""
DEFAULT_ANSWER = "answer"
"""The column of the answers."""
DEFAULT_TEXT = "text"
"""The column of the documents of `dataset.scoring=perplexity`."""
DEFAULT_CHOICES = "choices"
"""The column of labels. Rows may lack this column, but not one that the user names."""
MINIMUM_EXAMPLES = 5
"""Fewer examples leave no validation part with the default split."""
_OF_ROWS = {"rows": True}
"""The metadata of an option that only the reader `rows` has."""
_OF_ASKING = {"asking": True}
"""The metadata of an option that changes prompts."""
_OF_DOCUMENTS = {"rows": True, "documents": True}
"""The metadata of an option that only documents have."""
_NOT_OF_DOCUMENTS = {"questions": True}
"""The metadata of an option of every reader that documents lack."""
_OF_QUESTIONS = {"rows": True, "questions": True}
"""The metadata of an option of rows that documents lack."""


@dataclass
class DatasetConfig:
    """A dataset: its reader, a module of `laser_sweep.dataset`, its source and its options."""

    reader: str = ROWS
    """The module of `laser_sweep/dataset/` that makes examples from rows."""
    path: str | None = None
    """A file of rows (.jsonl, .json, .csv, .tsv or .parquet, compressed or not; .txt for
    documents), a folder of such files, or a pattern such as `data/test-*.parquet`."""
    name: str | None = None
    """The name of the results' folder; by default that of the file, the hub id or the reader."""
    task: str | None = None
    """A task of EleutherAI's harness."""
    metric: str | None = None
    """The metric of the harness by which an example is right; by default the task's own."""
    filter: str | None = None
    """The filters of the harness, by their name, for generated texts; by default the first."""
    limit: int | None = None
    """The number of examples to use, from the first; by default all."""
    too_long: str = field(default=ERROR, metadata=_NOT_OF_DOCUMENTS)
    """The treatment of examples that exceed the model's context: `error`, `drop` or
    `truncate_left`."""
    new_tokens: int | None = field(default=None, metadata=_NOT_OF_DOCUMENTS)
    """The largest number of generated tokens; by default the dataset's own."""
    length_tokenizer: str | None = AUTO
    """The tokenizer that measures HotpotQA's answers: a hub id or a folder."""
    chat_template: bool = field(default=False, metadata=_OF_ASKING)
    """Ask in the tokenizer's own chat template."""
    system_prompt: str | None = field(default=None, metadata=_OF_ASKING)
    """The system's turn in the chat template."""
    shots: int | None = field(default=0, metadata=_OF_ASKING)
    """The number of examples with their answers before each question; for a task of the harness,
    by default the task's own."""
    shots_path: str | None = field(default=None, metadata=_OF_ASKING)
    """The file of the shots; by default they are rows of the dataset, which are not evaluated."""
    shots_split: str | None = field(default=None, metadata=_OF_ROWS)
    """The split of the dataset on the hub that the shots are taken from."""
    shots_seed: int | None = field(default=None, metadata=_OF_ASKING)
    """The seed of a random choice of shots; by default they are the first rows."""
    fewshot_delimiter: str = field(default=r"\n\n", metadata=_OF_ASKING)
    """The text between two shots, without a chat template."""
    check_count: bool = True
    """Require the number of examples that the paper's figures are of."""
    hub: str | None = field(default=None, metadata=_OF_ROWS)
    """A dataset on the hub, instead of `path`."""
    config: str | None = field(default=None, metadata=_OF_ROWS)
    """The configuration of the dataset on the hub."""
    split: str | None = field(default=None, metadata=_OF_ROWS)
    """The split of the dataset on the hub, such as `test`."""
    revision: str | None = field(default=None, metadata=_OF_ROWS)
    """The branch, tag or commit of the dataset on the hub."""
    record_path: str | None = field(default=None, metadata=_OF_ROWS)
    """The lists inside of the rows that hold the rows to read, such as `paragraphs.qas`."""
    patterns: Any = field(default=None, metadata=_OF_ROWS)
    """Regular expressions by column, whose named groups become columns."""
    prompt: str = field(default="{question}", metadata=_OF_QUESTIONS)
    """The text that the model is asked: a template over a row's columns."""
    answer: str = field(default=DEFAULT_ANSWER, metadata=_OF_QUESTIONS)
    """The gold answer: a column, or a template."""
    aliases: Any = field(default=None, metadata=_OF_QUESTIONS)
    """Further answers that are right, too: a column, a template, or a list of these."""
    choices: Any = field(default=DEFAULT_CHOICES, metadata=_OF_QUESTIONS)
    """The labels that the model chooses from: a column of lists, or one list for all rows; `null`
    lets it say anything."""
    choice_keys: Any = field(default=None, metadata=_OF_QUESTIONS)
    """The keys by which an answer names a choice: a column of lists, or one list."""
    scoring: str = field(default=AUTO, metadata=_OF_ROWS)
    """`auto`, or `next_token`, `answer`, `choice`, `generation` or `perplexity`."""
    target_delimiter: str = field(default=AUTO, metadata=_OF_QUESTIONS)
    """The text between a prompt and its answer; by default a space or nothing, by their ends."""
    text: str = field(default=DEFAULT_TEXT, metadata=_OF_DOCUMENTS)
    """The documents of `scoring=perplexity`: a column or a template."""
    window: int | None = field(default=None, metadata=_OF_DOCUMENTS)
    """The tokens of a window of a document; by default the model's context."""
    stride: int | None = field(default=None, metadata=_OF_DOCUMENTS)
    """The tokens from a window of a document to the next one; by default half a window."""
    cluster_by: str | None = field(default=None, metadata=_OF_ROWS)
    """The column whose equal values mark rows that hang together, such as questions about one
    text."""
    id: str | None = field(default=DEFAULT_ID, metadata=_OF_ROWS)
    """The column of the examples' ids."""

    def __post_init__(self) -> None:
        choose("dataset.too_long", self.too_long, TOO_LONG)
        choose("dataset.scoring", self.scoring, SCORINGS)
        if self.reader == ROWS:
            self._check_source()
        if self.limit is not None and self.limit < MINIMUM_EXAMPLES:
            raise ConfigError(
                f"dataset.limit={self.limit}: expected at least {MINIMUM_EXAMPLES} examples."
            )
        self._check_task()
        self._check_asking()
        self._check_documents()
        if self.new_tokens is not None and self.new_tokens < 1:
            raise ConfigError(f"dataset.new_tokens={self.new_tokens}: expected at least 1 token.")
        self.name = folder_name("dataset.name", self.name, self._default_name())

    def _default_name(self) -> str:
        if self.task or not self.path:
            return (self.task or self.hub or self.reader).split("/")[-1]
        return name_of(self.path)

    def _check_task(self) -> None:
        if self.reader == LM_EVAL:
            return
        for option in ("task", "metric", "filter"):
            if (given := getattr(self, option)) is not None:
                raise ConfigError(
                    f"dataset.{option}={given} is for tasks of EleutherAI's harness: expected "
                    "dataset=lm_eval too."
                )
        if self.shots is None:
            raise ConfigError("dataset.shots=null: expected 0 or more.")

    def _check_asking(self) -> None:
        if self.system_prompt is not None and not self.chat_template:
            raise ConfigError(
                "dataset.system_prompt is a turn of a chat template: expected "
                "dataset.chat_template=true too, or the text in dataset.prompt."
            )
        if self.shots is not None and self.shots < 0:
            raise ConfigError(f"dataset.shots={self.shots}: expected 0 or more.")
        sources = {"shots_path": self.shots_path, "shots_split": self.shots_split}
        if not self.shots and (given := [f"dataset.{k}={v}" for k, v in sources.items() if v]):
            raise ConfigError(f"{given[0]} without shots: expected dataset.shots, such as 5.")
        if self.shots_path and self.shots_split:
            raise ConfigError(
                f"dataset.shots_path={self.shots_path} and dataset.shots_split={self.shots_split} "
                "are both given: expected one of them."
            )
        if self.shots_split and not self.hub:
            raise ConfigError(
                f"dataset.shots_split={self.shots_split} is for a dataset on the hub: expected "
                "dataset.shots_path, a file."
            )

    @property
    def is_of_documents(self) -> bool:
        """Whether the examples are documents, whose log-likelihood is measured."""
        return self.scoring == PERPLEXITY

    def given(self, *kinds: str) -> Iterator[str]:
        """The names of the options with a value of their own that are of one of some kinds.

        Args:
            kinds: keys of the options' metadata: `rows`, `asking`, `documents`, `questions`.
        """
        for option in fields(self):
            is_of_kind = any(option.metadata.get(kind) for kind in kinds)
            if is_of_kind and getattr(self, option.name) != option.default:
                yield option.name

    def _check_documents(self) -> None:
        """Check the options that only documents have, and those that documents lack."""
        if self.is_of_documents and self.reader != ROWS:
            raise ConfigError(
                f"dataset.scoring=perplexity is for rows of your own (dataset=rows): {self.reader} "
                "has its own prompts, answers and scores."
            )
        unused = ("questions", "asking") if self.is_of_documents else ("documents",)
        for option in self.given(*unused):
            named = f"dataset.{option}={getattr(self, option)}"
            if self.is_of_documents:
                raise ConfigError(
                    f"{named} is for questions: dataset.scoring=perplexity measures the "
                    "log-likelihood of documents, which dataset.text names."
                )
            raise ConfigError(f"{named} is for documents: expected dataset.scoring=perplexity too.")
        if self.window is not None and self.window < 2:
            raise ConfigError(f"dataset.window={self.window}: expected at least 2 tokens.")
        if self.stride is not None and self.stride < 1:
            raise ConfigError(f"dataset.stride={self.stride}: expected at least 1 token.")

    def _check_source(self) -> None:
        if self.path and self.hub:
            raise ConfigError(
                f"dataset.path={self.path} and dataset.hub={self.hub} are both given: expected "
                "one of them."
            )
        for_hub = {"config": self.config, "split": self.split, "revision": self.revision}
        if self.path and (given := [f"dataset.{k}={v}" for k, v in for_hub.items() if v]):
            raise ConfigError(
                f"dataset.path={self.path} names files, and {given[0]} is for a dataset on the "
                "hub: expected dataset.hub instead of dataset.path."
            )
        if not self.path and not self.hub:
            raise ConfigError(
                "dataset.path is not set: expected a .jsonl, .json, .csv, .tsv or .parquet file, a "
                "folder of such files, or dataset.hub, a dataset on the hub."
            )
        if self.hub and not self.split:
            raise ConfigError(f"dataset.hub={self.hub}: expected dataset.split too, such as test.")
