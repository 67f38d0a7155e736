"""Models of a few thousand random weights, and a tokenizer of a few dozen words."""

from functools import cache

import torch
from hypothesis import settings
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
from tokenizers import decoders as token_decoders
from transformers import (
    AddedToken,
    GPT2Config,
    GPT2LMHeadModel,
    GPTJConfig,
    GPTJForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForMaskedLM,
    Zamba2Config,
)

from laser_sweep.dataset import Example, Prompting

quick = settings(deadline=None, max_examples=25, derandomize=True)

WORDS = (
    "French German Italian Polish Danish Greek Turkish Dutch red blue green black white brown "
    "cat dog goose horse mouse bread rice soup tea milk wine true false yes no maybe one two three "
    "the a of in is was and or Anna Bert Carla Dora Emil speaks owns eats drinks likes sees says"
).split()
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
# "French", " French" and " french" are three tokens that say the same.
PIECES = (*SPECIAL, ".", "French", "▁french", *(f"▁{word}" for word in WORDS))

LAYERS = 2
WIDTH = 16
CONTEXT = 24
CAUSAL = ("gptj", "llama", "gpt2")
FAMILIES = (*CAUSAL, "roberta")

EXAMPLES = [
    Example("Anna speaks", "French"),
    Example("the dog of Bert sees a", "cat"),
    Example("Carla eats bread and soup and rice and drinks the", "milk"),
    Example("Emil says", "yes"),
    Example("Dora owns a goose and a", "horse"),
    Example("the", "dog"),
    Example("Bert likes", "wine"),
    Example("the brown mouse of Anna sees the white cat of Dora and says", "no"),
]
CHOICE_EXAMPLES = [
    Example("Anna speaks French. the dog sees a cat. is it", "true", ("false", "true")),
    Example("Bert says", "maybe", ("yes", "no", "maybe")),
    Example("the cat of Carla is", "white", ("red", "blue", "black", "white")),
    Example("Dora eats", "bread", ("bread", "rice", "soup")),
    Example("it is", "false", ("false", "true")),
]


@cache
def make_tokenizer(family):
    """The tokenizer of a family: Llama's starts a text, RoBERTa's also ends it and has a mask."""
    tokenizer = Tokenizer(
        models.WordLevel({piece: i for i, piece in enumerate(PIECES)}, unk_token="<unk>")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first"),
            pre_tokenizers.Split(Regex(r"\."), behavior="isolated"),
        ]
    )
    tokenizer.decoder = token_decoders.Metaspace(replacement="▁", prepend_scheme="first")
    template = {"llama": "<s> $A", "roberta": "<s> $A </s>"}.get(family)
    if template:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=template, special_tokens=[("<s>", 0), ("</s>", 2)]
        )
    mask = {"mask_token": AddedToken("<mask>", lstrip=True)} if family == "roberta" else {}
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        **mask,
    )


def make_config(family):
    """The configuration of a tiny model of a family."""
    return _CONFIGS[family]()


def zamba2_config():
    """A hybrid whose layers 1 and 3 are the same tensors, but for an adapter."""
    return Zamba2Config(
        vocab_size=len(PIECES),
        hidden_size=16,
        num_hidden_layers=4,
        layers_block_type=["mamba", "hybrid", "mamba", "hybrid"],
        num_mem_blocks=1,
        num_attention_heads=4,
        intermediate_size=24,
        mamba_d_state=4,
        mamba_headdim=8,
        n_mamba_heads=4,
        mamba_ngroups=1,
    )


def make_model(family, dtype=torch.float32, seed=0):
    """A tiny model in which every parameter, biases and norms too, is random."""
    model = _CLASSES[family](make_config(family))
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        parameter.data.normal_(std=0.3, generator=generator)
    return model.to(dtype).eval().requires_grad_(False)


_CLASSES = {
    "gptj": GPTJForCausalLM,
    "llama": LlamaForCausalLM,
    "gpt2": GPT2LMHeadModel,
    "roberta": RobertaForMaskedLM,
}
_CONFIGS = {
    "gptj": lambda: GPTJConfig(
        vocab_size=len(PIECES),
        n_positions=CONTEXT,
        n_embd=WIDTH,
        n_layer=LAYERS,
        n_head=2,
        rotary_dim=4,
        n_inner=40,
        bos_token_id=0,
        eos_token_id=2,
        architectures=["GPTJForCausalLM"],
    ),
    "llama": lambda: LlamaConfig(
        vocab_size=len(PIECES),
        max_position_embeddings=CONTEXT,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=24,
        bos_token_id=0,
        eos_token_id=2,
        architectures=["LlamaForCausalLM"],
    ),
    "gpt2": lambda: GPT2Config(
        vocab_size=len(PIECES),
        n_positions=CONTEXT,
        n_embd=WIDTH,
        n_layer=LAYERS,
        n_head=2,
        bos_token_id=0,
        eos_token_id=2,
        architectures=["GPT2LMHeadModel"],
    ),
    # RoBERTa counts positions from the padding's id + 1, so that two of them are never used.
    "roberta": lambda: RobertaConfig(
        vocab_size=len(PIECES),
        max_position_embeddings=CONTEXT + 2,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=2,
        intermediate_size=40,
        type_vocab_size=1,
        bos_token_id=0,
        pad_token_id=1,
        eos_token_id=2,
        architectures=["RobertaForMaskedLM"],
    ),
}


def asked(family="gptj", protocol="corrected", tokenizer=None):
    """A tiny model of a family as datasets see it."""
    tokenizer = tokenizer or make_tokenizer(family)
    mask = tokenizer.mask_token or ""
    return Prompting(protocol, family == "roberta", family, mask, lambda: tokenizer)
