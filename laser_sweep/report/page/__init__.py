"""`report.html`: the report as one page that needs no network, for people who would rather look.

Its charts and tables are drawn in the browser, by `report.js` and Plotly, from data that stands in
the page as JSON. What comes from a dataset or a model is only ever text there: nothing of it is put
into markup, and the page's policy runs no script but its own two.
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

_HERE = Path(__file__).parent
_PLOTLY = "plotly/plotly-cartesian.min.js"
"""As published; a third of what the Python package has, which knows many more kinds of charts."""


def page(report: Report) -> str:
    """The page, as HTML."""
    library, script = (_text(name) for name in (_PLOTLY, "report.js"))
    return template("laser_sweep.report.page", "report.html.jinja").render(
        **contents(report),
        data=Markup(_harmless(json.dumps(data(report), separators=(",", ":")))),
        css=Markup(css()),
        library=Markup(library),
        script=Markup(script),
        hashes=" ".join(map(_hash, (library, script))),
    )


def css() -> str:
    """The style sheet of the page, which other pages share."""
    return _text("report.css")


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _harmless(written: str) -> str:
    """JSON in which nothing can end the element that it stands in."""
    for sign in "<>&":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return written


def _hash(script: str) -> str:
    """What a content security policy knows a script by."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
