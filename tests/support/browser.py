"""The Chromium that tests of pages run in."""

from __future__ import annotations

import os
import shutil

import pytest

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
