"""`paper`: the paper's figures for one model and dataset, beside which ours are shown.

The figures are Tables 1 and 3 of arXiv 2312.13558; `conf/experiment/paper/` has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

CORRECTED, PAPER = PROTOCOLS = ("corrected", "paper")
"""`corrected` is this package's way to evaluate and select, `paper` that of the paper's code."""


@dataclass
class PaperConfig:
    """The paper's figures for one model and dataset, on the paper's test part."""

    model: str | None = None
    """The hub id of the model that the paper's code loads."""
    revision: str | None = None
    examples: int | None = None
    base_accuracy: float | None = None
    """In percent."""
    base_loss: float | None = None
    """In nats per answer token."""
    laser_accuracy: float | None = None
    """In percent."""
    laser_loss: float | None = None
    """In nats per answer token."""
    lname: str | None = None
    lnum: int | None = None
    rho: float | None = None
    note: str | None = None
    """A caveat about these figures."""

    @property
    def headline(self) -> str:
        """The paper's accuracies in percent and the point that it chose; empty without figures."""
        if self.laser_accuracy is None:
            return ""
        accuracies = f"{self.base_accuracy:.1f} → {self.laser_accuracy:.1f}"
        losses = f"{self.base_loss:.2f} → {self.laser_loss:.2f}"
        point = f"{self.lname}, {self.lnum}, {self.rho}"
        return f"paper: {accuracies} at {point} (log-loss {losses})"

    def differences(
        self, path: str, revision: str | None, examples: int, protocol: str
    ) -> list[str]:
        """The reasons why the paper's figures and ours are not comparable, as sentences.

        Args:
            path: the hub id or the folder of our model.
            revision: its revision; None for a folder.
            examples: our number of examples.
            protocol: `corrected` or `paper`.
        """
        if not self.headline:
            return []
        return list(self._differences(_model(path, revision), examples, protocol))

    def _differences(self, model: str, examples: int, protocol: str) -> Iterator[str]:
        if model != (theirs := _model(str(self.model), self.revision)):
            yield f"The paper's figures are of {theirs}, these are of {model}."
        if examples != self.examples:
            yield (
                f"The paper's figures are of {self.examples:,} examples, these are of {examples:,}."
            )
        if protocol != PAPER:
            yield "The paper's figures are of protocol=paper, these are of protocol=corrected."


def _model(path: str, revision: str | None) -> str:
    return f"{path} at {revision}" if revision else path
