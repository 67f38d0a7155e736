"""The lists of blocks of a model, and the errors for a model whose blocks are not found."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable

from laser_sweep.errors import ConfigError
from laser_sweep.model.architecture import Architecture

_MOST_NAMES = 40
_OTHER_MODALITIES = re.compile(r"vision|image|audio|visual|patcher")
_HOW_TO_DESCRIBE = (
    "Describe them in a YAML file of conf/model/ or on the command line: "
    "model.layout.blocks=LIST_OF_BLOCKS, and for each matrix type its name within a block, "
    "model.layout.names.q_proj=NAME (also k_proj, v_proj, out_proj, fc_in, fc_up, fc_out; "
    "qkv and gate_up for fused ones)."
)


def block_lists(architecture: Architecture, side: str) -> list[list[str]]:
    """The names of the blocks, in order, in each of the lists that lie side by side.

    Args:
        architecture: the model.
        side: the side of an encoder-decoder, `encoder` or `decoder`.

    Raises:
        ConfigError: if the blocks are not found, or are not unique.
    """
    if architecture.naming.blocks:
        return _described(architecture)
    candidates = _candidates(architecture, side)
    if len(candidates) == 1:
        return [_joined(architecture, candidates[0])]
    if not candidates:
        raise unknown_architecture(architecture, str(architecture.config.model_type))
    raise _not_unique(architecture, candidates)


def unknown_architecture(architecture: Architecture, model: str) -> ConfigError:
    """The error for a model without a known matrix, with the parameters that a block has."""
    block = _any_block(architecture)
    names = architecture.matrix_names(block)
    return ConfigError(
        f"{model} ({architecture.title}): no known matrix in {block}; it has "
        f"{_shortened(names) or 'no matrix'}. {_HOW_TO_DESCRIBE}"
    )


def _candidates(architecture: Architecture, side: str) -> list[str]:
    """The lists of modules with known matrices; a list of text blocks of the side, if possible."""
    preferences: tuple[Callable[[str], bool], ...] = (
        lambda name: not _OTHER_MODALITIES.search(name),
        lambda name: side in name,
        lambda name: architecture.lists[name] == architecture.depth,
    )
    candidates = _outermost([n for n in architecture.lists if architecture.holds_matrices(n)])
    for is_preferred in preferences:
        if len(candidates) > 1:
            candidates = [name for name in candidates if is_preferred(name)] or candidates
    return candidates


def _described(architecture: Architecture) -> list[list[str]]:
    """The lists that `model.layout.blocks` names."""
    given = architecture.naming.blocks
    lists = [_joined(architecture, pattern) for pattern in given]
    if len(lengths := {len(blocks) for blocks in lists}) > 1:
        raise ConfigError(
            f"model.layout.blocks={','.join(given)}: expected lists of one length, these have "
            f"{' and '.join(map(str, sorted(lengths)))}."
        )
    return lists


def _joined(architecture: Architecture, pattern: str) -> list[str]:
    """The blocks of the lists whose names match a pattern, one list after the other."""
    matching = [name for name in architecture.lists if fnmatch.fnmatchcase(name, pattern)]
    if not matching:
        given = f"model.layout.blocks={pattern} is none of them; "
        raise _not_unique(architecture, list(architecture.lists), given)
    return [f"{name}.{i}" for name in matching for i in range(architecture.lists[name])]


def _outermost(names: list[str]) -> list[str]:
    """The names without those of modules inside another one of them."""
    return [name for name in names if not any(name.startswith(f"{outer}.") for outer in names)]


def _any_block(architecture: Architecture) -> str:
    """The first block, or the whole model if no list has the length of the model's depth."""
    if architecture.naming.blocks:
        return _described(architecture)[0][0]
    deep = (name for name, length in architecture.lists.items() if length == architecture.depth)
    name = next(deep, None)
    return "" if name is None else f"{name}.0"


def _not_unique(architecture: Architecture, names: list[str], given: str = "") -> ConfigError:
    lists = ", ".join(f"{name} ({architecture.lists[name]})" for name in names) or "none"
    return ConfigError(
        f"{architecture.config.model_type} ({architecture.title}): {given}lists of blocks: "
        f"{lists}. Select one with model.layout.blocks=NAME."
    )


def _shortened(names: list[str]) -> str:
    return ", ".join(names if len(names) <= _MOST_NAMES else [*names[:_MOST_NAMES], "..."])
