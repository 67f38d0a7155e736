"""The page of a composition in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.browser import need_browser
from support.commands import SWEEP_FOLDER, Command, assert_success

from laser_sweep.store.composition import read_composition

if TYPE_CHECKING:
    from playwright.sync_api import Browser

need_browser()
pytestmark = pytest.mark.slow

GRID = ("lnum=0,1,26,27", "lname=fc_in", "rho=0.01,0.5", "dataset.limit=100")
SWEEP = (*GRID, "search=gradient", "search.keep=0.8", "compose=greedy")


def test_the_page_shows_the_path_and_has_no_barrier(
    tmp_path: Path, preloaded_sweep: Command, browser: Browser
):
    from axe_playwright_python.sync_playwright import Axe

    assert_success(preloaded_sweep(*SWEEP))
    folder = tmp_path / SWEEP_FOLDER
    page = browser.new_page(viewport={"width": 1200, "height": 900}, bypass_csp=True)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"file://{folder / 'report.html'}")
    page.wait_for_selector("#heat-maps .plotly")
    assert said == []
    found = read_composition(folder)
    rows = page.locator("[aria-label='Edits that were tried'] tbody tr")
    assert rows.locator("th").all_inner_texts() == [trial.candidate for trial in found.trials]
    shown = rows.locator("td:nth-child(2)").all_inner_texts()
    accepted = sum(trial.outcome == "accepted" for trial in found.trials)
    assert shown.count("accepted") == accepted > 1
    models = page.locator("[aria-label='Composition'] tbody th").all_inner_texts()
    assert models == ["base", "chosen", "stack"]
    for width in (1200, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(f"document.documentElement.scrollWidth === {width}", timeout=30_000)
        barriers = Axe().run(page)
        assert barriers.violations_count == 0, barriers.generate_report()
