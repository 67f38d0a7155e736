"""The model card of an export: `README.md`, with front matter for the hub."""

from __future__ import annotations

from collections.abc import Iterator

from huggingface_hub import ModelCardData
from tabulate import tabulate

from laser_sweep.export.original import Exported
from laser_sweep.export.recipe import NAME, Recipe
from laser_sweep.export.request import Choice
from laser_sweep.report.sentences import sentence
from laser_sweep.report.tables import headers, row
from laser_sweep.report.templates import template

_MOST_MATRICES = 64
_MATRIX_HEADERS = ("ℓ", "τ", "expert", "parameter", "shape (out, in)", "rank", "of")


def card(choice: Choice, exported: Exported, dtype: str) -> str:
    """The card.

    Args:
        choice: what was exported.
        exported: the model and how it was made.
        dtype: what it is saved in.
    """
    report, recipe = choice.report, exported.recipe
    return template("laser_sweep.export", "card.md.jinja").render(
        front_matter=_front_matter(choice).to_yaml(),
        report=report,
        config=report.config,
        identity=choice.identity,
        sentence=sentence(report),
        recipe=recipe,
        recipe_name=NAME,
        is_chosen=report.chosen is not None and report.chosen["point"] == recipe.point,
        figures=_figures(choice),
        matrices=_matrices(recipe),
        dtype=dtype,
        model_class=type(exported.model).__name__,
    )


def _front_matter(choice: Choice) -> ModelCardData:
    """What the hub knows of a model; it refuses a base model that is not on the hub."""
    model = choice.report.record["model"]
    kinds = sorted({edit.kind.replace("_", "-") for edit in choice.point.edits})
    return ModelCardData(
        base_model=model["path"] if model["commit"] else None,
        library_name="transformers",
        pipeline_tag="fill-mask" if model["masked"] else "text-generation",
        tags=["laser", "laser_sweep", *kinds],
    )


def _figures(choice: Choice) -> str:
    """The report's figures of the base model, the chosen point, and this one if it is another."""
    report, this = choice.report, choice.row["point"]
    named = {"base": report.base, **({"chosen": report.chosen} if report.selects else {})}
    if all(figures is None or figures["point"] != this for figures in named.values()):
        named["this model"] = choice.row
    rows = [row(report, name, figures) for name, figures in named.items()]
    return tabulate(rows, headers(report), tablefmt="github", disable_numparse=True)


def _matrices(recipe: Recipe) -> str:
    """The matrices that were changed, and a word of those that are too many to show."""
    rows = list(_rows(recipe))
    shown = rows[:_MOST_MATRICES]
    table = tabulate(shown, _MATRIX_HEADERS, tablefmt="github", disable_numparse=True)
    more = f"\n\nand {len(rows) - len(shown)} more, see `{NAME}`." if rows != shown else ""
    return table + more


def _rows(recipe: Recipe) -> Iterator[list[str]]:
    for step in recipe.steps:
        for changed in step.changed:
            matrix, rank = changed.matrix, changed.rank
            yield [
                str(matrix.lnum),
                matrix.lname,
                "" if matrix.expert is None else str(matrix.expert),
                f"`{matrix.name}`",
                f"{matrix.shape}",
                "–" if rank is None else str(rank),
                str(matrix.full_rank),
            ]
