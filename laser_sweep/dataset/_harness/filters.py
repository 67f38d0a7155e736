"""Filters of the harness, which change a generated text before it is compared with the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from laser_sweep.dataset._harness.harness_example import Filter
from laser_sweep.errors import ConfigError

FILTERS = ("take_first", "remove_whitespace", "lowercase", "uppercase", "regex")
"""The filters of one text; others need several, or run code of their own."""


def read_filters(
    name: str, pipelines: Sequence[Mapping[str, object]], asked: str | None
) -> tuple[Filter, ...]:
    """The filters of a task, in order.

    Args:
        name: the task, for errors.
        pipelines: the task's `filter_list`.
        asked: the name of one of them; None for the first.

    Raises:
        ConfigError: if there is no such one, or a filter is none of `FILTERS`.
    """
    names = [str(each.get("name")) for each in pipelines]
    if asked is not None and asked not in names:
        have = f"it has {', '.join(names)}" if names else "it has none"
        raise ConfigError(f"dataset.filter={asked}: {name} has no such filter; {have}.")
    if not pipelines:
        return ()
    steps = pipelines[0 if asked is None else names.index(asked)].get("filter") or []
    assert isinstance(steps, Sequence)
    found = tuple(_filter(step) for step in steps)
    others = [each.function for each in found if each.function not in FILTERS]
    if others:
        raise ConfigError(
            f"{name}: it has the filters {', '.join(others)}; those that can be applied to a text "
            f"here are {', '.join(FILTERS)}."
        )
    return tuple(each for each in found if each.function != "take_first")


def _filter(step: Mapping[str, object]) -> Filter:
    options = dict(step)
    function = str(options.pop("function"))
    nested = options.pop("kwargs", None)
    options |= nested if isinstance(nested, Mapping) else {}
    return Filter(function, tuple(sorted(options.items())))


def filtered(text: str, filters: Sequence[Filter]) -> str:
    """A text after filters, which are the harness's own."""
    if not filters:
        return text
    import lm_eval.filters  # noqa: F401, which registers them
    from lm_eval.api.registry import get_filter

    for each in filters:
        ((text,),) = get_filter(each.function)(**dict(each.options)).apply([[text]], [{}])
    return text
