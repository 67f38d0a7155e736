"""The Chromium that tests of pages run in, and the report's page in it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def need_browser() -> None:
    """Skip the module that calls it where there is no Chromium or no Playwright.

    Raises:
        RuntimeError: if there is no Chromium and `LASER_SWEEP_CHROMIUM_REQUIRED` is set.
    """
    pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        if os.environ.get("LASER_SWEEP_CHROMIUM_REQUIRED"):
            raise RuntimeError("there is no Chromium: apt-get install chromium")
        pytest.skip("there is no Chromium: apt-get install chromium", allow_module_level=True)


class Opened:
    """A report's page, with what it said and asked for."""

    def __init__(self, browser: Browser, folder: Path, hash: str = "", **options: object):
        self.said: list[str] = []
        self.asked: list[str] = []
        given = {"viewport": {"width": 1200, "height": 900}, **options}
        self.page = browser.new_page(**given)
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(f"file://{folder / 'report.html'}{hash}")
        self.page.wait_for_selector("#heat-maps .plotly")
