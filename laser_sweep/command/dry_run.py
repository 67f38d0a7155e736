"""`dry_run=true`: a description of the work that a sweep would do."""

from __future__ import annotations

from collections.abc import Sequence

from laser_sweep.cluster import CLUSTERS
from laser_sweep.grid.point import Evaluation
from laser_sweep.plan.grouping import groups
from laser_sweep.plan.plan import Plan
from laser_sweep.run.messages import title


def describe(plan: Plan) -> str:
    """The points of a plan, done and to do, their groups, and the cost of evaluating them."""
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
        **CLUSTERS.load(plan.config.cluster.name).describe(plan, missing),
    }
    return "\n".join(f"{name + ':':10}{value}" for name, value in lines.items())


def _groups(plan: Plan, missing: Sequence[Evaluation]) -> str:
    """The number of groups, and the layers that they start at."""
    starts = list(dict.fromkeys(group.start for group in groups(plan, missing)))
    layers = [str(start) for start in starts if start is not None]
    shown = ", ".join(layers if len(layers) <= 6 else [*layers[:3], "...", layers[-1]])
    names = ["the base model"] if None in starts else []
    names += [f"layers {shown}" if len(layers) > 1 else f"layer {shown}"] if layers else []
    return f"{len(starts)} ({', '.join(names)})" if starts else "0"
