"""The figures: the axis of the amounts is to scale, and a layer's colour tells how high it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.colors import to_rgb
from support.written_sweeps import BASE, GOOD, make_store, remake, write, write_grid

from laser_sweep.report import read_report
from laser_sweep.report.figures import lines
from laser_sweep.report.figures.amount_axis import amount_axis
from laser_sweep.report.figures.cells import cells_of
from laser_sweep.report.figures.layer_colours import layer_colour, layer_range


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """A sweep that chooses GOOD."""
    store = make_store(tmp_path / "sweep")
    write_grid(store)
    write(store, BASE, "test", "1100000000", 2.5)
    write(store, GOOD, "test", "1011100000", 1.5)
    return store.folder


def test_fractions_are_to_scale_and_every_label_has_room():
    amounts = ["0.9", "0.8", "0.6", "0.4", "0.2", "0.1", "0.05", "0.01"]
    axis = amount_axis(amounts)
    assert axis.places == {amount: float(amount) for amount in amounts}
    assert not axis.is_log
    assert list(axis.labels) == ["0.9", "0.6", "0.4", "0.2", "0.01"]


def test_amounts_that_spread_widely_have_a_logarithmic_scale():
    assert amount_axis(["0.1", "0.05", "0.025", "0.01", "0.005"]).is_log
    ranks = amount_axis(["rank64", "rank8", "rank1"])
    assert (ranks.is_log, ranks.title) == (True, "rank kept")
    assert ranks.labels == {"rank64": "64", "rank8": "8", "rank1": "1"}


@pytest.mark.parametrize("amounts", [["0.5", "0"], ["0.01"], ["0"], ["1e-05"]])
def test_nothing_kept_and_a_single_amount_have_their_places(amounts: list[str]):
    axis = amount_axis(amounts)
    assert not axis.is_log
    assert list(axis.places.values()) == [float(amount) for amount in amounts]
    assert list(axis.labels) == amounts


def test_amounts_of_several_units_follow_one_another():
    axis = amount_axis(["mp", "rank8", "rank1"])
    assert axis.places == {"mp": 0, "rank8": 1, "rank1": 2}
    assert not axis.is_log


def test_higher_layers_are_lighter_also_in_grey():
    colours = [layer_colour(layer, *layer_range(range(28))) for layer in range(28)]
    assert len(set(colours)) == 28
    greys = [
        0.299 * red + 0.587 * green + 0.114 * blue for red, green, blue in map(to_rgb, colours)
    ]
    assert greys == sorted(greys)


def test_the_lines_are_drawn_where_the_figures_are(sweep: Path):
    report = read_report(sweep)
    figure = lines._figure(report, cells_of(report))
    panel = next(axes for axes in figure.axes if axes.get_title() == "τ = fc_in")
    drawn = [line.get_xydata().tolist() for line in panel.lines]
    assert [[0.01, 0.75], [0.9, 0.5]] in drawn
    assert [[0.01, 0.75]] in drawn, "the mark of the chosen point"
    (dashed,) = [line for line in panel.lines if line.get_linestyle() == "--"]
    assert set(dashed.get_ydata()) == {0.5}
    left, right = panel.get_xlim()
    assert left > 0.9 > 0.01 > right
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["base model", "chosen: fc_in-l3-rho0.01"]


def test_a_pdf_has_its_fonts_and_no_date(sweep: Path):
    remake(sweep)
    pictures = {path: path.read_bytes() for path in (sweep / "figures").glob("*.pdf")}
    assert {path.name for path in pictures} == {"heat_map.pdf", "lines.pdf"}
    for content in pictures.values():
        assert content.startswith(b"%PDF-")
        assert b"CreationDate" not in content
        assert b"/Type3" not in content
    remake(sweep)
    assert {path: path.read_bytes() for path in pictures} == pictures
