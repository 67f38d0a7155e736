"""The blocks of a model: runs that end at a layer, and runs that start at one.

An edit at layer ℓ changes nothing below ℓ, so all points of ℓ share the states that enter it. In a
run that starts at ℓ, functions that return these states stand in for the blocks below. Masks,
positions, norms and head are the model's own code, whatever its family. No family is known to give
the same results as a whole run: `laser_sweep.evaluate.engine` tests the model at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from torch import Tensor, nn
from transformers.cache_utils import Cache, DynamicLayer

Run: TypeAlias = Callable[[], object]
"""A function that runs the whole model once."""


class NotSeparableError(Exception):
    """The reason why a model cannot be run from one of its layers on."""


class _StoppedRun(Exception):
    """The states that enter a layer; raised to end a run there."""

    def __init__(self, states: Tensor):
        self.states = states


@dataclass(frozen=True)
class PromptState:
    """The state of a model that has processed prompts up to a layer.

    Attributes:
        layer: the layer.
        states: the hidden states that enter it, of shape (batch, length, width).
        cached: the keys and the values of each layer below it.
    """

    layer: int
    states: Tensor
    cached: list[tuple[Tensor, Tensor]]

    @property
    def nbytes(self) -> int:
        """The size of all tensors in bytes."""
        return self.states.nbytes + sum(each.nbytes for pair in self.cached for each in pair)


class Blocks:
    """The blocks of a model, in the order in which they run.

    Args:
        model: the model.
        names: the name of each layer's module.
        run: a function that runs the whole model once, on any input.

    Raises:
        NotSeparableError: if the blocks do not run one after the other, each once, from hidden
            states to hidden states.
    """

    def __init__(self, model: nn.Module, names: Sequence[str], run: Run):
        self.modules = [model.get_submodule(name) for name in names]
        self._further_outputs = self._observe(run)

    def __len__(self) -> int:
        return len(self.modules)

    def states_entering(self, layer: int, run: Run) -> Tensor:
        """The hidden states that enter a layer in a run, which ends there.

        Args:
            layer: the layer, from 0.
            run: a function that runs the model.

        Returns:
            The states, of shape (batch, length, width).

        Raises:
            NotSeparableError: if the run does not reach the layer.
        """

        def stop(_: nn.Module, args: tuple[object, ...], kwargs: dict[str, object]) -> None:
            states = args[0] if args else kwargs["hidden_states"]
            assert isinstance(states, Tensor)
            raise _StoppedRun(states)

        handle = self.modules[layer].register_forward_pre_hook(stop, with_kwargs=True)
        try:
            run()
        except _StoppedRun as stopped:
            return stopped.states
        finally:
            handle.remove()
        raise NotSeparableError(f"layer {layer} was never reached")

    def prompt_state(self, layer: int, run: Run) -> PromptState | None:
        """The state at a layer of a run that caches keys and values; the run ends there.

        Returns:
            None if a layer below caches something else, such as a window or a recurrent state.
        """
        caches: list[Cache] = []
        handle = self.modules[layer].register_forward_pre_hook(
            lambda _, args, kwargs: caches.append(_cache_of(args, kwargs)), with_kwargs=True
        )
        try:
            states = self.states_entering(layer, run)
        finally:
            handle.remove()
        cached = [_keys_and_values(each) for each in caches[0].layers[:layer]]
        complete = [pair for pair in cached if pair is not None]
        return PromptState(layer, states, complete) if len(complete) == layer else None

    @contextmanager
    def continuing(self, state: PromptState) -> Iterator[None]:
        """Start the first run within this context at a layer; later runs are whole ones.

        The first run, over the prompts, puts the keys and values of the layers below into its
        cache. The later runs, of one token each, find them there.
        """
        with ExitStack() as contexts:
            for number in range(state.layer):
                module, output = self.modules[number], self._output(number, state.states)
                prefill = _Prefill(module.forward, output, state.cached[number], number)
                contexts.enter_context(replaced_forward(module, prefill))
            yield

    @contextmanager
    def starting_at(self, layer: int, states: Tensor) -> Iterator[None]:
        """Start every run within this context at a layer.

        Args:
            layer: the layer, from 0.
            states: the states that enter it, of shape (batch, length, width), as
                `states_entering` returns them for the same inputs.
        """
        with ExitStack() as contexts:
            for number in range(layer):
                constant = _constant(self._output(number, states))
                contexts.enter_context(replaced_forward(self.modules[number], constant))
            yield

    def _output(self, number: int, states: Tensor) -> object:
        """The output of a block that has the given states, in the form that the model expects."""
        further = self._further_outputs[number]
        return states if further is None else (states, *further)

    def _observe(self, run: Run) -> list[tuple[object, ...] | None]:
        """The outputs of each block beside its states; None for a block that returns a tensor."""
        calls: list[tuple[nn.Module, object]] = []
        with ExitStack() as contexts:
            for module in dict.fromkeys(self.modules):
                handle = module.register_forward_hook(lambda m, _, out: calls.append((m, out)))
                contexts.callback(handle.remove)
            run()
        distinct = len(set(self.modules)) == len(self.modules)
        if not distinct or [module for module, _ in calls] != self.modules:
            raise NotSeparableError("its blocks do not run one after the other, each once")
        return [_further_outputs(output) for _, output in calls]


@contextmanager
def replaced_forward(module: nn.Module, forward: Callable[..., object]) -> Iterator[None]:
    """Use another function as a module's `forward`; the module's hooks and attributes stay."""
    own = module.__dict__.get("forward")
    module.forward = forward
    try:
        yield
    finally:
        if own is None:
            del module.forward
        else:
            module.forward = own


class _Prefill:
    """A stand-in for a block in the first run, which fills the block's cache.

    Args:
        forward: the block's own function, for all later runs.
        output: the output of the first run.
        cached: the keys and values that the first run adds to the cache.
        layer: the block's number in the cache.
    """

    def __init__(
        self,
        forward: Callable[..., object],
        output: object,
        cached: tuple[Tensor, Tensor],
        layer: int,
    ):
        self._forward = forward
        self._output = output
        self._cached = cached
        self._layer = layer
        self._is_first = True

    def __call__(self, *args: object, **kwargs: object) -> object:
        if not self._is_first:
            return self._forward(*args, **kwargs)
        self._is_first = False
        _cache_of(args, kwargs).update(*self._cached, self._layer)
        return self._output


def _keys_and_values(layer: object) -> tuple[Tensor, Tensor] | None:
    """The keys and values in a layer's cache; None for any other kind of cache.

    Subclasses of DynamicLayer keep a window of them, or a recurrent state.
    """
    if type(layer) is not DynamicLayer or layer.keys is None or layer.values is None:
        return None
    return layer.keys, layer.values


def _cache_of(args: tuple[object, ...], kwargs: dict[str, object]) -> Cache:
    caches = [each for each in (*args, *kwargs.values()) if isinstance(each, Cache)]
    if not caches:
        raise NotSeparableError("its blocks are given no cache")
    return caches[0]


def _constant(value: object) -> Callable[..., object]:
    return lambda *args, **kwargs: value


def _further_outputs(output: object) -> tuple[object, ...] | None:
    """The outputs of a block beside its states; None in place of a tensor, which runs change."""
    if isinstance(output, Tensor):
        return None
    if not isinstance(output, tuple) or not isinstance(output[0], Tensor):
        raise NotSeparableError(f"a block returns {type(output).__name__}")
    return tuple(None if isinstance(each, Tensor) else each for each in output[1:])
