"""Every command in the README is run, in its order, as a stranger would."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from documents import ROOT, blocks, run
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

README = (ROOT / "README.md").read_text()
COMMANDS = [(kind, text) for kind, text in blocks("README.md") if kind != "text"]
PRINTED = next(text for kind, text in blocks("README.md") if kind == "text")

# `make demo` and `make test` set everything up; in CI they are what runs this test.
ELSEWHERE = {"make demo\n"}


def small_gpt2(folder: Path) -> None:
    """A random GPT-2 of 12 layers that knows the README's words, as it is in the hub's cache."""
    texts = " ".join(re.findall(r'"([A-Z][^"{}]*)"', README)) + " true false Is it true that ? It"
    words = sorted(set(re.findall(r"\w+|\?", texts)))
    vocabulary = {word: i for i, word in enumerate(["<unk>", *(f"▁{word}" for word in words)])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    repository = folder / "hugging-face" / "hub" / "models--openai-community--gpt2"
    snapshot = repository / "snapshots" / ("0" * 40)
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0" * 40)
    config = GPT2Config(n_layer=12, n_embd=120, n_head=4, vocab_size=len(vocabulary))
    config.bos_token_id = config.eos_token_id = 0
    GPT2LMHeadModel(config).save_pretrained(snapshot)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>").save_pretrained(snapshot)


@pytest.mark.slow
def test_the_commands_of_the_readme(tmp_path: Path):
    small_gpt2(tmp_path)
    for kind, text in COMMANDS:
        if text in ELSEWHERE:
            continue
        printed = run(kind, text, tmp_path)
        if text == "python -m laser_sweep -m lnum=0..27 rate=1,5,9.9\n":
            assert_says_what_the_readme_shows(printed)


def assert_says_what_the_readme_shows(printed: str) -> None:
    """The table and the verdict, up to the rounding of another machine."""
    assert re.findall(r"fc_\w+-l\d+-rho[\d.]+", printed) == re.findall(
        r"fc_\w+-l\d+-rho[\d.]+", PRINTED
    )
    ours, theirs = (re.findall(r"([\d.]+) %", text) for text in (printed, PRINTED))
    assert [float(number) for number in ours] == pytest.approx(list(map(float, theirs)), abs=0.3)


def test_links_lead_somewhere():
    documents = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"))
    for document in documents:
        for link in re.findall(r"\]\(([^)]+)\)", document.read_text()):
            path = document.parent / link.partition("#")[0]
            assert link.startswith("https://") or path.exists(), link


def test_options_of_the_schema_are_in_the_readme():
    from laser_sweep.composition import options
    from laser_sweep.model.schema import LayoutConfig

    of_files = {"intervention.name", "split.name", "cluster.name"}
    pages = ("describing-a-model.md", "datasets.md", "cluster.md")
    described = README + "".join((ROOT / "docs" / page).read_text() for page in pages)
    undocumented = [
        name
        for name in options()
        if f"`{name.removeprefix('cluster.params.')}`" not in described
        and not name.startswith(("model.layout.", "paper."))
    ]
    table = re.findall(r"^\| (`.*?) \|", described, flags=re.MULTILINE)
    explained = {word for cell in table for word in re.findall(r"`([\w.]+)", cell)}
    for name in (f.name for f in fields(LayoutConfig)):
        assert name in explained or f"{name}." in " ".join(explained), name
    assert set(undocumented) <= of_files
