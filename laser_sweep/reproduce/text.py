"""The text of a reproduction for the terminal."""

from __future__ import annotations

from tabulate import tabulate

from laser_sweep.reproduce.reproduction import Reproduction


def text(found: Reproduction) -> str:
    """The table of the figures then and now, and the verdict."""
    rows = [
        [
            pair.model,
            pair.name.replace("_", "-"),
            f"{pair.then:.6f}",
            f"{pair.now:.6f}",
            _sign(pair.now - pair.then),
        ]
        for pair in found.pairs
    ]
    table = tabulate(rows, ["model", "figure", "sweep", "now", "difference"], disable_numparse=True)
    where = f"{found.point}, {found.examples:,} examples of the {found.part} part"
    return "\n".join([where, "", table, "", _verdict(found), *_versions(found)])


def _sign(difference: float) -> str:
    return "0" if difference == 0 else f"{difference:+.2g}"


def _verdict(found: Reproduction) -> str:
    if found.is_equal:
        return "Reproduced: every figure is the same, to the last bit."
    if found.is_same:
        return "Reproduced: the figures are the same up to rounding."
    return "Not reproduced: the figures differ by more than rounding."


def _versions(found: Reproduction) -> list[str]:
    """A line about software that has another version now, if a figure differs."""
    if found.is_equal or not found.versions:
        return []
    listed = [f"{name} {then} then, {now} now" for name, (then, now) in found.versions.items()]
    return [f"Other versions: {'; '.join(listed)}."]
