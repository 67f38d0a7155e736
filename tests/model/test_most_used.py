"""Tiny models of the most used families, with random weights: edits and outcomes."""

import numpy as np
import pytest
from support.families import MOST_USED
from support.most_used import HYBRIDS, MASKED, make
from support.tiny import EXAMPLES, asked

from laser_sweep.dataset import ANSWER, Scoring
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.evaluate.questions.encode import encode
from laser_sweep.grid.amount import RANK, Amount
from laser_sweep.grid.point import Edit
from laser_sweep.intervention import Options, Retention, rank_reduction
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.model.temporary import temporary_weights


@pytest.mark.parametrize("name", MOST_USED + HYBRIDS)
def test_examples_in_batches_are_those_of_one_at_a_time(name):
    if name == "xlnet":
        pytest.skip("reads both ways, and is asked by a mask of its own: not a causal model")
    model, config = make(name)
    prompting, scoring = asked("roberta" if name in MASKED else "gptj"), Scoring(ANSWER)
    questions = encode(EXAMPLES, scoring, prompting, config).questions
    layout = find_layout(model, name)
    evaluator = Evaluator(model, layout, prompting, questions, scoring, 200)
    together = evaluator.evaluate(range(len(EXAMPLES)))["answer_logprob"]
    alone = [evaluator.evaluate([i])["answer_logprob"][0] for i in range(len(EXAMPLES))]
    assert together == pytest.approx(alone, abs=1e-4)
    assert len(set(alone)) == len(alone)


@pytest.mark.parametrize("name", MOST_USED + HYBRIDS)
def test_every_matrix_of_the_last_layer_is_edited_as_numpy_would(name):
    model, _ = make(name)
    layout = find_layout(model, name)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    for lname, matrices in layout.blocks[-1].items():
        for matrix in matrices[-2:]:
            weight = matrix.read(model).double().numpy()
            kept = Retention(Amount(RANK, 2))
            value = rank_reduction.apply(
                rank_reduction.prepare(matrix.read(model)), kept, Options()
            )
            with temporary_weights(model, {matrix: value.weight}):
                after = matrix.read(model).double().numpy()
                changed = [k for k, v in model.state_dict().items() if not v.equal(before[k])]
            u, s, vt = np.linalg.svd(weight, full_matrices=False)
            np.testing.assert_allclose(after, (u[:, :2] * s[:2]) @ vt[:2], atol=1e-4)
            names = {matrix.parameter, *matrix.shared_with}
            assert changed, lname
            assert set(changed) <= names, lname
    assert all(value.equal(before[key]) for key, value in model.state_dict().items())


@pytest.mark.parametrize("name", MOST_USED)
def test_groups_and_all_layers_hold_every_matrix_once(name):
    layout = find_layout(make(name)[0], name)
    edit = Edit("zero", "all", -1, Amount(RANK, 2))
    names = [matrix.name for matrix in layout.matrices(edit)]
    assert len(names) == len(set(names))
    assert names
