"""`dry_run=true`: a description of the work that a sweep would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from laser_sweep.cluster import CLUSTERS
from laser_sweep.config import GRID, NO_COMPOSITION
from laser_sweep.grid.point import Evaluation
from laser_sweep.plan import rounds
from laser_sweep.plan.estimate import searched_share
from laser_sweep.plan.grouping import groups
from laser_sweep.plan.plan import Plan
from laser_sweep.run.messages import title
from laser_sweep.search import STRATEGIES, ranked_examples


def describe(plan: Plan) -> str:
    """The points of a plan, done and to do, their groups, and the cost of evaluating them."""
    if plan.config.search.name != GRID:
        return _lines(_searched(plan))
    missing = plan.missing(plan.evaluations)
    todo = len({each.point for each in missing})
    passes = sum(len(each.examples) for each in missing)
    parts = plan.store.parts
    tested = ", then base and chosen on the test part" if parts.validation and parts.test else ""
    lines = {
        "sweep": title(plan.config, plan.store),
        "folder": plan.store.folder,
        "examples": f"{len(plan.questions):,} ({parts})",
        "points": f"{len(plan.points):,}",
        "done": f"{len(plan.points) - todo:,}",
        "to do": f"{todo:,}",
        "groups": _groups(plan, missing),
        "cost": f"{passes:,} examples to evaluate{tested}",
        **_composed(plan),
        **_elsewhere(plan),
        **CLUSTERS.load(plan.config.cluster.name).describe(plan, missing),
    }
    return _lines(lines)


def _searched(plan: Plan) -> dict[str, object]:
    """The rounds of a search, whose points are not known before it begins."""
    parts, missing = plan.store.parts, plan.missing(plan.evaluations)
    ranked = len(ranked_examples(rounds.space_of(plan), plan.config.search))
    done = "to do" if rounds.needs_ranking(plan) else "done"
    ranks = STRATEGIES.load(plan.config.search.name).RANKS
    sizes, share = rounds.all_sizes(plan), 100 * searched_share(plan)
    steps = [f"{size.points:,} points on {size.examples:,} examples" for size in sizes]
    return {
        "sweep": title(plan.config, plan.store),
        "folder": plan.store.folder,
        "examples": f"{len(plan.questions):,} ({parts})",
        "points": f"{len(plan.points):,}",
        **({"ranking": f"by one backward pass over {ranked:,} examples, {done}"} if ranks else {}),
        "rounds": ", then ".join(steps),
        "cost": f"{share:.0f} % of the grid's evaluations, less those that are stored",
        **_composed(plan),
        **_elsewhere(plan),
        **CLUSTERS.load(plan.config.cluster.name).describe(plan, missing),
    }


def _composed(plan: Plan) -> dict[str, object]:
    """The composition after the last round."""
    compose = plan.config.compose
    if compose.name == NO_COMPOSITION:
        return {}
    candidates = min(compose.candidates, len(plan.points) - 1)
    examples = len(plan.store.parts.validation)
    shown = f"{compose.name}, up to {candidates:,} edits, each tried on {examples:,} examples"
    return {"compose": shown}


def _elsewhere(plan: Plan) -> dict[str, object]:
    """The datasets of `also`."""
    others = [f"{each.config.dataset.name} ({len(each.searched):,})" for each in plan.also]
    return {"also": f"base and chosen on {', '.join(others)} examples"} if others else {}


def _lines(named: Mapping[str, object]) -> str:
    return "\n".join(f"{name + ':':10}{value}" for name, value in named.items())


def _groups(plan: Plan, missing: Sequence[Evaluation]) -> str:
    """The number of groups, and the layers that they start at."""
    starts = list(dict.fromkeys(group.start for group in groups(plan, missing)))
    layers = [str(start) for start in starts if start is not None]
    shown = ", ".join(layers if len(layers) <= 6 else [*layers[:3], "...", layers[-1]])
    names = ["the base model"] if None in starts else []
    names += [f"layers {shown}" if len(layers) > 1 else f"layer {shown}"] if layers else []
    return f"{len(starts)} ({', '.join(names)})" if starts else "0"
