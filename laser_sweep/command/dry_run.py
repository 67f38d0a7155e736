"""`dry_run=true`: what a sweep would do, without doing it."""

from __future__ import annotations

from laser_sweep.cluster import CLUSTERS
from laser_sweep.plan.grouping import groups
from laser_sweep.plan.plan import Plan
from laser_sweep.run.messages import title


def describe(plan: Plan) -> str:
    """What a plan would do: points, done, to do, groups, and what that costs."""
    missing = plan.missing(plan.evaluations)
    todo = list(dict.fromkeys(each.point for each in missing))
    passes = sum(len(each.examples) for each in missing)
    starts = list(dict.fromkeys(group.label for group in groups(plan, missing)))
    parts = plan.store.parts
    tested = ", then base and chosen on the test part" if parts.validation and parts.test else ""
    module = CLUSTERS.load(plan.config.cluster.name)
    lines = {
        "sweep": title(plan.config, plan.store),
        "folder": plan.store.folder,
        "examples": f"{len(plan.questions):,} ({parts})",
        "points": f"{len(plan.points):,}",
        "done": f"{len(plan.points) - len(todo):,}",
        "to do": f"{len(todo):,}",
        "groups": f"{len(starts)} (from layer {_shortened(starts)})" if starts else "0",
        "cost": f"{passes:,} examples to evaluate{tested}",
        **module.describe(plan, missing),
    }
    return "\n".join(f"{name + ':':10}{value}" for name, value in lines.items())


def _shortened(starts: list[str]) -> str:
    return ", ".join(starts if len(starts) <= 6 else [*starts[:3], "...", starts[-1]])
