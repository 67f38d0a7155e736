"""The blocks of a model: running it only up to a layer, or only from a layer on.

An edit at ℓ leaves all layers below as they were, so what enters ℓ can be kept and used for every
point of ℓ. The blocks below are then stood in for by functions that hand it on; everything else,
masks, positions, norms, head, is the model's own code, of whatever family. Whether that gives the
same as a whole run is not known of a family: it is tried out on the model at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from transformers.cache_utils import Cache, DynamicLayer


class NotSeparableError(Exception):
    """A model cannot be run from one of its layers on; why."""


class _Reached(Exception):
    """No error: the way out of a run that has come far enough."""

    def __init__(self, states: Tensor):
        self.states = states


@dataclass(frozen=True)
class Entered:
    """What a prompt leaves behind on its way up to a layer.

    Attributes:
        layer: the layer.
        states: what enters it, of shape (batch, length, width).
        cached: for each layer below it the keys and the values.
    """

    layer: int
    states: Tensor
    cached: list[tuple[Tensor, Tensor]]

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return self.states.nbytes + sum(each.nbytes for pair in self.cached for each in pair)


class Blocks:
    """The blocks of a model in the order in which they run.

    Args:
        model: the model.
        names: for each layer the name of its module.
        run: a function that runs the whole model once, on anything.

    Raises:
        NotSeparableError: if they do not run one after the other, each once, from states to states.
    """

    def __init__(self, model: nn.Module, names: Sequence[str], run: Callable[[], object]):
        self.modules = [model.get_submodule(name) for name in names]
        self._others = self._put_out(run)

    def __len__(self) -> int:
        return len(self.modules)

    def entering(self, layer: int, run: Callable[[], object]) -> Tensor:
        """The hidden states that enter a layer in a run, which ends there.

        Args:
            layer: the layer, from 0.
            run: a function that runs the model.

        Returns:
            The states, of shape (batch, length, width).
        """

        def stop(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            raise _Reached(args[0] if args else kwargs["hidden_states"])

        handle = self.modules[layer].register_forward_pre_hook(stop, with_kwargs=True)
        try:
            run()
        except _Reached as reached:
            return reached.states
        finally:
            handle.remove()
        raise NotSeparableError(f"layer {layer} was never reached")

    def entering_with_cache(self, layer: int, run: Callable[[], object]) -> Entered | None:
        """What enters a layer in a run that keeps keys and values, and those of the layers below.

        Returns:
            None if the model keeps something else in one of them, such as a window or a state.
        """
        kept: list[Cache] = []
        handle = self.modules[layer].register_forward_pre_hook(
            lambda _, args, kwargs: kept.append(_cache_of(args, kwargs)), with_kwargs=True
        )
        try:
            states = self.entering(layer, run)
        finally:
            handle.remove()
        cached = [_keys_and_values(each) for each in kept[0].layers[:layer]]
        plain = [each for each in cached if each is not None]
        return Entered(layer, states, plain) if len(plain) == layer else None

    @contextmanager
    def continuing(self, entered: Entered) -> Iterator[None]:
        """Within this context the first run starts at a layer, and those after it are whole ones.

        The first run leaves the keys and values of the layers below in its cache, so that those
        that follow, a token each, find what a whole run would have left.
        """
        with ExitStack() as stack:
            for number in range(entered.layer):
                module, others = self.modules[number], self._others[number]
                put_out = entered.states if others is None else (entered.states, *others)
                first = _First(module.forward, put_out, entered.cached[number], number)
                stack.enter_context(forwarding(module, first))
            yield

    @contextmanager
    def starting_at(self, layer: int, states: Tensor) -> Iterator[None]:
        """Within this context a run of the model is one from a layer on, which `states` enter.

        Args:
            layer: the layer, from 0.
            states: of shape (batch, length, width), as `entering` has them of the same inputs.
        """
        with ExitStack() as stack:
            for module, others in zip(self.modules[:layer], self._others, strict=False):
                put_out = states if others is None else (states, *others)
                stack.enter_context(forwarding(module, _constant(put_out)))
            yield

    def _put_out(self, run: Callable[[], object]) -> list[tuple[Any, ...] | None]:
        """For each block what it puts out beside the states; None if these are by themselves."""
        seen: list[tuple[nn.Module, Any]] = []
        with ExitStack() as stack:
            for module in dict.fromkeys(self.modules):
                handle = module.register_forward_hook(lambda m, _, out: seen.append((m, out)))
                stack.callback(handle.remove)
            run()
        once = len(set(self.modules)) == len(self.modules)
        if not once or [module for module, _ in seen] != self.modules:
            raise NotSeparableError("its blocks do not run one after the other, each once")
        return [_others(out) for _, out in seen]


@contextmanager
def forwarding(module: nn.Module, forward: Callable[..., Any]) -> Iterator[None]:
    """Another function in the place of a module's own `forward`; its hooks and attributes stay."""
    own = module.__dict__.get("forward")
    module.forward = forward
    try:
        yield
    finally:
        if own is None:
            del module.forward
        else:
            module.forward = own


class _First:
    """Stands in for a block the first time, and leaves its keys and values in the cache."""

    def __init__(
        self, forward: Callable[..., Any], put_out: Any, cached: tuple[Tensor, Tensor], layer: int
    ):
        self._forward = forward
        self._put_out = put_out
        self._cached = cached
        self._layer = layer
        self._first = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._first:
            return self._forward(*args, **kwargs)
        self._first = False
        _cache_of(args, kwargs).update(*self._cached, self._layer)
        return self._put_out


def _keys_and_values(layer: object) -> tuple[Tensor, Tensor] | None:
    """What a layer's cache keeps, if that is all of them; a subclass keeps a window or a state."""
    if type(layer) is not DynamicLayer or layer.keys is None or layer.values is None:
        return None
    return layer.keys, layer.values


def _cache_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Cache:
    found = [each for each in (*args, *kwargs.values()) if isinstance(each, Cache)]
    if not found:
        raise NotSeparableError("its blocks are given no cache")
    return found[0]


def _constant(value: Any) -> Callable[..., Any]:
    return lambda *args, **kwargs: value


def _others(out: Any) -> tuple[Any, ...] | None:
    """What a block puts out beside its states, without tensors, which are others in each run."""
    if isinstance(out, Tensor):
        return None
    if not isinstance(out, tuple) or not isinstance(out[0], Tensor):
        raise NotSeparableError(f"a block puts out {type(out).__name__}")
    return tuple(None if isinstance(each, Tensor) else each for each in out[1:])
