"""The paper's own figures for a model and dataset, beside ours, and where they are not comparable.

They are data of `conf/experiment/paper/`: Tables 1 and 3 of arXiv 2312.13558.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from laser_sweep.config import PAPER


def headline(paper: Mapping[str, Any]) -> str:
    """The paper's accuracies in percent, and the point that it chose; empty without figures."""
    if paper.get("laser_accuracy") is None:
        return ""
    accuracies = f"{paper['base_accuracy']:.1f} → {paper['laser_accuracy']:.1f}"
    losses = f"{paper['base_loss']:.2f} → {paper['laser_loss']:.2f}"
    point = f"{paper['lname']}, {paper['lnum']}, {paper['rho']}"
    return f"paper: {accuracies} at {point} (log-loss {losses})"


def differences(
    paper: Mapping[str, Any], model: Mapping[str, Any], examples: int, protocol: str
) -> list[str]:
    """What makes the paper's figures and ours of different things, in sentences.

    Args:
        paper: `laser_sweep.config.PaperConfig` as a mapping.
        model: the `path` of our model, and its `revision`.
        examples: how many examples we have.
        protocol: `corrected` or `paper`.
    """
    if not headline(paper):
        return []
    found = []
    theirs = _model(paper["model"], paper.get("revision"))
    if (ours := _model(model["path"], model.get("revision"))) != theirs:
        found.append(f"The paper's figures are of {theirs}, these are of {ours}.")
    if examples != paper["examples"]:
        found.append(
            f"The paper's figures are of {paper['examples']:,} examples, these are of {examples:,}."
        )
    if protocol != PAPER:
        found.append("The paper's figures are of protocol=paper, these are of protocol=corrected.")
    return found


def _model(path: str, revision: str | None) -> str:
    return f"{path} at {revision}" if revision else path
