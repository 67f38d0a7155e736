"""Two sweeps side by side, and their chosen points on the same test examples."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from laser_sweep.config import flat_options
from laser_sweep.leaderboard.sweep_rows import SweepRow, sweep_row
from laser_sweep.report import Report
from laser_sweep.report.sentences import chance, notes
from laser_sweep.statistics import Comparison, compare

_IDENTITY = ("weights", "dtype", "examples")
"""What the options do not tell: the same path may have had other contents."""


@dataclass(frozen=True)
class Contrast:
    """Two sweeps, of which the second is compared with the first.

    Attributes:
        sweeps: the rows of both in the table of all sweeps.
        caveats: the sentences of each report on its figures.
        paired: the chosen point of the first sweep against that of the second one.
        unpaired: the reason why there is no such comparison; empty if there is one.
        options: the options that differ, by name, with their values in both sweeps; None for an
            option that a sweep does not have.
    """

    sweeps: tuple[SweepRow, SweepRow]
    caveats: tuple[list[str], list[str]]
    paired: Comparison | None
    unpaired: str
    options: dict[str, tuple[object, object]]


def contrast(first: Report, second: Report) -> Contrast:
    """Set two sweeps side by side, from what their reports show."""
    unpaired = _unpaired(first, second)
    return Contrast(
        sweeps=(sweep_row(first), sweep_row(second)),
        caveats=(_caveats(first), _caveats(second)),
        paired=None if unpaired else _paired(first, second),
        unpaired=unpaired,
        options=_differing_options(first, second),
    )


def _caveats(report: Report) -> list[str]:
    by_chance = chance(report)
    return [*notes(report), *([f"Chance: {by_chance}."] if by_chance else [])]


def _unpaired(first: Report, second: Report) -> str:
    """The reason why the chosen points cannot be compared example by example; empty if they can."""
    searches = (first.search, second.search)
    if any(report.comparison is None for report in (first, second)):
        return "a chosen point is not tested"
    if any(search.parts.folds for search in searches):
        return "figures out of fold are those of several points"
    if not all(search.headline.is_accuracy for search in searches):
        return "documents have no right and wrong answers"
    ours, theirs = (search.record.identity for search in searches)
    if (ours.examples, ours.protocol) != (theirs.examples, theirs.protocol):
        return "the datasets' examples, or the protocols, are different ones"
    if set(first.search.parts.test) != set(second.search.parts.test):
        return "the test parts have different examples"
    return ""


def _paired(first: Report, second: Report) -> Comparison:
    tested = (report.search.picker.tested(report.search.pick) for report in (first, second))
    # A chosen base model would count as no change, whatever it is compared with.
    before, after = (rows.assign(point=name) for rows, name in zip(tested, ("1", "2"), strict=True))
    return compare(before, after)


def _differing_options(first: Report, second: Report) -> dict[str, tuple[object, object]]:
    ours, theirs = _options(first), _options(second)
    names = dict.fromkeys([*ours, *theirs])
    pairs = {name: (ours.get(name), theirs.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _options(report: Report) -> dict[str, object]:
    identity = asdict(report.search.record.identity)
    found = {name: identity[name] for name in _IDENTITY}
    return {**dict(flat_options(report.search.config)), **found}
