"""`selection.json`: the report for programs."""

from __future__ import annotations

import json
import math
from dataclasses import asdict

import msgspec
import numpy as np

from laser_sweep.report.best import Best
from laser_sweep.report.changes import change_counts
from laser_sweep.report.folds import Fold
from laser_sweep.report.paper_sentences import paper_differences
from laser_sweep.report.point_figures import PartFigures, PointFigures
from laser_sweep.report.report import Report
from laser_sweep.report.search import Search
from laser_sweep.report.sentences import choice
from laser_sweep.split import PARTS
from laser_sweep.statistics import Comparison, NullBand, PairedMeans
from laser_sweep.store.provenance import versions


def selection_json(report: Report) -> str:
    """The chosen point, base and chosen on both parts, the cost, and the identity."""
    search = report.search
    content = {
        "verdict": choice(report),
        "command": search.record.command_digest,
        "rule": search.config.selection,
        "base": _point(search, search.base),
        "chosen": _point(search, search.chosen),
        **test_difference(report),
        "test_changes": change_counts(report.changed_examples),
        "judgement": {"kind": report.judgement.kind, "text": report.judgement.text},
        "comparison": _compared(report.comparison),
        "null": _plain(report.null),
        "search": _search(report),
        "composition": _composition(report),
        "also": [
            {
                "dataset": other.dataset.name,
                "measure": other.headline.key,
                "model": name,
                "point": search.side_effects.edited[name],
                "comparison": _compared(compared),
            }
            for other, name, compared in search.side_effects.comparisons
        ],
        "folds": [_fold(search, fold) for fold in report.folds],
        "per": {
            axis: [_best(search, each) for each in best] for axis, best in report.best_per.items()
        },
        "otherwise": report.other_scores.to_dict(orient="index"),
        "per_token": _compared(report.per_token),
        "split_faults": asdict(report.split_faults),
        "ties": {name: asdict(ties) for name, ties in report.ties.items()},
        "paper": _paper(report),
        "cost": _cost(report),
        "identity": asdict(search.record.identity),
        "versions": versions(),
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def test_difference(report: Report) -> dict[str, float | None]:
    """The difference of the headline figures on the test part, by its name."""
    if report.search.headline.is_accuracy:
        return {"test_accuracy_difference_points": report.difference}
    compared = report.comparison
    relative = math.nan if compared is None else 100 * compared.perplexity.difference.value
    return {"test_perplexity_difference_percent": relative if math.isfinite(relative) else None}


def _point(search: Search, figures: PointFigures | None) -> dict[str, object] | None:
    """A point with the figures that the report shows."""
    found = _plain(figures)
    if figures is None or found is None:
        return None
    for part in PARTS:
        of_part = _plain(figures.on(part)) or {}
        keys = ("examples", *(each.key for each in search.shown))
        found[part] = {key: of_part[key] for key in keys}
    return found


def _compared(compared: Comparison | None) -> dict[str, object] | None:
    """A comparison with the figures that its examples have."""
    found = _plain(compared)
    if compared is None or found is None:
        return None
    if compared.accuracy is not None:
        del found["bits_per_byte"]
        return found
    for name in ("accuracy", "corrected", "broken", "f1", "base_commonest", "chosen_commonest"):
        del found[name]
    return {**found, "perplexity": _plain(compared.perplexity)}


def _fold(search: Search, fold: Fold) -> dict[str, object]:
    """A fold with its figures by their names."""
    found, name = _plain(fold) or {}, search.headline.key
    names = {"on_others": f"validation_{name}", "base": f"base_{name}", "chosen": name}
    return {names.get(key, key): value for key, value in found.items()}


def _paper(report: Report) -> dict[str, object] | None:
    """The paper's figures, and why they are not comparable; None without figures."""
    paper = report.search.config.paper
    if not paper.headline:
        return None
    return {**asdict(paper), "differences": paper_differences(report.search)}


def _search(report: Report) -> dict[str, object] | None:
    """The numbers of points that a search evaluated, audited and left out; None for the grid."""
    search = report.search
    if (searched := search.searched) is None:
        return None
    gain, audit = report.searched_gain, report.audit
    ranking = searched.ranking
    return {
        **asdict(search.config.search),
        "points": len(searched.space.points),
        "evaluated": len(searched.asked),
        "audited": len(searched.audited),
        "left_out": len(searched.left_out),
        "ranked_by": None if ranking is None else ranking.loss,
        "ranked_on": None if ranking is None else ranking.examples,
        "seconds": None if ranking is None else ranking.seconds,
        "best_gain": None if gain is None else asdict(gain),
        "audit_found": None if audit is None else asdict(audit),
    }


def _composition(report: Report) -> dict[str, object] | None:
    """The stack, the edits that were tried, and its comparisons; None without a composition."""
    if (composed := report.composed) is None:
        return None
    return {
        "rule": composed.composition.key.rule,
        "point": composed.composition.point,
        "stack": _point(report.search, composed.figures),
        "trials": msgspec.to_builtins(composed.composition.trials),
        "against_base": _compared(composed.against_base),
        "against_chosen": _compared(composed.against_chosen),
    }


def _cost(report: Report) -> dict[str, object]:
    return {
        "candidates": report.search.candidates,
        "missing_points": report.search.missing,
        "evaluated_examples": report.cost.evaluations,
        "seconds": report.cost.seconds,
    }


def _best(search: Search, best: Best) -> dict[str, object]:
    return {
        "value": best.value,
        "chosen": _point(search, best.chosen),
        "comparison": _compared(best.comparison),
    }


def _plain(
    figures: PointFigures | PartFigures | Comparison | PairedMeans | NullBand | Fold | None,
) -> dict[str, object] | None:
    """Figures as JSON values; a figure that is missing or not finite is null."""
    if figures is None:
        return None
    text = json.dumps(asdict(figures), default=np.generic.item)
    found: dict[str, object] = json.loads(text, parse_constant=lambda _: None)
    found.pop("verdict", None)  # `judgement` has it
    return found
