"""Examples of a task's documents, from their requests and their gold answers alone.

A prompt is never made again from `doc_to_text`: for a task whose contexts differ between choices,
that is the number of the right one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from laser_sweep.dataset._example import CHOICE, GENERATION
from laser_sweep.dataset._harness.harness_example import HarnessExample, HarnessScoring, Request
from laser_sweep.dataset._harness.task import Instance, Task
from laser_sweep.errors import ConfigError


def examples_of(task: Task, scoring: HarnessScoring) -> list[HarnessExample]:
    """One example for each document, in order.

    Raises:
        ConfigError: if a document has no right answer, or is not as expected.
    """
    make = {CHOICE: _choice, GENERATION: _generation}.get(scoring.kind, _answer)
    return [make(task, instances) for instances in _by_document(task.instances)]


def _by_document(instances: Sequence[Instance]) -> Iterator[list[Instance]]:
    for _, group in itertools.groupby(instances, key=lambda each: each.doc_id):
        yield list(group)


def _choice(task: Task, instances: list[Instance]) -> HarnessExample:
    place = _place(instances[0])
    requests = [_request(each, place) for each in _conditional(task, instances)]
    contexts, texts = ([each[n] for each in requests] for n in (0, 1))
    if len(requests) < 2:
        raise ConfigError(f"{place} has {len(requests)} choices, expected two or more.")
    # Where contexts differ, they have the choices in them.
    labels = texts if len(set(contexts)) == 1 else contexts
    own = [text.strip() for text in labels] if labels is texts else labels
    right = _right(task, instances[0], own)
    return HarnessExample(
        contexts[right[0]],
        own[right[0]],
        tuple(own),
        place=place,
        delimiter=_delimiter(requests[right[0]]),
        aliases=tuple(dict.fromkeys(own[each] for each in right[1:])),
        requests=tuple(requests),
        right=right,
        lengths=_lengths(task, instances[0], texts),
    )


def _answer(task: Task, instances: list[Instance]) -> HarnessExample:
    (instance,) = instances
    place = _place(instance)
    request = _request(instance, place)
    text, delimiter = request.continuation.strip(), _delimiter(request)
    return HarnessExample(
        request.context, text, place=place, delimiter=delimiter, requests=(request,)
    )


def _generation(task: Task, instances: list[Instance]) -> HarnessExample:
    instance, place = instances[0], _place(instances[0])
    context = instance.args[0]
    accepted = _accepted(task, instance, place)
    if not isinstance(context, str):
        raise ConfigError(f"{place}: its context is {context!r}, expected a text.")
    delimiter = "" if context[-1:].isspace() else task.config.target_delimiter
    return HarnessExample(
        context,
        accepted[0],
        place=place,
        delimiter=delimiter,
        aliases=tuple(accepted[1:]),
        requests=(Request(context, f"{delimiter}{accepted[0]}"),),
    )


def _conditional(task: Task, instances: list[Instance]) -> list[Instance]:
    """The requests of choices after their contexts.

    The metric `acc_mutual_info` appends a request without a context for each choice.
    """
    metrics = [each.get("metric") for each in task.config.metric_list or []]
    return instances[: len(instances) // 2] if "acc_mutual_info" in metrics else instances


def _request(instance: Instance, place: str) -> Request:
    context, continuation = instance.args[:2]
    if not (isinstance(context, str) and isinstance(continuation, str) and continuation):
        raise ConfigError(
            f"{place} asks for {continuation!r} after {context!r}, expected two texts."
        )
    return Request(context, continuation)


def _delimiter(request: Request) -> str:
    """The spaces before a continuation."""
    text = request.continuation
    return text[: len(text) - len(text.lstrip())]


def _gold(task: Task, instance: Instance) -> object:
    """The gold answer: a number of a choice, a text, or a list of these."""
    if hasattr(instance, "target"):
        return instance.target
    # Before version 0.5, requests do not have it.
    if getattr(task, "multiple_input", False):
        return task.doc_to_text(instance.doc)
    return task.doc_to_target(instance.doc)


def _right(task: Task, instance: Instance, labels: Sequence[str]) -> tuple[int, ...]:
    """The numbers of the right choices."""
    gold = _gold(task, instance)
    given = list(gold) if isinstance(gold, list | tuple) else [gold]
    texts = [] if hasattr(instance, "target") else list(task.doc_to_choice(instance.doc))
    numbers = [texts.index(each) if each in texts else each for each in given]
    known = [n for n in numbers if isinstance(n, int) and 0 <= n < len(labels)]
    if not known or len(known) < len(numbers):
        raise ConfigError(
            f"{_place(instance)}: the right choice is {gold!r}, expected a number from 0 to "
            f"{len(labels) - 1} or one of {list(labels)}."
        )
    return tuple(dict.fromkeys(known))


def _lengths(task: Task, instance: Instance, texts: Sequence[str]) -> tuple[int, ...]:
    """The characters of each choice; since version 0.5, the delimiter is counted, too."""
    counted = texts if hasattr(instance, "target") else task.doc_to_choice(instance.doc)
    return tuple(map(len, counted))


def _accepted(task: Task, instance: Instance, place: str) -> list[str]:
    """The accepted answers of a document whose text is generated."""
    gold = _gold(task, instance)
    if isinstance(gold, int) and task.config.doc_to_choice is not None:
        gold = task.doc_to_choice(instance.doc)[gold]
    texts = [str(each) for each in (gold if isinstance(gold, list | tuple) else [gold])]
    if not texts or not all(texts):
        raise ConfigError(f"{place}: its answer is {gold!r}, expected a text.")
    return list(dict.fromkeys(texts))


def _place(instance: Instance) -> str:
    return f"document {instance.doc_id}"
