"""`report.html`: the report as one page that needs no network.

Plotly and the scripts in this folder draw the charts and tables in the browser, from data that the
page holds as JSON. Text from a dataset or a model only ever becomes text, never markup, and the
page's security policy allows no other script.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from markupsafe import Markup

from laser_sweep.report.page.contents import contents
from laser_sweep.report.page.data import data
from laser_sweep.report.report import Report
from laser_sweep.report.templates import template

_FOLDER = Path(__file__).parent
_PLOTLY = "plotly/plotly-cartesian.min.js"
"""Plotly as published, in the bundle of simple charts: a third of the whole library."""
_SCRIPTS = (
    *("shared.js", "links.js", "downloads.js", "charts.js", "heat_maps.js", "lines.js"),
    *("tables.js", "start.js"),
)
"""In the order in which they run."""


def page(report: Report) -> str:
    """The page, as HTML."""
    library, own = _text(_PLOTLY), script()
    return template("laser_sweep.report.page", "report.html.jinja").render(
        **contents(report),
        data=Markup(_escaped(json.dumps(data(report), separators=(",", ":")))),
        css=Markup(css()),
        library=Markup(library),
        script=Markup(own),
        hashes=f"{_hash(library)} {_hash(own)}",
    )


def script() -> str:
    """The page's own scripts, as one."""
    return "\n".join(map(_text, _SCRIPTS))


def css() -> str:
    """The style sheet of the page, which the leaderboard's page shares."""
    return _text("report.css")


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _escaped(text: str) -> str:
    """JSON without characters that could end the element around it."""
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _hash(script: str) -> str:
    """The name of a script in a content security policy."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
