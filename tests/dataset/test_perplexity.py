"""Documents: their perplexity, against a computation with plain transformers."""

from __future__ import annotations

import json
import math
import random
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from support.commands import Command, assert_one_line, assert_success
from support.saved_models import save_tiny, write_rows
from support.tiny import CONTEXT, WORDS, make_tokenizer

from laser_sweep import read_results
from laser_sweep.dataset import DocumentScoring, Example
from laser_sweep.evaluate.questions import documents_in_windows
from laser_sweep.evaluate.questions.tokens import Tokens

FOLDER = Path("multirun/tiny/documents/rank_reduction")
ASKED = ("model.path=tiny", "dataset.path=documents.jsonl", "dataset.scoring=perplexity")
GRID = ("lname=fc_in", "lnum=0,1", "rho=0.5,0.1", "split.fraction=0.4", "split.test=all")


def make_documents(count: int = 25) -> list[str]:
    """Documents of 1 to 80 words, most of them longer than the model's context."""
    drawn = random.Random(0)
    return [" ".join(drawn.choices(WORDS, k=drawn.randint(1, 80))) for _ in range(count)]


@pytest.fixture
def model(tmp_path: Path) -> torch.nn.Module:
    write_rows(tmp_path / "documents.jsonl", [{"text": text} for text in make_documents()])
    return save_tiny(tmp_path)


def log_likelihood(model, ids: list[int], window: int, stride: int) -> tuple[float, int]:
    """The sum and the number of log-probabilities, as in the guide of transformers.

    Source: https://huggingface.co/docs/transformers/perplexity, for a sequence whose first token is
    not predicted.
    """
    total, count, last = 0.0, 0, 0
    for begin in range(0, len(ids), stride):
        end = min(begin + window, len(ids))
        tokens = torch.tensor([ids[begin:end]])
        targets = tokens.clone()
        targets[:, : -(end - last)] = -100
        with torch.no_grad():
            loss = model(tokens, labels=targets).loss.item()
        valid = int((targets[:, 1:] != -100).sum())
        if valid:
            total, count = total - loss * valid, count + valid
        last = end
        if end == len(ids):
            return total, count
    raise AssertionError


def reduced(model, layer: int, rho: float) -> torch.nn.Module:
    """The model with a reduced matrix of a layer, by torch's full decomposition."""
    weight = model.model.layers[layer].mlp.gate_proj.weight
    u, s, v = torch.linalg.svd(weight.double(), full_matrices=False)
    rank = max(1, int(rho * min(weight.shape)))
    weight.data = ((u[:, :rank] * s[:rank]) @ v[:rank]).float()
    return model


@pytest.mark.parametrize(
    "given", [{}, {"stride": 5}, {"window": 9, "stride": 8}, {"window": 2, "stride": 1}]
)
def test_log_likelihoods_equal_a_plain_sliding_window(sweep_in_process, model, tmp_path, given):
    options = [f"dataset.{name}={value}" for name, value in given.items()]
    assert_success(sweep_in_process("-m", *ASKED, *GRID, *options))
    results = read_results(tmp_path / FOLDER)
    tokenizer = make_tokenizer("llama")
    window = given.get("window", CONTEXT)
    stride = given.get("stride", window // 2)
    for point in ("base", "fc_in-l1-rho0.5"):
        if point != "base":
            reduced(model, 1, 0.5)
        found = results[results["point"] == point].set_index("example")
        for number, text in enumerate(make_documents()):
            ids = [tokenizer.bos_token_id, *tokenizer(text, add_special_tokens=False)["input_ids"]]
            wanted, count = log_likelihood(model, ids, window, stride)
            row = found.loc[number]
            assert row["answer_length"] == count == len(ids) - 1
            assert row["text_bytes"] == len(text.encode())
            assert row["answer_logprob"] == pytest.approx(wanted, rel=1e-5)
            assert pd.isna(row["correct"])
            assert pd.isna(row["prediction"])


def test_figures_are_those_of_all_tokens_and_all_bytes(sweep_in_process, model, tmp_path):
    assert_success(sweep_in_process("-m", *ASKED, *GRID))
    results = read_results(tmp_path / FOLDER)
    table = pd.read_csv(tmp_path / FOLDER / "grid.csv").set_index("point")
    for (point, part), rows in results.groupby(["point", "part"]):
        nats, tokens = -rows["answer_logprob"].sum(), rows["answer_length"].sum()
        figures = table.loc[point]
        assert figures[f"{part}_log_loss"] == pytest.approx(nats / tokens)
        assert figures[f"{part}_perplexity"] == pytest.approx(math.exp(nats / tokens))
        bits = nats / math.log(2) / rows["text_bytes"].sum()
        assert figures[f"{part}_bits_per_byte"] == pytest.approx(bits)
        low, high = figures[f"{part}_low"], figures[f"{part}_high"]
        assert low < figures[f"{part}_perplexity"] < high
    chosen = json.loads((tmp_path / FOLDER / "selection.json").read_text())["chosen"]["point"]
    assert chosen == table["validation_log_loss"].idxmin()


def test_no_report_speaks_of_accuracy(preloaded_command: Command, model, tmp_path):
    search = ("search=gradient", "search.keep=0.5", "search.audit=1", "compose=greedy")
    done = preloaded_command("laser_sweep", "-m", *ASKED, *GRID, *search, "select_per=lnum")
    assert_success(done)
    assert_success(preloaded_command("laser_sweep.leaderboard", "multirun"))
    exported = preloaded_command("laser_sweep.export", FOLDER, "--to", "exported")
    assert_success(exported)
    files = [*(tmp_path / FOLDER).glob("*.*"), tmp_path / "exported/README.md"]
    texts = {
        path.name: path.read_text()
        for path in files
        if path.suffix in (".md", ".json", ".csv")
        and path.name not in ("sweep.json", "spectrum.json")
    }
    assert {"report.md", "selection.json", "grid.csv", "composition.json"} <= set(texts)
    for name, text in {**texts, "output": done.stdout}.items():
        kept = re.sub(r'"accuracy(_change)?": null', "", text)
        assert "ccurac" not in kept, name
        assert "corrected and" not in kept, name
        assert "perplexity" in kept or name in ("composition.json", "ranking.json"), name


def test_folds_are_tested_out_of_fold(sweep_in_process, model, tmp_path):
    assert_success(sweep_in_process("-m", *ASKED, "split=kfold", *GRID[:3]))
    made = json.loads((tmp_path / FOLDER / "selection.json").read_text())
    results = read_results(tmp_path / FOLDER)
    for number, fold in enumerate(made["folds"]):
        here = results[results["fold"] == number]
        for name, point in (("base_perplexity", "base"), ("perplexity", fold["point"])):
            rows = here[here["point"] == point]
            wanted = math.exp(-rows["answer_logprob"].sum() / rows["answer_length"].sum())
            assert fold[name] == pytest.approx(wanted)


def test_the_ranking_predicts_the_change_of_the_log_loss(sweep_in_process, model, tmp_path):
    options = ("search=gradient", "search.keep=1", "lname=fc_in", "lnum=0,1", "rho=0.99")
    mild = ("split.fraction=0.6",)
    assert_success(sweep_in_process("-m", *ASKED, *options, *mild))
    table = pd.read_csv(tmp_path / FOLDER / "grid.csv").set_index("point").drop("base")
    tokenizer = make_tokenizer("llama")
    validating = read_results(tmp_path / FOLDER).query("point == 'base' and part == 'validation'")
    texts = [make_documents()[number] for number in validating["example"]]
    for layer in (0, 1):
        parameter = model.model.layers[layer].mlp.gate_proj.weight.requires_grad_()
        total = count = 0
        for text in texts:
            ids = [tokenizer.bos_token_id, *tokenizer(text, add_special_tokens=False)["input_ids"]]
            for start, own in windows(ids):
                log_probs = model(torch.tensor([own])).logits[0].log_softmax(-1)
                read = [log_probs[at - 1, own[at]] for at in range(start, len(own))]
                total, count = total - sum(read), count + len(read)
        (gradient,) = torch.autograd.grad(total / count, parameter)
        with torch.no_grad():
            u, s, v = torch.linalg.svd(parameter, full_matrices=False)
            rank = max(1, int(0.99 * len(s)))
            change = (u[:, :rank] * s[:rank]) @ v[:rank] - parameter
            wanted = float((gradient * change).sum())
        found = table.loc[f"fc_in-l{layer}-rho0.99", "predicted_change"]
        assert found == pytest.approx(wanted, rel=1e-3, abs=1e-7)


def windows(ids: list[int]) -> list[tuple[int, list[int]]]:
    """The windows of a document, each with the place of the first token that it predicts."""
    found, predicted = [], 1
    for begin in range(0, len(ids), CONTEXT // 2):
        end = min(begin + CONTEXT, len(ids))
        found.append((predicted - begin, ids[begin:end]))
        predicted = end
        if end == len(ids):
            break
    return found


@pytest.mark.parametrize("length", [1, 2, 7, 8, 9, 15, 16, 17, 100])
@pytest.mark.parametrize(("window", "stride"), [(8, 7), (8, 4), (8, 1), (2, 1)])
def test_every_token_is_predicted_once(length, window, stride):
    tokens = Tokens(make_tokenizer("llama"))
    example = Example(" ".join(np.resize(WORDS, length)), "")
    scoring = DocumentScoring(window=window, stride=stride)
    (question,) = documents_in_windows.questions([example], scoring, tokens, CONTEXT)
    ids = [tokens.begins_text, *tokens.plain([example.prompt])[0]]
    read = [token for each in question.passes for token in each.readings[0].tokens]
    assert read == ids[1:]
    for each in question.passes:
        assert len(each.ids) < window
        # Each token is predicted by the position before its own.
        inputs = (*each.ids, each.readings[0].tokens[-1])
        pairs = zip(each.readings[0].positions, each.readings[0].tokens, strict=True)
        assert all(inputs[position + 1] == token for position, token in pairs)


def test_a_text_file_has_a_document_in_each_line(sweep_in_process, model, tmp_path):
    lines = make_documents()
    (tmp_path / "documents.txt").write_text("\n\n".join(lines) + "\r\n")
    assert_success(sweep_in_process("-m", *ASKED, *GRID, "dataset.path=documents.txt"))
    from_text = read_results(tmp_path / FOLDER)["answer_logprob"].to_numpy()
    assert_success(sweep_in_process("-m", *ASKED, *GRID, "output=again"))
    other = tmp_path / str(FOLDER).replace("multirun", "again")
    assert np.array_equal(from_text, read_results(other)["answer_logprob"].to_numpy())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["dataset.window=1"], ["dataset.window=1", "at least 2"]),
        (["dataset.window=25"], ["dataset.window=25", "24", "context"]),
        (["dataset.window=8", "dataset.stride=8"], ["dataset.stride=8", "less than the 8"]),
        (["dataset.stride=0"], ["dataset.stride=0", "at least 1"]),
        (["dataset.shots=2"], ["dataset.shots=2", "questions", "dataset.text"]),
        (["dataset.prompt='{text}'"], ["dataset.prompt={text}", "dataset.text"]),
        (["dataset.text=body"], ["no column 'body'", "it has text"]),
        (["selection=one_standard_error"], ["one_standard_error", "accuracy", "log_loss"]),
        (["search=gradient", "search.loss=margin"], ["search.loss=margin", "search.loss=nll"]),
        (["dataset.scoring=auto", "dataset.stride=3"], ["dataset.stride=3", "perplexity"]),
        (["dataset=counterfact"], ["dataset.scoring=perplexity", "counterfact"]),
    ],
)
def test_bad_options_are_refused_in_one_line(preloaded_sweep, model, options, words):
    assert_one_line(preloaded_sweep("-m", *ASKED, *GRID, *options), *words)


def test_a_document_of_no_tokens_is_refused(preloaded_sweep, model, tmp_path):
    rows = [{"text": text} for text in ("a", "b", "  ", "c", "d")]
    write_rows(tmp_path / "documents.jsonl", rows)
    assert_one_line(preloaded_sweep("-m", *ASKED, *GRID), "line 3", "text")


def test_a_masked_model_is_refused(preloaded_sweep, model, tmp_path):
    save_tiny(tmp_path, "roberta")
    assert_one_line(preloaded_sweep("-m", *ASKED, *GRID), "perplexity", "masks")
