"""Telling at once that a command has nothing to do, without a model's libraries."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from laser_sweep.config import Config
from laser_sweep.dataset import Prompting, fingerprint, load_dataset
from laser_sweep.errors import ConfigError
from laser_sweep.model.source import Source, find_source
from laser_sweep.report import cache as kept
from laser_sweep.report import read_report, summary, terminal, write_report
from laser_sweep.run.messages import progress, title
from laser_sweep.split import split
from laser_sweep.store.record import read_record
from laser_sweep.store.results import Identity, Store
from laser_sweep.terminal import say

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

log = logging.getLogger(__name__)


def finished(config: Config) -> bool:
    """Whether this very command was the last one in its folder and left nothing to do.

    If so, its report is printed again, and made again if it has gone.
    """
    store = _store(config)
    if store is None:
        return False
    text = kept.recall(config.folder)
    if text is None:
        report = read_report(config.folder)
        if not report.is_complete:
            return False
        if not all((config.folder / name).exists() for name in report.files):
            write_report(report)
        kept.keep(report)
        text = summary(report)
    log.info("%s", title(config, store))
    log.info("%s", progress(len(read_record(config.folder)["points"]), 0))
    say(terminal(text, config.folder))
    return True


def _store(config: Config) -> Store | None:
    """The results of the last command, if it had this configuration, this model and these rows."""
    try:
        record = read_record(config.folder)
    except ConfigError:
        return None
    given = asdict(config)
    # Where the work was done is no matter.
    if {**record["config"], "cluster": None} != {**given, "cluster": None}:
        return None
    source = find_source(config.model.path, config.model.revision)
    identity = Identity(**record["identity"])
    if identity.weights != source.weights:
        return None
    loaded = load_dataset(config.dataset, _asked(config, record["model"], source))
    if identity.examples != fingerprint(loaded.examples, loaded.scoring):
        return None
    parts = split(loaded.examples, config.split, record["dataset"]["dropped"])
    return Store(config.folder, identity, parts)


def _asked(config: Config, model: dict[str, Any], source: Source) -> Prompting:
    """The model as its dataset sees it, from what was written down of the same weights."""

    def load_tokenizer() -> PreTrainedTokenizerBase:
        from laser_sweep.model import load

        return load.load_tokenizer(source)

    return Prompting(
        config.protocol, model["masked"], model["family"], model["mask"], load_tokenizer
    )
