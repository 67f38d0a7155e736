"""`dry_run=true`: what a sweep would do, without doing it."""

from __future__ import annotations

import laser_sweep.cluster
from laser_sweep import plugin
from laser_sweep.finished import title
from laser_sweep.grid import ALL_LAYERS, groups
from laser_sweep.plan import Plan


def describe(plan: Plan) -> str:
    """What a plan would do: points, done, to do, groups, and what that costs."""
    missing = plan.missing(plan.evaluations)
    todo = list(dict.fromkeys(each.point for each in missing))
    passes = sum(len(each.examples) for each in missing)
    layers = ["all layers" if g[0].layer == ALL_LAYERS else str(g[0].layer) for g in groups(todo)]
    parts = plan.store.parts
    tested = ", then base and chosen on the test part" if parts.validation and parts.test else ""
    module = plugin.load(laser_sweep.cluster, plan.config.cluster.name)
    lines = {
        "sweep": title(plan.config, plan.store),
        "folder": plan.store.folder,
        "examples": f"{len(plan.questions):,} ({parts})",
        "points": f"{len(plan.points):,}",
        "done": f"{len(plan.points) - len(todo):,}",
        "to do": f"{len(todo):,}",
        "groups": f"{len(layers)} (layers {_shortened(layers)})" if layers else "0",
        "cost": f"{passes:,} examples to evaluate{tested}",
        **module.describe(plan, missing),
    }
    return "\n".join(f"{name + ':':10}{value}" for name, value in lines.items())


def _shortened(layers: list[str]) -> str:
    return ", ".join(layers if len(layers) <= 6 else [*layers[:3], "...", layers[-1]])
