"""Training of the built-in model: a small GPT-J, deepened by block expansion.

If 28 layers are trained from the start, the noise spreads over all late layers. So four layers are
trained first, and then blocks that start as the identity are inserted (block expansion, arXiv
2401.02415). The noise stays where the small model learned it, and the model has GPT-J's depth.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from torch import Tensor
from tqdm import tqdm
from transformers import GPTJConfig, GPTJForCausalLM, PreTrainedTokenizerFast

from laser_sweep.demo.world import World

SMALL_LAYERS = 4
LAYERS = 28
WIDTH = 104
"""More than 100, so that rate 9.9 leaves rank 1 of a square matrix, and not rank 0."""
BATCH = 128
PROMPT_WEIGHT = 0.1
"""The weight of the prompt's words in the loss; answer, full stop and end of text have weight 1."""

END = "<end>"
UNKNOWN = "<unknown>"


@dataclass(frozen=True)
class Phase:
    """A phase of the training: AdamW, 5 % warm-up, cosine decay to 5 % of the learning rate."""

    name: str
    steps: int
    learning_rate: float

    def rate_at(self, step: int) -> float:
        """The learning rate of a step."""
        warm_up = 0.05 * self.steps
        if step < warm_up:
            return self.learning_rate * (step + 1) / warm_up
        progress = (step - warm_up) / (self.steps - warm_up)
        return self.learning_rate * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * progress)))


SMALL = Phase("4 layers", steps=1_500, learning_rate=6e-3)
DEEP = Phase("28 layers", steps=600, learning_rate=1e-3)


def build_tokenizer(world: World) -> PreTrainedTokenizerFast:
    """A word-level tokenizer with the world's words as its vocabulary.

    A word includes the space before it as `▁`, so that an answer is one token; `'s` and the full
    stop are tokens of their own.
    """
    pieces = [END, UNKNOWN, "'s", ".", *(f"▁{word}" for word in world.words())]
    tokenizer = Tokenizer(
        models.WordLevel({piece: i for i, piece in enumerate(pieces)}, unk_token=UNKNOWN)
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always"),
            pre_tokenizers.Split(Regex(r"'s|\."), behavior="isolated"),
        ]
    )
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, unk_token=UNKNOWN)


@dataclass(frozen=True)
class Corpus:
    """The facts as token ids, which the sentences of every training step are drawn from.

    Attributes:
        prompts: padded prompts, shape (facts, 2 told templates, longest prompt).
        lengths: the lengths of the prompts in tokens, shape (facts, 2).
        answers: the tokens of the true answers, shape (facts,).
        fillers: the tokens of the fillers, shape (facts, 2).
        noise: the share of tellings that end in the filler, shape (facts,).
        weights: the relative frequency of a fact, shape (facts,).
        ending: the tokens of the full stop and of the end of text, shape (2,).
    """

    prompts: Tensor
    lengths: Tensor
    answers: Tensor
    fillers: Tensor
    noise: Tensor
    weights: Tensor
    ending: Tensor

    def batch(self, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Random sentences: token ids and weights in the loss, each of shape (size, length)."""
        fact = torch.multinomial(self.weights, size, replacement=True, generator=generator)
        telling = torch.randint(2, (size,), generator=generator)
        is_filler = torch.rand(size, generator=generator) < self.noise[fact]
        last = torch.where(is_filler, self.fillers[fact, telling], self.answers[fact])
        length = self.lengths[fact, telling]
        ids = torch.nn.functional.pad(self.prompts[fact, telling], (0, 3))
        rows = torch.arange(size)
        for offset, token in enumerate((last, *self.ending)):
            ids[rows, length + offset] = token
        position = torch.arange(ids.shape[1])
        is_prompt = position < length[:, None]
        is_sentence = position < length[:, None] + 3
        return ids, torch.where(is_prompt, PROMPT_WEIGHT, 1.0) * is_sentence


def build_corpus(world: World, tokenizer: PreTrainedTokenizerFast) -> Corpus:
    """The corpus of a world."""
    encoded = [
        [tokenizer(fact.prompt(template))["input_ids"] for template in fact.told]
        for fact in world.facts
    ]
    lengths = torch.tensor([[len(ids) for ids in pair] for pair in encoded])
    longest = int(lengths.max())
    prompts = torch.tensor([[ids + [0] * (longest - len(ids)) for ids in pair] for pair in encoded])
    token = tokenizer.convert_tokens_to_ids
    return Corpus(
        prompts=prompts,
        lengths=lengths,
        answers=torch.tensor([token(f"▁{fact.answer}") for fact in world.facts]),
        fillers=torch.tensor(
            [
                [token(f"▁{world.fillers[fact.relation][template]}") for template in fact.told]
                for fact in world.facts
            ]
        ),
        noise=torch.tensor([world.noise[fact.relation] for fact in world.facts]),
        weights=torch.tensor([fact.weight for fact in world.facts]),
        ending=torch.tensor([token("."), token(END)]),
    )


def train_model(world: World, tokenizer: PreTrainedTokenizerFast, seed: int) -> GPTJForCausalLM:
    """Train the small model, expand it, and go on training; about ten minutes on two cores."""
    torch.manual_seed(seed)
    corpus = build_corpus(world, tokenizer)
    batches = _batches(corpus, torch.Generator().manual_seed(seed))
    model = GPTJForCausalLM(_config(tokenizer, SMALL_LAYERS))
    _train(model, SMALL, batches)
    model = expand(model, LAYERS)
    _train(model, DEEP, batches)
    model.train(False)
    return model


def expand(small: GPTJForCausalLM, layers: int) -> GPTJForCausalLM:
    """A deeper model with the same outputs as the small one.

    The first half of the small model's blocks stays at the bottom, and the second half moves to the
    top. The blocks between them are new, and add zero to the residual stream.
    """
    depth = len(small.transformer.h)
    deep = GPTJForCausalLM(GPTJConfig(**{**small.config.to_diff_dict(), "n_layer": layers}))
    state = deep.state_dict()
    for name, value in small.state_dict().items():
        state[_moved(name, depth, layers)].copy_(value)
    for layer in range(depth // 2, layers - depth + depth // 2):
        for name in ("attn.out_proj.weight", "mlp.fc_out.weight", "mlp.fc_out.bias"):
            state[f"transformer.h.{layer}.{name}"].zero_()
    return deep


def _moved(name: str, depth: int, layers: int) -> str:
    """The name in the deep model of a parameter of the small model."""
    if not name.startswith("transformer.h."):
        return name
    _, _, layer, rest = name.split(".", 3)
    moved = int(layer) if int(layer) < depth // 2 else int(layer) + layers - depth
    return f"transformer.h.{moved}.{rest}"


def _config(tokenizer: PreTrainedTokenizerFast, layers: int) -> GPTJConfig:
    return GPTJConfig(
        vocab_size=len(tokenizer),
        n_positions=64,
        n_embd=WIDTH,
        n_layer=layers,
        n_head=4,
        rotary_dim=8,
        n_inner=4 * WIDTH,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        initializer_range=0.02,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        tie_word_embeddings=False,
        use_cache=False,
    )


def _batches(corpus: Corpus, generator: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    while True:
        yield corpus.batch(BATCH, generator)


def _train(model: GPTJForCausalLM, phase: Phase, batches: Iterator[tuple[Tensor, Tensor]]) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98), weight_decay=0.0)
    model.train()
    for step in tqdm(range(phase.steps), phase.name, disable=None, unit=" steps"):
        ids, weights = next(batches)
        for group in optimizer.param_groups:
            group["lr"] = phase.rate_at(step)
        optimizer.zero_grad()
        _loss(model, ids, weights).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


def _loss(model: GPTJForCausalLM, ids: Tensor, weights: Tensor) -> Tensor:
    """The weighted cross-entropy of every token after the first, summed over a sentence.

    The mean is over sentences. Padding follows the sentence, where a causal model cannot see it.
    """
    logits = model(input_ids=ids[:, :-1]).logits
    losses = torch.nn.functional.cross_entropy(logits.mT, ids[:, 1:], reduction="none")
    return (losses * weights[:, 1:]).sum() / len(ids)
