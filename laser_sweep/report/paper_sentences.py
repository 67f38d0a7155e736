"""The paper's own figures beside those of a sweep, in sentences."""

from __future__ import annotations

from laser_sweep.report.formatting import sentence_case
from laser_sweep.report.search import Search


def paper_figures(search: Search) -> str:
    """The paper's own figures for the model and the dataset, in a sentence; empty without any."""
    headline = search.config.paper.headline
    return f"{sentence_case(headline)}." if headline else ""


def paper_differences(search: Search) -> list[str]:
    """The reasons why the paper's figures and these are not comparable."""
    config, record = search.config, search.record
    revision = config.model.revision if record.model.commit else None
    return config.paper.differences(
        config.model.path, revision, record.dataset.examples, config.protocol
    )
