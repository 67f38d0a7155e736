"""The structure of a model without weights, and the known matrices in its blocks."""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn
from transformers import PreTrainedModel

from laser_sweep.model.names import Naming
from laser_sweep.model.parameter import Parameter

_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


class Architecture:
    """The modules, the lists of modules and the parameters of a model.

    Args:
        skeleton: the model, on any device.
        naming: the names of its matrices.
    """

    def __init__(self, skeleton: PreTrainedModel, naming: Naming):
        self.skeleton = skeleton
        self.config = skeleton.config.get_text_config()
        self.naming = naming
        self._modules = dict(skeleton.named_modules(remove_duplicate=False))
        self.lists = {n: len(m) for n, m in self._modules.items() if isinstance(m, nn.ModuleList)}
        """The length of each list of modules, by the list's name."""

    @property
    def depth(self) -> int | None:
        """The number of layers by the configuration; None if the configuration lacks it."""
        return getattr(self.config, "num_hidden_layers", None)

    @property
    def title(self) -> str:
        """The class of the model."""
        return type(self.skeleton).__name__

    def holds_matrices(self, list_name: str) -> bool:
        """Whether a block in a list of modules has a known matrix."""
        blocks = (f"{list_name}.{number}" for number in range(self.lists[list_name]))
        return any(True for block in blocks for _ in self.parameters(block))

    def parameters(self, block: str) -> Iterator[Parameter]:
        """The parameters of a block that are known matrices or hold some."""
        for name, weight in self._modules[block].named_parameters(remove_duplicate=False):
            role = self.naming.role_of(name)
            if role is None or weight.ndim not in (2, 3):
                continue
            full_name = f"{block}.{name}"
            owner = self._modules[full_name.rpartition(".")[0]]
            if not isinstance(owner, _CONVOLUTIONS):
                yield Parameter(full_name, name.removesuffix(".weight"), role, weight, owner)

    def matrix_names(self, block: str) -> list[str]:
        """The names, within a block, of all of its parameters that could be matrices."""
        return [
            name.removesuffix(".weight")
            for name, weight in self._modules[block].named_parameters()
            if weight.ndim in (2, 3)
        ]
