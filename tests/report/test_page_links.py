"""What leaves the report's page: tables as CSV, charts as SVG, and links to points."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from support.browser import Opened, need_browser
from support.drawn_sweeps import GRID, drawn, make_sweep
from support.written_sweeps import remake

from laser_sweep.dataset import Example
from laser_sweep.report import read_report
from laser_sweep.report.figures.layer_colours import layer_colour
from laser_sweep.split import Parts
from laser_sweep.store.examples import write_examples

need_browser()

FORMULA = '=HYPERLINK("http://example.org")'
NAME = GRID[4].point


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """A sweep with every point on both parts; its report is made."""
    make_sweep(tmp_path, drawn(2), Parts(tuple(range(10)), tuple(range(10, 40))))
    texts = [Example(f'A "quoted", question {n}', "yes") for n in range(40)]
    texts[12] = Example(FORMULA, "yes")
    write_examples(tmp_path, texts, "xxh3:e")
    remake(tmp_path)
    return tmp_path


def downloaded(page, label: str) -> str:
    """The content of the file behind a button, which the keyboard presses."""
    button = page.get_by_role("button", name=label, exact=True)
    button.focus()
    with page.expect_download() as found:
        page.keyboard.press("Enter")
    with found.value.path().open(encoding="utf-8", newline="") as file:
        return file.read()


def test_a_table_is_downloaded_with_the_signs_that_programs_read(sweep: Path, browser):
    text = downloaded(Opened(browser, sweep).page, "CSV of Base and chosen")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows[1:]] == ["base", "chosen", "difference"]
    compared = read_report(sweep).comparison
    assert rows[1][5].startswith(f"{100 * compared.accuracy.base.value:.1f} %")
    difference = compared.log_loss.difference
    assert rows[3][6] == f"{difference.value:+.3f} ({difference.low:.3f} to {difference.high:.3f})"


def test_all_points_are_downloaded_also_those_that_are_not_shown(sweep: Path, browser):
    page = Opened(browser, sweep).page
    page.fill("#point-search", NAME)
    table = pd.read_csv(io.StringIO(downloaded(page, "CSV of All points"))).set_index("point")
    grid = pd.read_csv(sweep / "grid.csv").set_index("point")
    assert set(table.index) == set(grid.index)
    expected = grid["validation_log_loss"].reindex(table.index)
    assert table["validation log-loss"].tolist() == pytest.approx(expected.tolist(), abs=1e-5)


def test_texts_are_downloaded_whole_and_are_no_formulas(sweep: Path, browser):
    rows = list(csv.reader(io.StringIO(downloaded(Opened(browser, sweep).page, "CSV of Examples"))))
    assert len(rows) == 1 + 30
    prompts = {row[0]: row[2] for row in rows[1:]}
    assert prompts["13"] == 'A "quoted", question 13'
    assert prompts["12"] == f"'{FORMULA}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chart_is_downloaded_as_a_picture_that_stands_alone(scheme: str, sweep: Path, browser):
    opened = Opened(browser, sweep, color_scheme=scheme)
    text = downloaded(opened.page, "SVG of lines of log-loss")
    root = ElementTree.fromstring(text)
    assert root.tag.endswith("svg")
    shown = {element.text for element in root.iter() if element.tag.endswith("text")}
    assert {"validation log-loss, nats", "layer ℓ"} <= shown
    assert {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 23, 30)"}[scheme] in text
    assert opened.said == []


def test_nothing_to_press_is_printed(sweep: Path, browser):
    page = Opened(browser, sweep).page
    assert page.locator(".download").count() > 5
    assert all(button.is_visible() for button in page.locator(".download").all())
    page.emulate_media(media="print")
    assert not any(button.is_visible() for button in page.locator(".download, .permalink").all())


def test_an_address_leads_to_the_row_of_a_point(sweep: Path, browser):
    page = Opened(browser, sweep, hash=f"#point={NAME}").page
    (row,) = page.locator("#points tbody tr").all()
    assert row.get_attribute("aria-current") == "true"
    assert NAME in row.inner_text()
    assert row.evaluate("row => row.getBoundingClientRect().bottom <= innerHeight")
    assert page.evaluate("document.activeElement.textContent") == NAME


def test_links_of_rows_and_of_the_dialog_are_that_address(sweep: Path, browser):
    page = Opened(browser, sweep).page
    page.get_by_role("link", name=f"Link to {GRID[0].point}", exact=True).click()
    assert page.url.endswith(f"#point={GRID[0].point}")
    page.locator(".linked button").click()
    page.locator("dialog a").click()
    assert page.locator("dialog[open]").count() == 0
    page.fill("#point-search", NAME)
    page.locator("#points button").click()
    page.locator("dialog a").click()
    assert page.url.endswith(f"#point={NAME}")
    assert NAME in page.inner_text(".linked")


@pytest.mark.parametrize("hash", ["#point=%", "#point=absent", "#map", "#point=<img src=x>"])
def test_an_address_of_no_point_is_none(hash: str, sweep: Path, browser):
    opened = Opened(browser, sweep, hash=hash)
    assert opened.said == []
    assert opened.page.locator(".linked").count() == 0
    assert opened.page.locator("#points tbody tr").count() == 1 + len(GRID)


def test_lines_are_to_scale_in_the_colours_of_the_figure(sweep: Path, browser):
    page = Opened(browser, sweep).page
    drawn_lines = page.evaluate(
        "document.getElementById('loss-lines').data.filter(trace => trace.line)"
        ".map(trace => [trace.customdata[0], trace.x, trace.line.color])"
    )
    layers = {point.point: point.lnum for point in GRID}
    assert len(drawn_lines) == 3
    for name, places, colour in drawn_lines:
        assert places == [0.1]
        assert colour == layer_colour(layers[name], 1, 3)
    bar = page.evaluate("document.getElementById('loss-lines').data.at(-1).marker")
    assert (bar["cmin"], bar["cmax"], bar["showscale"]) == (1, 3, True)


def test_both_parts_agree_on_the_diagonal(sweep: Path, browser):
    page = Opened(browser, sweep).page
    layout = page.evaluate("document.getElementById('validation-test').layout")
    line = layout["shapes"][0]
    assert (line["x0"], line["x1"]) == (line["y0"], line["y1"])
    assert [line["x0"], line["x1"]] == layout["xaxis"]["range"] == layout["yaxis"]["range"]
