"""`composition.json`: the edits that were tried on a stack, and what each of them changed."""

from __future__ import annotations

from pathlib import Path

import msgspec

from laser_sweep.store.json_file import read_json, write_json
from laser_sweep.store.paths import Paths

ACCEPTED, REFUSED, OVERLAPS, FAILED = "accepted", "refused", "overlaps", "failed"


class Trial(msgspec.Struct, frozen=True):
    """An edit that was tried on a stack.

    Attributes:
        candidate: the edit's point.
        outcome: `accepted`, `refused`, `overlaps` if the stack edits the same matrix, or `failed`.
        accuracy: of the stack with the edit on the validation part, 0..1; None if not evaluated,
            and for documents.
        accuracy_change: that accuracy minus the accuracy of the stack without the edit.
        log_loss_change: so for the log-loss, in nats per answer token.
        z: the change of the log-loss in standard errors; None if it is not finite.
        perplexity: of the stack with the edit on documents of the validation part.
    """

    candidate: str
    outcome: str
    accuracy: float | None = None
    accuracy_change: float | None = None
    log_loss_change: float | None = None
    z: float | None = None
    perplexity: float | None = None


class CompositionKey(msgspec.Struct, frozen=True):
    """Everything that a composition depends on.

    Attributes:
        digest: the digest of the results' identity.
        rule: the rule that accepts edits.
        z: the rule's number of standard errors.
        examples: the validation examples, as `0..79,85`.
        candidates: the edits that are tried, in order.
    """

    digest: str
    rule: str
    z: float
    examples: str
    candidates: tuple[str, ...]


class Composition(msgspec.Struct, frozen=True):
    """A finished composition.

    Attributes:
        key: what it depends on.
        trials: the trials, in order.
        point: the name of the stack; the base model's if no edit was accepted.
    """

    key: CompositionKey
    trials: tuple[Trial, ...]
    point: str

    @property
    def accepted(self) -> list[str]:
        """The edits of the stack, in the order in which they were accepted."""
        return [trial.candidate for trial in self.trials if trial.outcome == ACCEPTED]

    @property
    def stacks(self) -> list[str]:
        """The edits that were evaluated on a stack, not on the base model alone."""
        places = [place for place, trial in enumerate(self.trials) if trial.outcome == ACCEPTED]
        later = self.trials[places[0] + 1 :] if places else ()
        return [trial.candidate for trial in later if trial.outcome in (ACCEPTED, REFUSED)]

    @property
    def failed(self) -> list[str]:
        """The edits that could not be evaluated on the stack."""
        return [trial.candidate for trial in self.trials if trial.outcome == FAILED]


def write_composition(folder: Path, composition: Composition) -> None:
    """Write a composition into a sweep's folder, whole or not at all."""
    write_json(Paths(folder).composition, composition)


def read_composition(folder: Path) -> Composition | None:
    """The composition in a sweep's folder; None if there is none that can be read."""
    return read_json(Paths(folder).composition, Composition)
