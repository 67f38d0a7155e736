"""The page of all options, made from the schema, its docstrings, and the comments of `conf/`.

`PYTHONPATH=tests python -m support.options_page` writes docs/options.md.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import yaml

from laser_sweep.config import GROUPS, Config, conf_folder

PAGE = Path(__file__).parents[2] / "docs" / "options.md"
HEAD = """# Options

Every option is `name=value` on the command line, a key in a YAML file of your own
(`--config-dir DIR`), or a keyword argument of [`sweep`](library.md). `null` is no value. Texts with
commas, spaces or quotes are quoted twice, for Hydra and for the shell:
`"dataset.prompt='{question}, please:'"`. `python -m laser_sweep --help` shows the usual options,
`--cfg job` all of them with the values that a command line gives them.

Everything else on the command line is Hydra's: `--info`, `--config-dir`, `--cfg`,
[and so on](https://hydra.cc/docs/advanced/hydra-command-line-flags/); `-m` may be left out. Hydra
only composes the configurations: `output`, not `hydra.sweep.dir`, is the folder of the results, and
`cluster`, not `hydra/launcher`, runs the work. Options of Hydra that would do nothing are refused.

*This page is made from the schema in `laser_sweep/config/` and the comments in `conf/`.*
"""
OF_AXES = """The values of an axis are written `5`, `1,5,9.9`, `0..27`, `0..27..3`,
`0..3,7,9..27..3`. A comma list on an axis makes one sweep; a comma list of models or datasets makes
several. A matrix with m × n entries keeps the rank trunc(min(m, n) · ρ).
[interventions.md](interventions.md) describes amounts and spectra.

Several edits at once are a stack. An edit takes what it leaves out from the axes, so one edit can
be fixed while another is swept:

```bash
python -m laser_sweep \\
    "stack=[{lname: fc_in, lnum: 27, rho: 0.01}, {lname: fc_out, lnum: 26, rho: 0.2}]"
python -m laser_sweep "stack=[{lname: fc_in, lnum: 27, rho: 0.01}, {lname: fc_out}]" \\
    lnum=25..26 rho=0.5
```

A list of such lists makes several stacks. `stack:` in a YAML file works in the same way. The order
of the edits does not matter, and no two edits may change the same matrix."""
AXES = ("lname", "lnum", "expert", "rate", "rho", "rank", "energy", "stack")
MORE = {
    "axes": OF_AXES,
    "dataset": "[datasets.md](datasets.md) describes how a model is asked, with examples.",
    "model": "[describing-a-model.md](describing-a-model.md) describes `model.layout`, for "
    "matrices that are not found automatically; [models.md](models.md) lists the families.",
    "intervention": "[interventions.md](interventions.md) describes them.",
    "split": "[selection.md](selection.md) tells when to use which, and describes the rules of "
    "`selection`.",
    "search": "[search.md](search.md) describes them, and what they cost and miss.",
    "compose": "[search.md](search.md#composition) describes the rules.",
    "cluster": "[cluster.md](cluster.md) describes them, and the options of sbatch, "
    "`cluster.params.…`.",
    "tracker": "[trackers.md](trackers.md) describes what a run shows.",
    "experiment": "A set of options, which options on the command line replace. An amount on the "
    "command line replaces the experiment's, also one on another axis: "
    "`experiment=figure2 rate=9.9`.",
}
HIDDEN = {"model.layout", "cluster.params", "paper"}
"""Groups within groups that pages of their own describe, and one that is for `conf/experiment/`."""
PAPER = "paper/"


def page() -> str:
    """The text of the page."""
    sections = [HEAD, *_section("Axes", MORE["axes"], [_table(Config, "", AXES)])]
    names = [field.name for field in fields(Config)]
    general = [name for name in names if name not in (*AXES, *GROUPS, *HIDDEN)]
    sections += _section("All sweeps", "", [_table(Config, "", general)])
    for group in GROUPS:
        parts = [_values(group)]
        if group != "experiment":
            schema = get_type_hints(Config)[group]
            own = [field.name for field in fields(schema) if f"{group}.{field.name}" not in HIDDEN]
            parts.append(_table(schema, f"{group}.", own))
        sections += _section(f"`{group}`", MORE[group], parts)
    return "\n".join(sections)


def _section(title: str, more: str, parts: list[str]) -> list[str]:
    return [f"## {title}", "", *([more, ""] if more else []), *parts]


def _table(schema: type, prefix: str, names: Any) -> str:
    """The table of the options of a dataclass."""
    said, by_name = _docstrings(schema), {field.name: field for field in fields(schema)}
    rows = [
        f"| `{prefix}{name}` | {_cell(said[name])} | {_default(by_name[name], prefix + name)} |"
        for name in names
        if prefix + name not in _OF_FILES
    ]
    return "\n".join(["| option | | default |", "|---|---|---|", *rows, ""])


_OF_FILES = {f"{group}.name" for group in ("split", "search", "compose", "cluster", "tracker")}
"""Options that only the YAML files of a group set."""


def _values(group: str) -> str:
    """The table of the values of a group: its YAML files with their first comments."""
    folder = conf_folder() / group
    files = sorted(path for path in folder.glob("*.yaml") if not path.name.startswith("_"))
    chosen = _defaults().get(group)
    rows = [
        f"| `{path.stem}`{' (default)' if path.stem == chosen else ''} | {_cell(_comment(path))} |"
        for path in files
    ]
    if (folder / PAPER).is_dir():
        rows.append(f"| `{PAPER}…` | the cells of the paper's Table 1, see datasets.md |")
    return "\n".join([f"| `{group}=` | |", "|---|---|", *rows, ""])


def _comment(path: Path) -> str:
    """The comment that a YAML file begins with; of a model, its place on the hub."""
    lines = path.read_text().splitlines()
    found = []
    for line in lines:
        if not line.startswith("#"):
            break
        found.append(line.removeprefix("#").strip())
    text = " ".join(line for line in found if not line.startswith("@package"))
    return text or _model(path, lines)


def _model(path: Path, lines: list[str]) -> str:
    """The hub id of a model, and what its lines remark."""
    remarks = [line.partition("   # ")[2] for line in lines]
    given = yaml.safe_load(path.read_text())["path"]
    place = "" if given.startswith("${") else f"`{given}`"
    return "; ".join(filter(None, (place, *remarks)))


def _defaults() -> dict[str, str]:
    """The value of each group that `conf/config.yaml` names."""
    entries = yaml.safe_load((conf_folder() / "config.yaml").read_text())["defaults"]
    return {
        name: value for entry in entries if isinstance(entry, dict) for name, value in entry.items()
    }


def _docstrings(schema: type) -> dict[str, str]:
    """The docstring below each field of a dataclass; every field has one."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(schema)))
    body = tree.body[0].body  # type: ignore[attr-defined]
    return dict(_documented(body))


def _documented(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for statement, below in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            constant = below.value if isinstance(below, ast.Expr) else None
            text = constant.value if isinstance(constant, ast.Constant) else ""
            yield statement.target.id, inspect.cleandoc(str(text))


def _cell(text: str) -> str:
    return " ".join(text.split()).rstrip(".").replace("|", "\\|")


_COMPOSED = {
    "lname": "fc_in,fc_out",
    "lnum": "all",
    "intervention.rates": "1,5,9,9.9",
}
"""Defaults that `conf/` has, and not the schema."""


def _default(field: Field[Any], name: str) -> str:
    if name in _COMPOSED:
        return f"`{_COMPOSED[name]}`"
    if field.default is MISSING or field.default in (None, "???") or is_dataclass(field.default):
        return ""
    value = str(field.default).lower() if isinstance(field.default, bool) else field.default
    return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page())
