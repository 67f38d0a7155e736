"""Jinja templates, each in the folder of the module that fills it in."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from laser_sweep.report.formatting import counted, sentence_case, typeset


def template(package: str, name: str) -> Template:
    """A template from a package's folder.

    Values are typeset and escaped in HTML. They are not escaped in Markdown, where they are the
    names of folders and options.

    Args:
        package: the package, such as `laser_sweep.report`.
        name: the file's name, which ends in `.html.jinja` or `.md.jinja`.
    """
    is_html = name.endswith(".html.jinja")
    environment = Environment(
        loader=PackageLoader(package, "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=is_html,
        finalize=typeset if is_html else None,
    )
    environment.filters |= {
        "counted": counted,
        "sentence_case": sentence_case,
        "thousands": "{:,}".format,
    }
    return environment.get_template(name)
