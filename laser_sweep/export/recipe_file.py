"""`recipe.json`: the file format of a recipe."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from laser_sweep.errors import ConfigError, one_line
from laser_sweep.export.edits import Evaluated, MatrixChange, Original, Recipe, Step
from laser_sweep.grid.amount import Amount
from laser_sweep.grid.point import Edit
from laser_sweep.intervention import Options
from laser_sweep.model.matrix import ExpertSlice, Matrix, Rows

RECIPE = "recipe.json"
"""The name of the file in the folder of an export."""
FORMAT = 2
"""Changes with every change that an earlier version could not read."""
_READ = (1, FORMAT)
"""Format 1 lacks what the sweep found."""


class _Matrix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A changed matrix in the file."""

    parameter: str
    lnum: int
    lname: str
    shape: tuple[int, int]
    transposed: bool
    rows: Rows | None
    expert: int | str | None
    stack: ExpertSlice | None
    shared_with: tuple[str, ...]
    repeated: bool
    original: str
    rank: int | None


class _Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An edit in the file, with the matrices that it changed."""

    kind: str
    lname: str
    lnum: int
    amount: Amount
    expert: str
    matrices: tuple[_Matrix, ...]


class _Format(msgspec.Struct, frozen=True):
    """The number of the file's format."""

    format: int


class _Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of the file."""

    format: int
    point: str
    model: Original
    dtype: str
    protocol: str
    options: Options
    versions: dict[str, str | None]
    edits: tuple[_Edit, ...]
    evaluated: Evaluated | None = None


def write_recipe(path: Path, recipe: Recipe) -> None:
    """Write a recipe to a file."""
    content = _Recipe(
        format=FORMAT,
        point=recipe.point,
        model=recipe.model,
        dtype=recipe.dtype,
        protocol=recipe.protocol,
        options=recipe.options,
        versions=dict(recipe.versions),
        edits=tuple(map(_written_step, recipe.steps)),
        evaluated=recipe.evaluated,
    )
    text = json.dumps(msgspec.to_builtins(content), indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def find_recipe(path: Path) -> Recipe:
    """The recipe of an exported folder, or in a file.

    Raises:
        ConfigError: as `read_recipe`.
    """
    return read_recipe(path / RECIPE if path.is_dir() else path)


def read_recipe(path: Path) -> Recipe:
    """The recipe in a file.

    Raises:
        ConfigError: if the file cannot be read, or holds no recipe of this version's format.
    """
    try:
        content = _decoded(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}.") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise ConfigError(
            f"{path} is not a recipe that this version of laser_sweep reads: {one_line(error)}"
        ) from error
    return Recipe(
        point=content.point,
        model=content.model,
        dtype=content.dtype,
        protocol=content.protocol,
        options=content.options,
        steps=tuple(map(_read_step, content.edits)),
        versions=content.versions,
        evaluated=content.evaluated,
    )


def _decoded(content: bytes) -> _Recipe:
    # Another format may have other fields, so its number comes first.
    if (found := msgspec.json.decode(content, type=_Format).format) not in _READ:
        raise ValueError(f"expected format {FORMAT}, found {found}")
    return msgspec.json.decode(content, type=_Recipe)


def _written_step(step: Step) -> _Edit:
    edit = step.edit
    matrices = tuple(map(_written_change, step.changes))
    return _Edit(edit.kind, edit.lname, edit.lnum, edit.amount, edit.expert, matrices)


def _read_step(written: _Edit) -> Step:
    edit = Edit(written.kind, written.lname, written.lnum, written.amount, written.expert)
    return Step(edit, tuple(map(_read_change, written.matrices)))


def _written_change(change: MatrixChange) -> _Matrix:
    matrix = change.matrix
    return _Matrix(
        parameter=matrix.parameter,
        lnum=matrix.lnum,
        lname=matrix.lname,
        shape=matrix.shape,
        transposed=matrix.transposed,
        rows=matrix.rows,
        expert=matrix.expert,
        stack=matrix.expert_slice,
        shared_with=matrix.shared_with,
        repeated=matrix.repeated,
        original=change.original,
        rank=change.rank,
    )


def _read_change(written: _Matrix) -> MatrixChange:
    matrix = Matrix(
        parameter=written.parameter,
        lnum=written.lnum,
        lname=written.lname,
        shape=written.shape,
        transposed=written.transposed,
        rows=written.rows,
        expert=written.expert,
        expert_slice=written.stack,
        shared_with=written.shared_with,
        repeated=written.repeated,
    )
    return MatrixChange(matrix, written.original, written.rank)
