"""Loads exports in a process that has no laser_sweep, and prints what it found as JSON."""

import json
import sys
import tempfile
from pathlib import Path

sys.modules["laser_sweep"] = None  # an import of it fails

import torch  # noqa: E402
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForMaskedLM  # noqa: E402


def same_files(one, two):
    names = sorted(path.name for path in Path(two).iterdir())
    return names, all((Path(one) / n).read_bytes() == (Path(two) / n).read_bytes() for n in names)


def generated(model, *, cached):
    ids = torch.tensor([[5, 6, 7]])
    mask = torch.ones_like(ids)
    settings = {"max_new_tokens": 8, "do_sample": False, "use_cache": cached, "pad_token_id": 1}
    return model.generate(ids, attention_mask=mask, **settings).tolist()


def look_at(dense, factored):
    masked = "AutoModelForMaskedLM" in (Path(factored) / "config.json").read_text()
    auto = AutoModelForMaskedLM if masked else AutoModelForCausalLM
    found = {}
    try:
        auto.from_pretrained(factored)
    except ValueError as error:
        found["without_trust"] = str(error)
    model = auto.from_pretrained(factored, trust_remote_code=True)
    theirs = auto.from_pretrained(dense)
    ids = torch.arange(5, 17)[None]
    with torch.inference_mode():
        found["difference"] = float((model(ids).logits - theirs(ids).logits).abs().max())
        # The pooler that some base models have is not in the files of a language model.
        base = AutoModel.from_pretrained(factored, trust_remote_code=True)
        states = base(ids).last_hidden_state - theirs.base_model(ids).last_hidden_state
        found["base_difference"] = float(states.abs().max())
    found["base_class"] = type(base).__name__
    if model.can_generate():
        found["cached"], found["uncached"] = (generated(model, cached=c) for c in (True, False))
        found["dense"] = generated(theirs, cached=True)
    once, twice = tempfile.mkdtemp(dir="."), tempfile.mkdtemp(dir=".")
    model.save_pretrained(once)
    auto.from_pretrained(once, trust_remote_code=True).save_pretrained(twice)
    names, equal = same_files(factored, once)
    found["saved"], found["exact"] = names, equal and same_files(once, twice)[1]
    output = model.get_output_embeddings()
    found["tied"] = output is not None and model.get_input_embeddings().weight is output.weight
    found["parameters"] = sum(value.numel() for value in model.parameters())
    found["dense_parameters"] = sum(value.numel() for value in theirs.parameters())
    return found


looked = [look_at(*pair.split(":")) for pair in sys.argv[1:]]
print()  # after the question of transformers whether to run the code
print(json.dumps(looked))
