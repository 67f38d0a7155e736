"""The shape of a model: what its layers multiply for a token."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from transformers import PretrainedConfig, PreTrainedModel

from laser_sweep.model.layout import Block, Layout
from laser_sweep.plan.estimate._texts import Texts

_PARTS = ("q_proj", "k_proj", "v_proj")
"""The parts of `qkv`, where it is one parameter."""
_KEYS_AND_VALUES = ("k_proj", "v_proj", "qkv")
_MLP = ("fc_in", "fc_up", "fc_out")
_AFTER: dict[str, tuple[str, ...]] = {
    "out_proj": _MLP,
    "fc_in": ("fc_out",),
    "fc_up": ("fc_out",),
    "fc_out": (),
}
"""The matrix types of a layer whose input changes with an edit of one type. Any other type is of
attention: all that comes after attention changes. Where attention and MLP are parallel, it is
less."""
_EXPERTS_OF_A_TOKEN = ("num_experts_per_tok", "num_experts_per_token", "moe_topk", "top_k_experts")


@dataclass(frozen=True)
class Layer:
    """The matrices of a layer.

    Attributes:
        entries: for each matrix type the number of entries that a token is multiplied with; in a
            mixture, of the experts that a token goes through.
        queries: the length of a token's queries, of all heads; 0 without attention.
    """

    entries: Mapping[str, float]
    queries: int

    def multiplied(self, edited: Collection[str] | None = None) -> set[str]:
        """The matrix types that are multiplied: all, or those that an edit of some types needs."""
        if edited is None:
            return set(self.entries)
        after = {name for each in edited for name in _AFTER.get(each, ("out_proj", *_MLP))}
        fused = {"qkv"} if {*edited} & {*_PARTS} else set()
        return (after | fused | set(edited)) & set(self.entries)

    def flops(self, texts: Texts, edited: Collection[str] | None, *, last: bool) -> float:
        """The operations of the layer; in the last layer, some only where predictions are read."""
        total = 4.0 * self.queries * texts.pairs
        narrowed = last and {"fc_in", "fc_out"} <= set(self.entries)
        for name in self.multiplied(edited):
            everywhere = not narrowed or name in _KEYS_AND_VALUES
            total += 2 * self.entries[name] * (texts.tokens if everywhere else texts.places)
        return total


@dataclass(frozen=True)
class Shape:
    """The shape of a model.

    Attributes:
        layers: its layers.
        parameters: the number of all its parameters, each once.
        width: the width of its hidden states.
        vocabulary: the number of tokens that it tells apart.
    """

    layers: tuple[Layer, ...]
    parameters: int
    width: int
    vocabulary: int

    @classmethod
    def of(cls, skeleton: PreTrainedModel, layout: Layout) -> Shape:
        """The shape of a model; its weights are not read."""
        config = skeleton.config.get_text_config()
        return cls(
            layers=tuple(_layer(block, config) for block in layout.blocks),
            parameters=sum(each.numel() for each in skeleton.parameters()),
            width=int(config.hidden_size),
            vocabulary=int(config.vocab_size),
        )

    @cached_property
    def of_layers(self) -> float:
        """The entries of all layers that a token is multiplied with."""
        return sum(sum(layer.entries.values()) for layer in self.layers)

    def flops(self, texts: Texts, start: int = 0, edited: Collection[str] | None = None) -> float:
        """The operations of one run of some texts.

        Args:
            texts: the texts.
            start: the layer that the run starts at.
            edited: the matrix types that are edited in this layer, whose other matrices are not
                multiplied again; None to multiply all.
        """
        last = len(self.layers) - 1
        total = 2.0 * self.width * self.vocabulary * texts.places
        for number in range(start, last + 1):
            own = edited if number == start else None
            total += self.layers[number].flops(texts, own, last=number == last)
        return total

    def below(self, texts: Texts, first: int, stop: int) -> float:
        """The operations of some texts in the layers from one to the one before another."""
        return sum(layer.flops(texts, None, last=False) for layer in self.layers[first:stop])


def _layer(block: Block, config: PretrainedConfig) -> Layer:
    entries = {}
    for name, matrices in block.items():
        experts = sum(isinstance(matrix.expert, int) for matrix in matrices)
        share = min(1.0, _experts_of_a_token(config) / experts) if experts else 1.0
        entries[name] = sum(
            matrix.shape[0] * matrix.shape[1] * (share if isinstance(matrix.expert, int) else 1)
            for matrix in matrices
        )
    if "qkv" in entries:  # its parts are the same entries
        entries = {name: size for name, size in entries.items() if name not in _PARTS}
    queries = max((m.shape[1] for m in block.get("out_proj", ())), default=0)
    return Layer(entries, queries)


def _experts_of_a_token(config: PretrainedConfig) -> int:
    given = (getattr(config, name, None) for name in _EXPERTS_OF_A_TOKEN)
    return next((int(each) for each in given if each), 2)
