"""The matrices found in every family of language models that transformers can build.

`PYTHONPATH=tests python -m support.families` writes docs/models.md.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_MASKED_LM_MAPPING_NAMES,
)

from laser_sweep.errors import ConfigError
from laser_sweep.model.layout import Layout
from laser_sweep.model.layout_finder import find_layout

PAGE = Path(__file__).parents[2] / "docs" / "models.md"

KINDS = {
    "causal": (MODEL_FOR_CAUSAL_LM_MAPPING_NAMES, AutoModelForCausalLM),
    "masked": (MODEL_FOR_MASKED_LM_MAPPING_NAMES, AutoModelForMaskedLM),
}

NEEDED: dict[str, dict[str, Any]] = {
    "bamba": {"attn_layer_indices": [1], "num_hidden_layers": 2},
    "cohere_compass_text": {
        "rope_parameters": {
            kind: {"rope_type": "default", "rope_theta": 1e4}
            for kind in ("full_attention", "sliding_attention")
        }
    },
    "dbrx": {
        "attn_config": {"rope_theta": 1e4, "kv_n_heads": 8},
        "ffn_config": {"moe_num_experts": 4, "moe_top_k": 1, "ffn_hidden_size": 96},
        "n_layers": 2,
    },
    "dots1": {"n_routed_experts": 4, "n_shared_experts": 1, "num_hidden_layers": 2},
    "esm": {"vocab_size": 33, "pad_token_id": 1, "mask_token_id": 32},
    "granitemoehybrid": {"layer_types": ["mamba", "attention"], "num_hidden_layers": 2},
    "hunyuan_v1_dense": {"head_dim": 128},
    "hunyuan_v1_moe": {"head_dim": 128, "num_experts": 4},
    "lfm2_moe": {"layer_types": ["conv", "full_attention"], "num_hidden_layers": 2},
    "ministral": {"head_dim": 128},
    "nemotron": {"num_key_value_heads": 8},
    "causal reformer": {"is_decoder": True},
}
"""Options that a family's default configuration lacks to be built, or to have attention."""

WITHOUT = {
    "falcon_mamba": "state-space layers: neither attention nor an MLP",
    "fnet": "Fourier transforms instead of attention; its MLP is found",
    "mamba": "state-space layers: neither attention nor an MLP",
    "mamba2": "state-space layers: neither attention nor an MLP",
    "rwkv": "time mixing instead of attention; its MLP is found",
    "xlstm": "a recurrence instead of attention; its MLP is found",
}
"""The families without attention, with their kind of layers."""

UNSUPPORTED = {
    "deepseek_v4": "keys and values are one projection, and the output one is grouped low-rank",
    "longcat_flash": "two attentions and MLPs in each layer: `model.layout.names` has to choose",
    "squeezebert": "grouped convolutions instead of matrices",
    "zaya": "the values are two projections, of this token and of the one before",
}
"""The families in which a matrix type is not found, and the reason."""

MOST_USED = (
    "albert bert bloom camembert codegen cohere deberta deberta-v2 deepseek_v2 deepseek_v3 "
    "distilbert electra falcon gemma gemma2 gemma3_text glm4 gpt2 gpt_bigcode gpt_neo gpt_neox "
    "gpt_oss gptj granite llama llama4_text mistral mixtral modernbert mpt olmo olmo2 opt phi phi3 "
    "qwen2 qwen2_moe qwen3 qwen3_moe roberta stablelm starcoder2 xlm-roberta"
).split()


class Family(NamedTuple):
    """One family of one kind, with its layout or the error that it raises."""

    kind: str
    name: str
    model: str
    layout: Layout | None
    error: str

    @property
    def is_built(self) -> bool:
        """Whether transformers builds it from a default configuration."""
        return bool(self.model)

    @property
    def has_attention_and_mlp(self) -> bool:
        """Whether the family has attention and an MLP, whose matrices should all be found."""
        return self.is_built and self.name not in WITHOUT

    @property
    def lacks(self) -> set[str]:
        """The matrix types of attention and MLP that the layout lacks."""
        types = set() if self.layout is None else set(self.layout.lnames)
        wanted = (
            {"q_proj", "q_a"}, {"k_proj", "kv_a", "q_proj"}, {"v_proj", "kv_b"}, {"out_proj"},
            {"fc_in"}, {"fc_out"},
        )  # fmt: skip
        return {" or ".join(sorted(names)) for names in wanted if not names & types}

    @property
    def is_supported(self) -> bool:
        """Whether every matrix type of an attention and an MLP is found."""
        return self.is_built and not self.lacks and self.name not in UNSUPPORTED


def survey() -> Iterator[Family]:
    """Build every family on the meta device and look for its matrices."""
    transformers.logging.set_verbosity_error()
    logging.disable(logging.WARNING)
    for kind, (names, auto) in KINDS.items():
        for name in names:
            yield _family(kind, name, auto)
    logging.disable(logging.NOTSET)


def _family(kind: str, name: str, auto: Any) -> Family:
    try:
        with warnings.catch_warnings(), torch.device("meta"):
            warnings.simplefilter("ignore")
            needed = NEEDED.get(f"{kind} {name}", NEEDED.get(name, {}))
            model = auto.from_config(AutoConfig.for_model(name, **needed))
    # Families raise many kinds of errors if their default configuration is incomplete.
    except Exception as error:
        return Family(kind, name, "", None, f"{type(error).__name__}: {error}".split("\n")[0])
    try:
        return Family(kind, name, type(model).__name__, find_layout(model, name), "")
    except ConfigError as error:
        return Family(kind, name, type(model).__name__, None, str(error))


def page(families: list[Family]) -> str:
    """The page of the documentation."""
    aimed = [family for family in families if family.has_attention_and_mlp]
    supported = [family for family in aimed if family.is_supported]
    share = 100 * len(supported) / len(aimed)
    rows = [_row(family) for family in families if family.is_supported]
    return _PAGE.format(
        version=transformers.__version__,
        built=sum(family.is_built for family in families),
        aimed=len(aimed),
        supported=len(supported),
        share=share,
        table="\n".join(sorted(rows)),
        others="\n".join(_reasons(families)),
        unbuilt="\n".join(
            f"| `{f.name}` | {f.kind} | {f.error} |" for f in families if not f.is_built
        ),
    )


def _row(family: Family) -> str:
    assert family.layout is not None
    types = ", ".join(family.layout.lnames)
    matrices = [m for block in family.layout.blocks for each in block.values() for m in each]
    notes = []
    if any(matrix.rows for matrix in matrices):
        notes.append("fused")
    if any(matrix.transposed for matrix in matrices):
        notes.append("stored (in, out)")
    if any(matrix.expert is not None for matrix in matrices):
        notes.append("experts")
    if any(matrix.repeated for matrix in matrices):
        notes.append("shared layers")
    if len({tuple(block) for block in family.layout.blocks}) > 1:
        notes.append("layers differ")
    return f"| `{family.name}` | {family.kind} | {family.model} | {types} | {', '.join(notes)} |"


def _reasons(families: list[Family]) -> Iterator[str]:
    for family in families:
        if family.is_built and not family.is_supported:
            reason = WITHOUT.get(family.name) or UNSUPPORTED.get(family.name, "")
            found = ", ".join(family.layout.lnames) if family.layout else "–"
            yield f"| `{family.name}` | {family.kind} | {found} | {reason} |"


_PAGE = """# Models

Written by `PYTHONPATH=tests python -m support.families` with transformers {version}; a test keeps
it up to date.

For every family of causal and masked language models in transformers, a model is built from the
default configuration, without weights, and its matrices are located. {built} families can be built
in this way; {aimed} of them have attention and an MLP. In **{supported} of these ({share:.1f} %)**,
every matrix type is found in every layer that has it.

`python -m laser_sweep.model NAME` prints the layers, matrix types, parameters, shapes and ranks of
one model. Matrices that are not found can be described in YAML or on the command line: see
[Describing a model](describing-a-model.md).

| family (`model_type`) | kind | class | matrix types | |
|---|---|---|---|---|
{table}

*fused*: several matrix types are slices of one parameter. *stored (in, out)*: transposed, as in
Conv1D. *experts*: a mixture of experts, see `expert=`. *shared layers*: layers that use the same
tensors, which are edited in the first of them. *layers differ*: hybrids, in which a layer may lack
a matrix type.

## Families with missing matrix types

| family | kind | found | why |
|---|---|---|---|
{others}

## Families that were not built

transformers cannot build a model of these families from the default configuration. Whether the
matrices of a trained model are found is not known.

| family | kind | error |
|---|---|---|
{unbuilt}
"""


if __name__ == "__main__":
    PAGE.write_text(page(list(survey())), encoding="utf-8")
