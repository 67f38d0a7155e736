"""The reference's outcomes through the command line: the sweep, then `read_results`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.commands import Command, assert_success
from support.parity_cases import CASES, Case

from laser_sweep import read_results

SOME = [
    case
    for case in CASES
    if str(case)
    in {
        "gptj/counterfact/mlp-l2-r5.0",
        "gptj/hotpot/fc_in-l-1-r6.0",
        "llama/counterfact/dropout-k_proj-l2-r5.0",
        "llama/bbh_qa/fc_out-l1-r7.5",
        "roberta/fever/q_proj-l1-r5.0",
        "roberta/bios_gender/base",
        "gptj/counterfact/zero-fc_out-l0",
    }
]


@pytest.mark.parametrize("case", SOME, ids=str)
def test_a_command_reproduces_a_run_of_the_reference(
    case: Case, sweep_in_process: Command, tmp_path: Path
):
    assert_success(sweep_in_process("-m", *case.overrides()))
    assert_outcomes_of_the_reference(case, tmp_path)


@pytest.mark.slow
def test_a_process_reproduces_a_run_of_the_reference(preloaded_sweep: Command, tmp_path: Path):
    assert_success(preloaded_sweep("-m", *SOME[0].overrides()))
    assert_outcomes_of_the_reference(SOME[0], tmp_path)


def assert_outcomes_of_the_reference(case: Case, folder: Path) -> None:
    """A sweep's outcomes are those of the reference, example by example."""
    kind = case.kind
    frame = read_results(folder / "multirun" / case.llm / case.dataset / kind)
    rows = frame[(frame["point"] != "base") | (kind == "none")].sort_values("example")
    golden = case.golden["examples"]
    assert rows["example"].tolist() == list(range(case.golden["num_examples"]))
    assert rows["correct"].tolist() == golden["correct"]
    np.testing.assert_allclose(rows["answer_logprob"], golden["answer_logprob"], atol=1e-4)
    if "generation" in golden and case.name != "counterfact":
        assert rows["prediction"].tolist() == golden["generation"]
    if "top_10_tokens" in golden:
        assert [list(tokens) for tokens in rows["top_tokens"]] == golden["top_10_tokens"]
