"""Two sweeps side by side as text, for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup
from tabulate import tabulate

from laser_sweep.leaderboard.contrast import Contrast
from laser_sweep.leaderboard.rendering import SWEEP_HEADERS, report_link, sweep_texts
from laser_sweep.report.formatting import UNKNOWN, interval, number, p_value, points
from laser_sweep.report.page import css
from laser_sweep.report.templates import template
from laser_sweep.terminal import near

_HEADERS = ("", "first", "second")


def side_by_side(found: Contrast) -> list[list[str]]:
    """The figures under `_HEADERS`: those of the table of all sweeps, and some more."""
    sweeps = found.sweeps
    rows = zip(SWEEP_HEADERS, *sweep_texts(sweeps), strict=True)
    further = {
        "candidates": [f"{each.candidates:,}" for each in sweeps],
        "tested examples": [f"{each.examples:,}" for each in sweeps],
        "base log-loss": [number(each.base_log_loss) for each in sweeps],
        "chosen log-loss": [number(each.chosen_log_loss) for each in sweeps],
        "folder": [str(near(each.folder)) for each in sweeps],
    }
    return [*map(list, rows), *([name, *pair] for name, pair in further.items())]


def option_rows(found: Contrast) -> list[list[str]]:
    """The options that differ, under `_HEADERS`."""
    return [
        [name, *(UNKNOWN if value is None else str(value) for value in pair)]
        for name, pair in found.options.items()
    ]


def paired_sentences(found: Contrast) -> Iterator[str]:
    """The difference of the chosen points on the same examples, or why it is not known."""
    if found.paired is None or found.paired.accuracy is None:
        yield f"The chosen points are not compared example by example: {found.unpaired}."
        return
    paired, accuracy = found.paired, found.paired.accuracy.difference
    yield (
        f"On the same {paired.examples:,} test examples, second minus first: "
        f"{points(accuracy.value)} points, 95 % interval "
        f"{interval(accuracy.low, accuracy.high)} (p = {p_value(paired.p_value)}); "
        f"only the second sweep's chosen point has {paired.corrected:,} of them right, only the "
        f"first one's {paired.broken:,}."
    )
    yield "Whoever prefers one sweep because of this difference chooses on the test part."


def text(found: Contrast) -> str:
    """The comparison for a terminal."""
    parts = [_table(side_by_side(found)), "\n".join(paired_sentences(found))]
    for name, caveats in zip(_HEADERS[1:], found.caveats, strict=True):
        parts.append("\n".join([f"The {name} sweep:", *(f"- {each}" for each in caveats)]))
    parts.append(_table(option_rows(found)) if found.options else "No option differs.")
    return "\n\n".join(parts)


def _table(rows: list[list[str]]) -> str:
    return tabulate(rows, _HEADERS, disable_numparse=True)


def html(found: Contrast, page: Path) -> str:
    """The comparison as a page.

    Args:
        found: the comparison.
        page: the page's file, from which links to the reports are relative.
    """
    return template("laser_sweep.leaderboard", "contrast.html.jinja").render(
        css=Markup(css()),
        headers=_HEADERS,
        rows=side_by_side(found),
        sentences=list(paired_sentences(found)),
        caveats=list(zip(_HEADERS[1:], found.caveats, strict=True)),
        options=option_rows(found),
        links=[report_link(each.folder, page.parent) for each in found.sweeps],
    )
