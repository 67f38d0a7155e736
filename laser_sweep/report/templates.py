"""Templates, which stand beside the module that fills them in."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


def template(package: str, name: str) -> Template:
    """The template of a package's folder; in HTML what is filled in is escaped.

    In Markdown it is not: the names there are folders' and options'.
    """
    environment = Environment(
        loader=PackageLoader(package, "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=name.endswith(".html.jinja"),
    )
    return environment.get_template(name)
