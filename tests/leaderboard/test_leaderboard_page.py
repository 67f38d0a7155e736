"""The leaderboard's pages, in a real browser, like the report's."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from support.browser import need_browser
from support.commands import assert_success
from support.preloaded import run_preloaded
from support.written_sweeps import make_dataset_sweep

need_browser()

HOSTILE = "<img src=x onerror=alert(1)>&lt;b&gt;' ?#%41 <script>alert(1)<"
"""It can name a folder."""
TABLES = ("Sweeps", "On other datasets")


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of two sweeps of the same weights, one of a dataset with an odd name."""
    root = tmp_path_factory.mktemp("multirun")
    make_dataset_sweep(root, "facts", "1110", "1000")
    make_dataset_sweep(root, HOSTILE, "0000", "1110")
    assert_success(run_preloaded(root, "laser_sweep.leaderboard", root))
    return root / "leaderboard.html"


def opened(browser, path: Path, width: int = 1200, **options: object):
    page = browser.new_page(viewport={"width": width, "height": 800}, **options)
    page.goto(path.as_uri())
    return page


def test_nothing_is_fetched_and_nothing_goes_wrong(page_file: Path, browser):
    page = browser.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri(), wait_until="networkidle")
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [page_file.as_uri()]


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_tables_are_seen_and_axe_finds_no_barrier(
    width: int, scheme: str, page_file: Path, browser
):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(browser, page_file, width, color_scheme=scheme, bypass_csp=True)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for name in TABLES:
        region = page.get_by_role("region", name=name, exact=True)
        box = region.bounding_box()
        assert 0 <= box["x"] < box["x"] + box["width"] <= width, name
        assert region.locator("tbody tr").count() == 2, name
        assert all(row.is_visible() for row in region.locator("tr").all()), name
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 30)"
    assert dark == (scheme == "dark")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("dataset", ["facts", HOSTILE], ids=["plain", "hostile"])
def test_a_row_leads_to_its_report(dataset: str, page_file: Path, browser):
    page = opened(browser, page_file)
    page.get_by_role("link", name=dataset, exact=True).click()
    page.wait_for_selector("#heat-maps .plotly")
    report = page_file.parent / "tiny" / dataset / "rank_reduction" / "report.html"
    assert unquote(page.url) == unquote(report.as_uri())
    assert dataset in page.inner_text("h1")


def test_names_stay_text(page_file: Path, browser):
    page = opened(browser, page_file)
    for name in TABLES:
        cells = page.get_by_role("region", name=name, exact=True).locator("td").all_inner_texts()
        assert HOSTILE in cells, name
    assert page.locator("img, script, b").count() == 0


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_two_sweeps_has_no_barrier(width: int, scheme: str, page_file: Path, browser):
    from axe_playwright_python.sync_playwright import Axe

    folders = [page_file.parent / "tiny" / name / "rank_reduction" for name in ("facts", HOSTILE)]
    root = page_file.parent
    assert_success(run_preloaded(root, "laser_sweep.leaderboard", "--compare", *folders))
    page = opened(browser, root / "comparison.html", width, color_scheme=scheme, bypass_csp=True)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("img, script, b").count() == 0
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("link", name="Report of the second sweep").click()
    page.wait_for_selector("#heat-maps .plotly")
    assert HOSTILE in page.inner_text("h1")
