"""The colours of the layers ℓ, the same in the figure and on the page."""

from __future__ import annotations

from collections.abc import Iterable

from laser_sweep.grid.point import ALL_LAYERS

COLOURS = ("#433e85", "#355f8d", "#287d8e", "#1f9a8a", "#32b67a", "#6ece58", "#bddf26")
"""From the lowest layer to the highest one, at equal distances.

They are from matplotlib's viridis: the steps look equal, also to the colour-blind and in grey. Its
ends are left out: on a dark or a white page they could not be seen.
"""


def layer_range(layers: Iterable[int]) -> tuple[int, int]:
    """The lowest and the highest layer of the colour bar; equal ones are moved apart."""
    single = [int(layer) for layer in layers if layer != ALL_LAYERS] or [0]
    return min(single), max(*single, min(single) + 1)


def layer_colour(layer: int, lowest: int, highest: int) -> str:
    """The colour of a single layer, as `#rrggbb`."""
    place = (layer - lowest) / (highest - lowest) * (len(COLOURS) - 1)
    before = min(int(place), len(COLOURS) - 2)
    pair = zip(_channels(COLOURS[before]), _channels(COLOURS[before + 1]), strict=True)
    mixed = (round(low + (place - before) * (high - low)) for low, high in pair)
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _channels(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]
