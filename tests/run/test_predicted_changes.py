"""Predicted changes against derivatives of an independently computed loss, in float64."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from support.configs import composed
from support.exports import save_tiny
from support.families import MOST_USED
from support.losses import STEPS, slope
from support.most_used import HYBRIDS, MASKED
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

from laser_sweep.intervention import rank_reduction
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.plan import Plan
from laser_sweep.ranking import BackwardPass
from laser_sweep.run.editor import Editor
from laser_sweep.run.worker import Worker

STEPS_OF = {"zamba2": (3e-2, 1e-2)}
"""The weights of this model are so small that rounding shows in smaller steps."""
SKIPPED = {
    "xlnet": "reads both ways, and is asked by a mask of its own: not a causal model",
    "qwen2": "a saved tokenizer of another family is read as Qwen2's own",
    "qwen3_moe": "its steps lead to other experts before they are larger than rounding",
}
ANSWERS = [
    {"question": "Anna speaks", "answer": "French"},
    {"question": "the dog of Bert sees a", "answer": "cat"},
    {"question": "Dora owns a", "answer": "goose"},
    {"question": "Carla eats bread and soup and", "answer": "rice"},
    {"question": "Emil says", "answer": "yes"},
    {"question": "Bert likes", "answer": "wine"},
    {"question": "the", "answer": "dog"},
]
LONG = [{**row, "answer": f"{row['answer']} and tea"} for row in ANSWERS]
SEVERAL = [{**row, "answer": [row["answer"], "red wine", "milk"]} for row in ANSWERS]
CHOICES = [{**row, "choices": [row["answer"], "black", "one"]} for row in ANSWERS]
LONG_CHOICES = [
    {**row, "choices": [row["answer"], "black cat", "one two three"]} for row in ANSWERS
]


def planned(folder: Path, family: str, rows: list[dict[str, object]], *options: str) -> Plan:
    model = save_tiny(family, folder)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return make_plan(
        composed(
            f"model.path={model}",
            "dataset=rows",
            f"dataset.path={folder}/rows.jsonl",
            "split=fraction",
            "split.fraction=0.7",
            "lname=all",
            f"output={folder}/results",
            "lnum=all",
            "rho=[0.2,0.6]",
            *options,
        )
    )


def predicted(plan: Plan, loss: str) -> dict[str, float]:
    examples = plan.store.parts.validation
    return Worker(plan).predicted_changes(plan.points[1:], examples, loss)


def expected(plan: Plan, family: str, loss: str) -> dict[str, float]:
    """The slope of the loss toward each point, with the validation examples one at a time."""
    auto = AutoModelForMaskedLM if family in (*MASKED, "roberta") else AutoModelForCausalLM
    # Grouped products of experts have no float64.
    eager = {"experts_implementation": "eager"}
    model = auto.from_pretrained(plan.source.path, **eager).double().eval().requires_grad_(False)
    single = auto.from_pretrained(plan.source.path).eval().requires_grad_(False)
    editor = Editor(plan, single)
    vocabulary = single.config.get_text_config().vocab_size
    texts = [plan.tokenizer.decode([token]) for token in range(vocabulary)]
    questions = [plan.questions[example] for example in plan.store.parts.validation]
    found = {}
    for point in plan.points[1:]:
        edited = {matrix: each.weight for matrix, each in editor.edits(point).items()}
        steps = STEPS_OF.get(family, STEPS)
        found[str(point)] = slope(model, edited, questions, loss, texts, steps)
    return found


def check(plan: Plan, family: str, loss: str) -> None:
    found, wanted = predicted(plan, loss), expected(plan, family, loss)
    assert found.keys() == wanted.keys()
    largest = max(map(abs, wanted.values()))
    assert largest > 1e-6
    assert found == pytest.approx(wanted, rel=1e-2, abs=2e-3 * largest)


SLOW = ("nemotron_h", "qwen3_next")
"""Families whose layers are loops in Python where no kernel is installed."""
FAMILIES = [
    pytest.param(family, marks=pytest.mark.slow) if family in SLOW else family
    for family in MOST_USED + HYBRIDS + ["zamba2"]
]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family(family: str, tmp_path: Path):
    if family in SKIPPED:
        pytest.skip(SKIPPED[family])
    check(planned(tmp_path, family, ANSWERS, "lname=all", "rho=0.3"), family, "nll")


@pytest.mark.parametrize("loss", ["margin", "nll"])
@pytest.mark.parametrize("family", ["llama", "gpt2", "roberta"])
@pytest.mark.parametrize(
    ("rows", "options"),
    [
        (LONG, ()),
        (SEVERAL, ("dataset.aliases=answer",)),
        (CHOICES, ()),
        (LONG_CHOICES, ()),
        (LONG, ("dataset.scoring=generation", "dataset.new_tokens=3")),
        (LONG, ("protocol=paper",)),
        (LONG_CHOICES, ("protocol=paper",)),
    ],
    ids=[
        "several tokens",
        "several answers",
        "choices",
        "long choices",
        "generation",
        "the paper's",
        "the paper's choices",
    ],
)
def test_every_scoring(
    rows: list[dict[str, object]],
    options: tuple[str, ...],
    family: str,
    loss: str,
    tmp_path: Path,
):
    check(planned(tmp_path, family, rows, *options), family, loss)


@pytest.mark.parametrize(
    "options",
    [
        ("rho=null", "rank=[1,3,mp]"),
        ("rho=null", "energy=[0.3,0.9]"),
        ("intervention.spectrum=bottom",),
        ("intervention.spectrum=random",),
        ("intervention.spectrum='0,2,5'", "rho=null", "rate=0"),
        ("intervention=pruning",),
        ("intervention=zero", "rho=null"),
        ("lnum=-1", "lname=[mlp,attn,all]"),
        ("stack=[{lname: fc_in, lnum: 0, rho: 0.5}, {lname: 'q_proj,fc_out', lnum: 1}]",),
    ],
)
@pytest.mark.parametrize("family", ["llama", "gpt2"])
def test_every_edit(family: str, options: tuple[str, ...], tmp_path: Path):
    check(planned(tmp_path, family, ANSWERS, *options), family, "nll")


@pytest.mark.parametrize("family", ["llama", "gpt2", "gptj", "mixtral", "roberta"])
def test_segments_and_chunks_change_nothing(family: str, tmp_path: Path):
    whole = predicted(planned(tmp_path, family, LONG_CHOICES), "margin")
    # A layer is a segment, and a batch a chunk of examples.
    options = ("cache_gb=1e-9", "batch_tokens=16")
    parts = predicted(planned(tmp_path, family, LONG_CHOICES, *options), "margin")
    assert parts == pytest.approx(whole, rel=1e-4, abs=1e-6)


def test_little_memory_for_a_batch_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    plan = planned(tmp_path, "llama", LONG_CHOICES)
    whole = predicted(plan, "margin")
    starts = set()
    own = BackwardPass._descend

    def descend(self: BackwardPass, descent, start, stop) -> None:
        starts.add((start, stop))
        assert len(descent.asked.questions) == 1
        own(self, descent, start, stop)

    monkeypatch.setattr(BackwardPass, "_descend", descend)
    monkeypatch.setattr("laser_sweep.ranking._segments._ACTIVATIONS", 1)
    assert predicted(plan, "margin") == pytest.approx(whole, rel=1e-4, abs=1e-6)
    assert starts == {(None, 1), (1, None)}


def test_a_model_that_cannot_be_run_from_a_layer_on_is_ranked_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    plan = planned(tmp_path, "llama", ANSWERS, "cache_gb=1e-9")
    whole = predicted(plan, "margin")

    def refuse(*_: object) -> None:
        raise ValueError("no blocks")

    monkeypatch.setattr("laser_sweep.ranking._backward.Blocks", refuse)
    assert predicted(plan, "margin") == pytest.approx(whole, rel=1e-4, abs=1e-6)
    assert "cannot be run from a layer on (no blocks): its ranking takes longer" in caplog.text


def test_the_test_part_has_no_influence(tmp_path: Path):
    options = ("split=first20", "split.fraction=0.6")
    plan = planned(tmp_path, "llama", ANSWERS, *options)
    before = predicted(plan, "margin")
    validating = len(plan.store.parts.validation)
    others = [*ANSWERS[:validating], *({**row, "answer": "tea"} for row in ANSWERS[validating:])]
    after = predicted(planned(tmp_path, "llama", others, *options), "margin")
    assert before == after


def test_the_model_is_left_as_it_was(tmp_path: Path):
    plan = planned(tmp_path, "llama", ANSWERS)
    worker = Worker(plan)
    before = worker.outcomes(plan.points[0], range(7))
    worker.predicted_changes(plan.points[1:], plan.store.parts.validation, "nll")
    assert worker.outcomes(plan.points[0], range(7)) == before


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_is_close(dtype: str, tmp_path: Path):
    exact = predicted(planned(tmp_path, "llama", ANSWERS), "nll")
    half = predicted(planned(tmp_path, "llama", ANSWERS, f"model.dtype={dtype}"), "nll")
    pairs = torch.tensor([[exact[name], half[name]] for name in exact]).T
    assert float(torch.corrcoef(pairs)[0, 1]) > 0.99


def test_smaller_batches_after_running_out_of_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    plan = planned(tmp_path, "llama", LONG_CHOICES, "batch_tokens=256")
    whole = predicted(plan, "margin")
    own = BackwardPass._descend

    def descend(self: BackwardPass, descent, start, stop) -> None:
        if descent.asked.batch.ids.numel() > 64:
            raise MemoryError
        own(self, descent, start, stop)

    monkeypatch.setattr(BackwardPass, "_descend", descend)
    assert predicted(plan, "margin") == pytest.approx(whole, rel=1e-4, abs=1e-6)
    sizes = [word for word in caplog.text.split() if word.startswith("batch_tokens=")]
    assert sizes == ["batch_tokens=128.", "batch_tokens=64."]


@pytest.mark.parametrize("loss", ["margin", "nll"])
def test_a_model_whose_numbers_overflow_is_not_ranked(loss: str, tmp_path: Path):
    plan = planned(tmp_path, "llama", ANSWERS, "model.dtype=float16")
    worker = Worker(plan)
    worker._evaluator.model.get_parameter("model.norm.weight").fill_(6e4)
    with pytest.raises(ValueError, match=r"NaN: does torch.float16 overflow\? Try another dtype"):
        worker.predicted_changes(plan.points[1:], plan.store.parts.validation, loss)


def test_a_gradient_that_overflows_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    plan = planned(tmp_path, "llama", ANSWERS, "model.dtype=bfloat16")
    own = BackwardPass.gradients

    def gradients(self: BackwardPass, *args):
        for segment, found in own(self, *args):
            found["model.layers.1.mlp.down_proj.weight"][0, 0] = torch.inf
            yield segment, found

    monkeypatch.setattr(BackwardPass, "gradients", gradients)
    wanted = r"down_proj.weight is -?(inf|nan): does torch.bfloat16 overflow\? Try another dtype"
    with pytest.raises(ValueError, match=wanted):
        predicted(plan, "nll")


def test_two_lines_tell_of_the_ranking(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO")
    plan = planned(tmp_path, "llama", ANSWERS)
    predicted(plan, "nll")
    points, examples = len(plan.points) - 1, len(plan.store.parts.validation)
    wanted = f"ranking {points} points by one backward pass over {examples} examples"
    assert wanted in caplog.text
    assert "ranked in " in caplog.text


def test_matrices_are_decomposed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    decomposed = []
    own = rank_reduction.components

    def components(matrix):
        decomposed.append(matrix.shape)
        return own(matrix)

    # A layer is a segment; a state of every token is kept, but not of every segment.
    options = ("cache_gb=2.5e-5", "batch_tokens=16", "rho=[0.2,0.4,0.6]")
    plan = planned(tmp_path, "llama", [*LONG_CHOICES, *LONG_CHOICES], *options)
    monkeypatch.setattr(rank_reduction, "components", components)
    predicted(plan, "margin")
    matrices = [m for block in plan.layout.blocks for each in block.values() for m in each]
    assert len(decomposed) == len(matrices)
