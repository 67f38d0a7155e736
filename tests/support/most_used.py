"""The most used families, tiny and with random weights."""

from functools import cache

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM

from .families import NEEDED
from .tiny import PIECES

MASKED = (
    "albert bert camembert deberta deberta-v2 distilbert electra modernbert roberta xlm-roberta"
).split()
HYBRIDS = ["jamba", "nemotron_h", "minimax", "qwen3_next", "jetmoe", "dbrx", "xlnet"]
SMALL = {
    "vocab_size": len(PIECES), "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 8, "intermediate_size": 24, "max_position_embeddings": 64,
    "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2,
}  # fmt: skip
EXPERTS = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 12}
LATENT = {
    "num_key_value_heads": 4, "n_routed_experts": 4, "moe_intermediate_size": 12, "q_lora_rank": 8,
    "kv_lora_rank": 8, "qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "v_head_dim": 8,
    "n_group": 1, "topk_group": 1, "first_k_dense_replace": 1, "num_experts_per_tok": 2,
}  # fmt: skip
OTHERS = {
    "albert": {"embedding_size": 32},
    "codegen": {"rotary_dim": 4},
    "dbrx": {
        "vocab_size": len(PIECES), "d_model": 32, "n_heads": 4, "n_layers": 2,
        "attn_config": {"rope_theta": 1e4, "kv_n_heads": 2, "clip_qkv": 8.0},
        "ffn_config": {"moe_num_experts": 2, "moe_top_k": 2, "ffn_hidden_size": 24},
    },
    "deepseek_v2": LATENT,
    "deepseek_v3": LATENT,
    "electra": {"embedding_size": 32},
    "gpt_neo": {"attention_types": [[["global", "local"], 1]]},
    "gpt_oss": {"num_local_experts": 2, "layer_types": ["full_attention", "full_attention"],
                "num_experts_per_tok": 2},
    "gptj": {"rotary_dim": 4},
    "llama4_text": {"num_local_experts": 2, "intermediate_size_mlp": 24},
    "mixtral": {"num_local_experts": 2},
    "qwen2_moe": {**EXPERTS, "shared_expert_intermediate_size": 12},
    "qwen3_moe": EXPERTS,
    "xlnet": {"vocab_size": len(PIECES), "d_model": 32, "n_layer": 2, "n_head": 4, "d_inner": 24},
}  # fmt: skip
OWN_NAMES = {
    "falcon": {"head_dim"},
    "mpt": {"num_key_value_heads"},
    "dbrx": set(SMALL),
    "xlnet": set(SMALL),
}


@cache
def make(name):
    """A tiny model of a family and its configuration."""
    own = OWN_NAMES.get(name, set())
    small = {option: value for option, value in SMALL.items() if option not in own}
    config = AutoConfig.for_model(name, **{**small, **NEEDED.get(name, {}), **OTHERS.get(name, {})})
    auto = AutoModelForMaskedLM if name in MASKED else AutoModelForCausalLM
    torch.manual_seed(0)  # some families draw their vectors, too
    model = auto.from_config(config, dtype=torch.float32).eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(0)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            parameter.normal_(std=0.2, generator=generator)
    model.config.use_cache = False
    return model, config
