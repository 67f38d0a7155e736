"""The report's page, in a real browser: nothing is fetched, everything is seen, text stays text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from support.browser import Opened, need_browser
from support.drawn_sweeps import FOLDS, drawn, make_sweep
from support.records import make_command
from support.written_sweeps import BASE, GOOD, PARTS, make_config, remake, write, write_grid

from laser_sweep.dataset import Example
from laser_sweep.report.figures.heat_map import _limit as heat_map_limit
from laser_sweep.report.page.data import _drawn as drawn_components
from laser_sweep.report.shown_figures import ACCURACY
from laser_sweep.split import Parts
from laser_sweep.store.columns import PointColumns
from laser_sweep.store.examples import write_examples
from laser_sweep.store.results import Identity, Store
from laser_sweep.store.spectra import Spectrum, write_spectra

need_browser()
pytestmark = pytest.mark.slow

HOSTILE = (
    "</script><script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
)


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """A finished sweep with texts and a spectrum; its report is made."""
    folder = tmp_path / "sweep"
    store = Store(folder, Identity("xxh3:w", "float32", "xxh3:e", "corrected"), PARTS)
    store.open(make_command(None, ["base", *(point.point for point in (*GRID, GOOD))]))
    write_grid(store)
    for point in GRID:
        write(store, point, "validation", "1010", 2.0)
    write(store, BASE, "test", "1100000000", 2.5)
    write(store, GOOD, "test", "1011100000", 1.5)
    texts = [Example(f"The capital of country {n} is", f"city {n}") for n in range(14)]
    texts[6] = Example(HOSTILE, HOSTILE)
    write_examples(folder, texts, "xxh3:e")
    matrices = [Spectrum("h.3.fc_in.weight", [9.0, 3.0, 1.0, 0.5], 1)]
    write_spectra(folder, "xxh3:w", GOOD.point, matrices)
    remake(folder)
    return folder


GRID = [
    PointColumns("rank_reduction", "fc_out", n, "all", 5.0, 0.5, 9, 1, f"fc_out-l{n}-rho0.5")
    for n in range(3)
]


def test_nothing_is_fetched_and_nothing_goes_wrong(sweep: Path, browser):
    opened = Opened(browser, sweep)
    assert opened.said == []
    assert [url for url in opened.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert len([url for url in opened.asked if url.startswith("file:")]) == 1


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_figure_is_seen_and_the_page_is_as_wide_as_the_screen(
    width: int, scheme: str, sweep: Path, browser
):
    viewport = {"width": width, "height": 800}
    page = Opened(browser, sweep, viewport=viewport, color_scheme=scheme).page
    for figure in (
        "heat-maps > div",
        "headline-lines",
        "loss-lines",
        "validation-test",
        "spectrum",
    ):
        box = page.locator(f"#{figure} .main-svg").first.bounding_box()
        assert box["width"] > 250, figure
        assert box["height"] > 150, figure
        assert box["x"] + box["width"] <= width, figure
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("#heat-maps > div").count() == 2  # fc_in and fc_out


def test_the_verdict_and_the_numbers_are_there(sweep: Path, browser):
    text = Opened(browser, sweep).page.inner_text("main")
    for shown in (
        "No evidence of a difference: +20.0 points",
        "fc_in-l3-rho0.01",
        "40.0\N{NO-BREAK SPACE}%",
    ):
        assert shown in text
    assert "3 examples are corrected and 1 broken" in text
    assert (
        "Always answering 'city 4' would be right on 10.0\N{NO-BREAK SPACE}% of the test part."
        in text
    )
    assert "candidates without an effect gains" in text


def test_the_axes_of_accuracies_end_at_0_and_100_and_no_tick_is_twice(sweep: Path, browser):
    page = Opened(browser, sweep).page
    for axis in ("xaxis", "yaxis"):
        drawn = f"document.getElementById('validation-test')._fullLayout.{axis}.range"
        low, high = page.evaluate(drawn)
        assert -1 <= low < high <= 101
        ticks = page.locator(f"#validation-test .{axis[0]}tick text").all_text_contents()
        assert len(set(ticks)) == len(ticks) > 1
        assert all(re.fullmatch("\\d+\N{NO-BREAK SPACE}%", tick) for tick in ticks)
    range_of = "values => headlineAxis(values)"
    same = page.evaluate(range_of, [100, 100])
    assert same["range"] == pytest.approx([99.5, 100.5])
    assert same["tickformat"] == ".1f"
    assert page.evaluate(range_of, [20, 80])["tickformat"] == ".0f"


def test_one_ruined_cell_leaves_the_others_their_colours(sweep: Path, browser):
    page = Opened(browser, sweep).page
    gains = [1.0] * 20
    assert page.evaluate("gains => limitOf(gains)", [*gains, -95.0]) == 1.0
    assert page.evaluate("gains => limitOf(gains)", [*gains, 36.0]) == 36.0
    assert heat_map_limit(pd.Series([*gains, -95.0, None]), ACCURACY) == 1.0
    assert heat_map_limit(pd.Series([*gains, 36.0]), ACCURACY) == 36.0


@pytest.mark.parametrize("count", [1, 512, 513, 4096])
def test_a_long_spectrum_is_thinned_not_cut(count: int):
    shown = drawn_components(count, 500)
    assert shown[0] == 1
    assert shown[-1] == count
    assert shown == sorted(set(shown))
    assert len(shown) <= 514
    assert set(range(1, min(count, 128) + 1)) <= set(shown)
    assert count < 501 or {500, 501} <= set(shown)
    gaps = [after - before for before, after in pairwise(shown)]
    assert max(gaps, default=1) <= -(-count // 380)


def test_a_cell_shows_its_numbers_under_the_pointer_and_when_clicked(sweep: Path, browser):
    page = Opened(browser, sweep).page
    box = page.locator("#heat-maps > div").first.locator(".nsewdrag").bounding_box()
    # The highest layer of four, the last of two fractions.
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.12 * box["height"])
    page.wait_for_selector(".hoverlayer text")
    hovered = page.locator(".hoverlayer").first.text_content()
    assert "fc_in-l3-rho0.01" in hovered
    assert "75.0\N{NO-BREAK SPACE}%" in hovered
    assert "+25.0 points compared with the base model" in hovered
    page.mouse.down()
    page.mouse.up()
    page.wait_for_selector("dialog[open]")
    assert "fc_in-l3-rho0.01" in page.inner_text("dialog")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0


def test_examples_are_searched_and_filtered(sweep: Path, browser):
    page = Opened(browser, sweep).page
    assert page.locator("#examples tbody tr").count() == 10
    page.select_option("#change", "broken")
    assert page.locator("#examples tbody tr").count() == 1
    page.select_option("#change", "corrected")
    assert page.inner_text("#example-count") == "3"
    page.select_option("#change", "all")
    page.fill("#example-search", "COUNTRY 12")
    assert page.inner_text("#examples tbody tr").split("\t")[:4] == [
        "12",
        "wrong in both",
        "The capital of country 12 is",
        "city 12",
    ]
    page.fill("#point-search", "fc_out-l2-rho0.5")
    assert page.locator("#points tbody tr").count() == 1


def test_the_keyboard_reaches_a_point_and_the_theme(sweep: Path, browser):
    page = Opened(browser, sweep).page
    background = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(background)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "theme"
    page.keyboard.press("Enter")
    assert page.evaluate(background) != before
    page.locator("#points button").first.focus()
    page.keyboard.press("Enter")
    assert "fc_in-l3-rho0.01" in page.inner_text("dialog[open]")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_there_is_no_barrier_that_axe_finds(scheme: str, sweep: Path, browser):
    from axe_playwright_python.sync_playwright import Axe

    page = Opened(browser, sweep, color_scheme=scheme, bypass_csp=True).page
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_text_of_the_data_never_becomes_markup_or_script(sweep: Path, browser):
    opened = Opened(browser, sweep)
    assert opened.page.title() == "tiny · facts · rank_reduction · laser_sweep"
    opened.page.fill("#example-search", "onerror")
    assert HOSTILE in opened.page.inner_text("#examples tbody tr")
    assert opened.page.locator("img").count() == 0
    assert opened.said == []


def test_names_that_look_like_markup_stay_names(tmp_path: Path, browser):
    name = "<b onmouseover=alert(1)>&lt;'\""
    config = make_config()
    config.dataset = replace(config.dataset, name=name.replace("/", "").replace('"', ""))
    about = make_command(config, ["base", GOOD.point])
    store = Store(tmp_path, Identity("xxh3:w", "float32", "xxh3:e", "corrected"), PARTS)
    store.open(about)
    odd = replace(GOOD, point=GOOD.point)
    for columns in (BASE, odd):
        write(store, columns, "validation", "1010")
    remake(tmp_path)
    page = Opened(browser, tmp_path).page
    assert config.dataset.name in page.inner_text("h1")
    assert page.locator("h1 b").count() == 0


def test_a_sweep_that_is_not_finished_says_so(tmp_path: Path, browser):
    store = Store(tmp_path, Identity("xxh3:w", "float32", "xxh3:e", "corrected"), PARTS)
    store.open(make_command(None, ["base", GOOD.point, "fc_in-l4-rho0.01"]))
    write(store, BASE, "validation", "1010")
    write(store, GOOD, "validation", "1110")
    remake(tmp_path)
    text = Opened(browser, tmp_path).page.inner_text("main")
    assert "The sweep is not finished: 1 point has no result yet." in text
    assert "The chosen model is not tested yet." in text


@pytest.mark.parametrize("split", ["folds", "all", "per"])
def test_every_split_has_its_page(split: str, tmp_path: Path, browser):
    from axe_playwright_python.sync_playwright import Axe

    in_two = Parts(tuple(range(10)), tuple(range(10, 40)))
    parts = {"folds": FOLDS, "all": Parts((), tuple(range(40))), "per": in_two}[split]
    made = make_sweep(tmp_path, drawn(2), parts, select_per=["lname", "lnum"])
    remake(made.folder)
    opened = Opened(browser, tmp_path, bypass_csp=True)
    page = opened.page
    assert opened.said == []
    headings = page.locator("h2").all_inner_texts()
    assert ("Fold by fold" in headings) == (split == "folds")
    assert ("Validation against test" in headings) == (split == "per")
    assert ("The best of each layer ℓ" in headings) == (split != "all")
    assert ("Nothing is selected" in page.inner_text("main")) == (split == "all")
    names = page.locator("#points thead th").all_inner_texts()
    grid = "overall" if split == "all" else "validation"
    tested = ["test accuracy", "test log-loss"] if split == "per" else []
    assert names == ["point", "rank", f"{grid} accuracy", f"{grid} log-loss", *tested]
    page.locator("#points button").first.click()
    assert f"{grid} accuracy" in page.inner_text("dialog[open]")
    page.keyboard.press("Escape")
    for width in (1200, 360):
        page.set_viewport_size({"width": width, "height": 800})
        # The charts are drawn anew a moment after the last change of the size.
        page.wait_for_function(f"document.documentElement.scrollWidth === {width}", timeout=30_000)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.slow
def test_a_large_sweep_is_a_page_of_less_than_15_mb(tmp_path: Path, browser):
    points = [
        PointColumns("rank_reduction", lname, n, "all", None, rho, 9, 1, f"{lname}-l{n}-rho{rho}")
        for lname in ("q_proj", "k_proj", "v_proj", "out_proj", "fc_in", "fc_out")
        for n in range(28)
        for rho in (0.9, 0.8, 0.6, 0.4, 0.2, 0.1, 0.05, 0.01)
    ]
    parts = Parts(tuple(range(100)), tuple(range(100, 10_100)))
    store = Store(tmp_path, Identity("xxh3:w", "float32", "xxh3:e", "corrected"), parts)
    store.open(make_command(None, ["base", *(point.point for point in points)]))
    write(store, BASE, "validation", "10" * 50)
    for number, point in enumerate(points):
        write(store, point, "validation", ("10" * 50)[number % 3 :] + "0" * (number % 3))
    write(store, BASE, "test", "10" * 5_000)
    write(store, points[0], "test", "1" * 10_000)
    texts = [
        Example(f"A question of the usual length, {n}, of " * 3, "answer") for n in range(10_100)
    ]
    write_examples(tmp_path, texts, "xxh3:e")
    report = remake(tmp_path)
    assert len(report.search.table) == 1 + 1344
    assert (tmp_path / "report.html").stat().st_size < 15e6
    page = Opened(browser, tmp_path).page
    assert page.locator("#heat-maps > div").count() == 6
    timing = page.evaluate("JSON.stringify(performance.getEntriesByType('navigation')[0])")
    assert json.loads(timing)["loadEventEnd"] > 0
