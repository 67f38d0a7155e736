"""Commands that have nothing left to do, recognised without importing torch."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING

from laser_sweep.config import NO_TRACKER, Config, DatasetConfig
from laser_sweep.dataset import Prompting, fingerprint, load_dataset
from laser_sweep.errors import ConfigError
from laser_sweep.model.source import Source, find_source
from laser_sweep.plan.identity import further_options
from laser_sweep.report import cache, read_report, terminal, write_report
from laser_sweep.run.messages import progress, title
from laser_sweep.split import split
from laser_sweep.store.record import ModelRecord, Record, read_record
from laser_sweep.store.results import Store
from laser_sweep.terminal import say
from laser_sweep.tracker import track

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

log = logging.getLogger(__name__)


def finished(config: Config) -> bool:
    """Whether this very command was the last one in its folder and left nothing to do.

    If so, the report is printed again, and made again if a file of it is missing. The tracker hears
    of the sweep again.
    """
    try:
        record = read_record(config.folder)
    except ConfigError:
        return False
    store = _store(config, record)
    if store is None:
        return False
    cached = cache.recall(config.folder)
    if cached is None:
        report = read_report(config.folder)
        if not report.search.is_complete:
            return False
        if not all(path.exists() for path in report.files):
            write_report(report)
        cached = cache.keep(report)
    log.info("%s", title(config, store))
    log.info("%s", progress(cached.points, 0))
    say(terminal(cached.text, config.folder))
    if config.tracker.name != NO_TRACKER:
        track(read_report(config.folder), config.tracker)
    return True


def _store(config: Config, record: Record) -> Store | None:
    """The results of the last command, if its configuration, model and rows are the same as now."""
    if _without_place(record.config) != _without_place(config):
        return None
    # The identity of an earlier version may lack what this version would put into it.
    if not record.dataset.delimiters:
        return None
    source = find_source(config.model.path, config.model.revision)
    if record.identity.weights != source.weights:
        return None
    prompting = _prompting(config, record.model, source)
    loaded = load_dataset(config.dataset, prompting)
    if record.identity.examples != fingerprint(loaded.examples, loaded.scoring):
        return None
    options, dtype, family = record.identity.options, record.identity.dtype, record.model.family
    # An earlier version of the program may have computed outcomes in another way.
    further = further_options(config, loaded.scoring, dtype, family)
    if any(options.get(name) != value for name, value in further.items()):
        return None
    if not all(_is_unchanged(config, each, prompting) for each in config.further_datasets):
        return None
    parts = split(loaded.examples, config.split, record.dataset.dropped)
    return Store(config.folder, record.identity, parts)


def _is_unchanged(config: Config, dataset: DatasetConfig, prompting: Prompting) -> bool:
    """Whether a dataset of `also` has the examples that were evaluated."""
    try:
        other = read_record(config.on(dataset).folder)
    except ConfigError:
        # Where the base model itself is chosen, nothing is evaluated.
        return True
    loaded = load_dataset(dataset, prompting)
    return other.identity.examples == fingerprint(loaded.examples, loaded.scoring)


def _without_place(config: Config) -> dict[str, object]:
    """A configuration without what changes no outcome: place and threads of the work, tracker."""
    return {**asdict(config), "cluster": None, "threads": None, "tracker": None}


def _prompting(config: Config, model: ModelRecord, source: Source) -> Prompting:
    """How the model is asked, from the record of a command with the same weights."""

    def load_tokenizer() -> PreTrainedTokenizerBase:
        from laser_sweep.model import tokenizer

        return tokenizer.load_tokenizer(source)

    return Prompting(config.protocol, model.masked, model.family, model.mask, load_tokenizer)
