"""The pass through the candidates: on made outcomes, after failures, and after interruptions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from support.configs import composed

from laser_sweep import read_results
from laser_sweep.command.dry_run import describe
from laser_sweep.command.finished import finished
from laser_sweep.grid.point import Evaluation, Point
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.plan import Plan, command_of
from laser_sweep.report import read_report, summary
from laser_sweep.run.composer import compose
from laser_sweep.run.execute import execute
from laser_sweep.run.worker import Worker
from laser_sweep.split import TEST, VALIDATION
from laser_sweep.store.columns import columns
from laser_sweep.store.composition import Composition, read_composition

SWEEP = ("lnum=[0,26]", "lname=fc_in", "rho=[0.1,0.5]", "dataset.limit=600")
STACKED = ("lnum=[0,1,26,27]", "lname=fc_in", "rho=0.01", "dataset.limit=100", "compose=greedy")


def planned(folder: Path, *options: str) -> Plan:
    plan = make_plan(composed(*options, f"output={folder}"))
    plan.store.open(command_of(plan))
    return plan


def composition_in(plan: Plan) -> Composition:
    found = read_composition(plan.store.folder)
    assert found is not None
    return found


class MadeOutcomes:
    """A worker that knows the effect of each edit on the log-loss and on the right answers.

    The log-loss of a stack falls by the sum of its edits' gains, and each edit adds a spread of
    0.1 between examples; the first so many examples are right.
    """

    def __init__(self, plan: Plan, gains: dict[str, float], right: dict[str, int]):
        self.plan, self.gains, self.right = plan, gains, right
        self.points: list[str] = []

    def run(self, evaluations: Iterable[Evaluation], *, bar: bool = True) -> list[Evaluation]:
        for point, examples in evaluations:
            self.points.append(str(point))
            self._write(point, examples)
        return []

    def _write(self, point: Point, examples: tuple[int, ...]) -> None:
        names = [str(edit) for edit in point.edits]
        gain = sum(self.gains[name] for name in names)
        right = 10 + sum(self.right[name] for name in names)
        spread = np.where(np.arange(len(examples)) % 2, 0.1, -0.1) * len(names)
        outcomes = {
            "correct": [place < right for place in range(len(examples))],
            "answer_logprob": (-3.0 + gain + spread).tolist(),
            "answer_length": [1] * len(examples),
        }
        self.plan.store.write(columns(point, []), examples, outcomes)


def made(folder: Path, effects: dict[str, tuple[float, int]], *options: str) -> MadeOutcomes:
    """A sweep with made outcomes of all points on the validation part, 40 examples."""
    plan = planned(folder, "dataset.limit=200", "split=first20", *options)
    assert {str(point) for point in plan.points} == {"base", *effects}
    gains = {name: gain for name, (gain, _) in effects.items()}
    worker = MadeOutcomes(plan, gains, {name: right for name, (_, right) in effects.items()})
    worker.run(Evaluation(point, plan.store.parts.validation) for point in plan.points)
    worker.points.clear()
    return worker


def test_the_path_on_made_outcomes(tmp_path: Path):
    # One standard error is 0.016: a gain of 0.05 is 3 of them, one of 0.02 is 1.3.
    worker = made(
        tmp_path,
        {
            "mlp-l26-rho0.5": (0.05, 5),
            "fc_in-l26-rho0.5": (0.5, 4),
            "mlp-l1-rho0.5": (0.02, 3),
            "fc_in-l1-rho0.5": (0.05, 1),
            "mlp-l2-rho0.5": (0.5, -2),
            "fc_in-l2-rho0.5": (0.05, 0),
        },
        *("lname=[mlp,fc_in]", "lnum=[1,2,26]", "rho=0.5", "compose=guarded"),
    )
    compose(worker.plan, worker)
    found = composition_in(worker.plan)
    assert [(trial.candidate, trial.outcome) for trial in found.trials] == [
        ("mlp-l26-rho0.5", "accepted"),
        ("fc_in-l26-rho0.5", "overlaps"),
        ("mlp-l1-rho0.5", "refused"),  # not by 2 standard errors
        ("fc_in-l1-rho0.5", "accepted"),
        ("fc_in-l2-rho0.5", "accepted"),
        ("mlp-l2-rho0.5", "overlaps"),
    ]
    assert found.point == "fc_in-l1-rho0.5+fc_in-l2-rho0.5+mlp-l26-rho0.5"
    assert found.trials[3].accuracy == pytest.approx(16 / 40)
    assert found.trials[3].log_loss_change == pytest.approx(-0.05)
    # What the sweep has evaluated is not evaluated again.
    assert worker.points == [
        "mlp-l1-rho0.5+mlp-l26-rho0.5",
        "fc_in-l1-rho0.5+mlp-l26-rho0.5",
        "fc_in-l1-rho0.5+fc_in-l2-rho0.5+mlp-l26-rho0.5",
    ]


def test_only_so_many_candidates_are_tried(tmp_path: Path):
    effects = {f"fc_in-l{layer}-rho0.5": (0.1, 8 - layer) for layer in range(8)}
    options = ("lname=fc_in", "lnum=[0,1,2,3,4,5,6,7]", "rho=0.5", "compose=guarded")
    worker = made(tmp_path, effects, *options, "compose.candidates=3")
    compose(worker.plan, worker)
    assert composition_in(worker.plan).point == "+".join(list(effects)[:3])


def test_a_stack_of_one_edit_that_is_not_the_chosen_one_is_tested(tmp_path: Path):
    plan = planned(tmp_path, *SWEEP, "compose=guarded", "compose.z=4.9")
    assert execute(plan) == 0
    report = read_report(plan.store.folder)
    assert report.search.pick.point == "fc_in-l26-rho0.1"
    assert report.search.stack == "fc_in-l0-rho0.5"
    assert report.search.is_complete
    assert report.composed.against_base is not None
    assert report.composed.against_chosen is not None
    assert finished(plan.config)


def test_a_failed_trial_is_told_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole = planned(tmp_path / "whole", *STACKED)
    assert execute(whole) == 0
    expected = composition_in(whole)
    assert expected.point.count("+") == 2
    plan = planned(tmp_path / "failed", *STACKED)
    with monkeypatch.context() as patched:
        write = plan.store.write

        def refuse(point, examples, outcomes):
            if point.edits > 1:
                raise ValueError("cannot be written")
            return write(point, examples, outcomes)

        patched.setattr(plan.store, "write", refuse)
        assert execute(plan) == 1
    assert "failed" in [trial.outcome for trial in composition_in(plan).trials]
    assert not read_report(plan.store.folder).search.is_complete
    assert not finished(plan.config)
    again = planned(tmp_path / "failed", *STACKED)
    assert execute(again) == 0
    assert composition_in(again) == expected
    assert finished(again.config)


def test_a_lost_result_of_the_stack_is_computed_again(tmp_path: Path):
    plan = planned(tmp_path, *STACKED)
    assert execute(plan) == 0
    found, report = composition_in(plan), read_report(plan.store.folder)
    lost = plan.store.path(found.point, plan.store.parts.validation)
    content = lost.read_bytes()
    lost.unlink()
    assert f"accepted {len(found.accepted)}" in summary(read_report(plan.store.folder))
    assert not finished(plan.config)
    assert execute(planned(tmp_path, *STACKED)) == 0
    assert lost.read_bytes() == content
    assert composition_in(plan) == found
    assert summary(read_report(plan.store.folder)) == summary(report)


def test_an_interrupted_composition_continues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole = planned(tmp_path / "whole", *STACKED)
    assert execute(whole) == 0
    plan = planned(tmp_path / "interrupted", *STACKED)
    computed: list[str] = []
    run = Worker._evaluate

    def stop_at_the_third(self, point, examples, partial):
        if len(point.edits) == 3:
            raise KeyboardInterrupt
        run(self, point, examples, partial)

    with monkeypatch.context() as patched:
        patched.setattr(Worker, "_evaluate", stop_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            execute(plan)
    assert read_composition(plan.store.folder) is None
    assert "not composed yet" in summary(read_report(plan.store.folder))

    def count(self, point, examples, partial):
        computed.append(str(point))
        run(self, point, examples, partial)

    monkeypatch.setattr(Worker, "_evaluate", count)
    assert execute(planned(tmp_path / "interrupted", *STACKED)) == 0
    assert composition_in(plan) == composition_in(whole)
    on_validation = len(computed) - len(read_report(plan.store.folder).search.finals) - 1
    stacks = [name for name in computed if name.count("+") >= 2]
    assert on_validation == len(stacks) - 1, "only what was left, then base, chosen and stack"


def test_the_cost_counts_every_trial(tmp_path: Path):
    plan = planned(tmp_path, *STACKED)
    assert execute(plan) == 0
    report = read_report(plan.store.folder)
    assert report.search.stack not in report.search.record.points
    # The folder has nothing but this sweep, one row for each evaluation.
    assert report.cost.evaluations == len(read_results(plan.store.folder))
    assert report.cost.points == len(plan.points)


@pytest.mark.parametrize("search", ["search=grid", "search=gradient"])
def test_a_dry_run_tells_of_the_composition(tmp_path: Path, search: str):
    plan = planned(tmp_path, *STACKED, search)
    assert "compose:  greedy, up to 4 edits, each tried on 20 examples" in describe(plan)
    limited = planned(tmp_path, *STACKED, search, "compose.candidates=2")
    assert "greedy, up to 2 edits" in describe(limited)
    assert "compose" not in describe(planned(tmp_path, *STACKED[:-1], search))


def test_outcomes_of_the_test_part_have_no_influence(tmp_path: Path):
    options = (*STACKED[:-1], "split.test=all", "split=first20")
    assert execute(planned(tmp_path / "one", *options)) == 0
    assert execute(planned(tmp_path / "other", *options)) == 0
    for name in ("one", "other"):
        plan = planned(tmp_path / name, *options, "compose=guarded")
        if name == "other":
            _turn_over_the_test_part(plan)
        assert execute(plan) == 0
    written = [
        (planned(tmp_path / name, *options).store.folder / "composition.json").read_bytes()
        for name in ("one", "other")
    ]
    assert written[0] == written[1]
    assert b"accepted" in written[0]


def _turn_over_the_test_part(plan: Plan) -> None:
    """Make every right outcome of the test part wrong, and every wrong one right."""
    outcomes = plan.store.read()
    for path in plan.store.paths.result_files(plan.store.digest):
        path.unlink()
    for point in plan.points:
        rows = outcomes[outcomes["point"] == str(point)].sort_values("example")
        turned = rows["correct"] != (rows["part"] == TEST)
        changed = {
            "correct": turned.tolist(),
            "answer_logprob": (rows["answer_logprob"] - 5.0 * (rows["part"] == TEST)).tolist(),
            "answer_length": rows["answer_length"].tolist(),
        }
        plan.store.write(columns(point, []), tuple(rows["example"]), changed)
    assert (plan.store.read()["part"] == VALIDATION).any()
