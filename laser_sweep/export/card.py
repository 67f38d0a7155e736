"""The model card of an export: `README.md`, with front matter for the hub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from huggingface_hub import EvalResult, ModelCardData
from tabulate import tabulate

from laser_sweep.export.edits import EditedModel, Evaluated, Recipe
from laser_sweep.export.formats import Written
from laser_sweep.export.recipe_file import RECIPE
from laser_sweep.export.request import ExportRequest
from laser_sweep.export.usage import loads_original
from laser_sweep.model.matrix import Matrix
from laser_sweep.report.formatting import rank
from laser_sweep.report.search_sentences import composition
from laser_sweep.report.sentences import choice, unfinished
from laser_sweep.report.shown_figures import explanation
from laser_sweep.report.side_effect_texts import SIDE_EFFECT_HEADERS, side_effect_rows
from laser_sweep.report.tables import point_row, result_headers
from laser_sweep.report.templates import template
from laser_sweep.split import TEST

_MOST_MATRICES = 64
_MATRIX_HEADERS = ("ℓ", "τ", "expert", "parameter", "shape (out, in)", "rank", "of")
_STORED = "stored as"


def card(request: ExportRequest, edited: EditedModel, written: Written, dtype: str) -> str:
    """The card.

    Args:
        request: the exported point.
        edited: the edited model and its recipe.
        written: what the format has written.
        dtype: the dtype in which the weights are saved.
    """
    search, recipe = request.report.search, edited.recipe
    return template("laser_sweep.export", "card.md.jinja").render(
        front_matter=_front_matter(request, recipe.evaluated).to_yaml(),
        report=request.report,
        search=search,
        config=request.config,
        identity=request.record.identity,
        explanation=explanation(request.config.dataset),
        choice=choice(request.report),
        unfinished=unfinished(search),
        composition=composition(request.report),
        recipe=recipe,
        recipe_name=RECIPE,
        is_chosen=search.chosen is not None and search.chosen.point == recipe.point,
        figures=_figures(request),
        side_effects=_side_effects(request),
        matrices=_matrices(recipe, written.stored),
        written=written,
        model_class=type(edited.model).__name__,
        original=loads_original(edited, tokenizer=False),
        dtype=dtype,
    )


def _front_matter(request: ExportRequest, evaluated: Evaluated | None) -> ModelCardData:
    """The metadata for the hub, which refuses a base model that is not on the hub."""
    model = request.record.model
    kinds = sorted({edit.kind.replace("_", "-") for edit in request.point.edits})
    task = "fill-mask" if model.masked else "text-generation"
    results = [] if evaluated is None else _results(evaluated, task)
    return ModelCardData(
        base_model=model.path if model.commit else None,
        library_name="transformers",
        pipeline_tag=task,
        tags=["laser", "laser_sweep", *kinds],
        model_name=f"{request.config.model.name}, {request.point}" if results else None,
        eval_results=results or None,
    )


def _results(evaluated: Evaluated, task: str) -> list[EvalResult]:
    """The figures on the test part, for the hub's `model-index`; none if it was not tested."""
    dataset = evaluated.config.dataset
    return [
        EvalResult(
            task_type=task,
            dataset_type=str(dataset.name),
            dataset_name=str(dataset.name),
            dataset_split=f"{evaluated.part} ({evaluated.config.split.name})",
            metric_type=name,
            metric_name=name.replace("_", "-"),
            metric_value=value,
        )
        for name, value in evaluated.point.items()
        if evaluated.part == TEST
    ]


def _figures(request: ExportRequest) -> str:
    """The figures of the base model, of the chosen point, and of this model if it is another."""
    search, this = request.report.search, request.figures
    named = {"base": search.base, **({"chosen": search.chosen} if search.selects else {})}
    if all(figures is None or figures.point != this.point for figures in named.values()):
        named["this model"] = this
    rows = [point_row(search, name, figures) for name, figures in named.items()]
    return tabulate(rows, result_headers(search), tablefmt="github", disable_numparse=True)


def _side_effects(request: ExportRequest) -> str:
    """The figures of the exported point on the datasets of `also`; empty without any."""
    rows = side_effect_rows(request.report.search.side_effects.of(str(request.point)))
    if not rows:
        return ""
    return tabulate(rows, SIDE_EFFECT_HEADERS, tablefmt="github", disable_numparse=True)


def _matrices(recipe: Recipe, stored: Mapping[Matrix, str]) -> str:
    """The table of the changed matrices, and the number of those that it does not show."""
    rows = list(_matrix_rows(recipe, stored))
    shown = rows[:_MOST_MATRICES]
    headers = (*_MATRIX_HEADERS, *([_STORED] if stored else []))
    table = tabulate(shown, headers, tablefmt="github", disable_numparse=True)
    more = f"\n\nand {len(rows) - len(shown)} more, see `{RECIPE}`." if rows != shown else ""
    return table + more


def _matrix_rows(recipe: Recipe, stored: Mapping[Matrix, str]) -> Iterator[list[str]]:
    for _, change in recipe.changes:
        matrix = change.matrix
        yield [
            str(matrix.lnum),
            matrix.lname,
            "" if matrix.expert is None else str(matrix.expert),
            f"`{matrix.name}`",
            f"{matrix.shape}",
            rank(change.rank),
            str(matrix.full_rank),
            *([stored[matrix]] if stored else []),
        ]
