"""The report that is made from a sweep's folder alone."""

import json
from dataclasses import asdict, replace

import pandas as pd
import pytest
from support.written_sweeps import BAD, BASE, GOOD, make_store, remake, selection, write, write_grid

from laser_sweep.errors import ConfigError
from laser_sweep.report import read_report, summary
from laser_sweep.report.changes import change_counts
from laser_sweep.report.formatting import interval, p_value, points, typeset
from laser_sweep.report.sentences import choice
from laser_sweep.report.tables import result_rows


@pytest.fixture
def store(tmp_path):
    """A finished sweep: GOOD is chosen; on the test part it corrects 3 and breaks 1."""
    made = make_store(tmp_path / "sweep")
    write_grid(made)
    write(made, BASE, "test", "1100000000", 2.5)
    write(made, GOOD, "test", "1011100000", 1.5)
    return made


def files_of(folder):
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_the_report_compares_base_and_chosen_on_both_parts(store):
    report = read_report(store.folder)
    assert report.title == "tiny · facts · rank_reduction"
    assert result_rows(report.search) == [
        ["base", "base", "–", "50.0 %", "2.000", "20.0 %", "2.500"],
        ["chosen", "fc_in-l3-rho0.01", "40", "75.0 %", "1.250", "40.0 %", "1.500"],
        ["difference", "", "", "+25.0", "-0.750", "+20.0", "-1.000"],
    ]
    assert change_counts(report.changed_examples) == {"corrected": 3, "broken": 1}
    assert (report.search.candidates, report.search.missing) == (4, 0)
    assert report.cost.evaluations == 4 * 4 + 2 * 10


def test_the_verdict_says_what_was_chosen_and_what_it_does(store):
    verdict = choice(read_report(store.folder))
    for text in (
        "fc_in-l3-rho0.01",
        "40.0 %",
        "20.0 %",
        "+20.0 points",
        "3 examples corrected",
        "1 broken",
    ):
        assert text in verdict


def test_reading_a_report_writes_nothing(store):
    before = files_of(store.folder)
    read_report(store.folder)
    assert files_of(store.folder) == before


def test_selection_json_says_everything_to_programs(store):
    remake(store.folder)
    made = selection(store.folder)
    assert made["rule"] == "accuracy"
    assert made["chosen"] == {
        "point": "fc_in-l3-rho0.01",
        "intervention": "rank_reduction",
        "lname": "fc_in",
        "lnum": 3,
        "expert": "all",
        "rate": 9.9,
        "rho": 0.01,
        "rank": 40,
        "edits": 1,
        "validation": {"examples": 4, "accuracy": 0.75, "log_loss": 1.25},
        "test": {"examples": 10, "accuracy": 0.4, "log_loss": 1.5},
    }
    assert made["base"]["test"] == {"examples": 10, "accuracy": 0.2, "log_loss": 2.5}
    assert (made["base"]["lnum"], made["base"]["rank"]) == (None, None)
    assert made["test_accuracy_difference_points"] == pytest.approx(20)
    assert made["test_changes"] == {"corrected": 3, "broken": 1}
    assert made["cost"] == {
        "candidates": 4,
        "missing_points": 0,
        "evaluated_examples": 36,
        "seconds": None,
    }
    assert (made["folds"], made["per"]) == ([], {})
    assert made["identity"] == asdict(store.identity)
    assert {"laser_sweep", "torch", "transformers"} <= set(made["versions"])


def test_the_grid_has_a_row_for_each_point(store):
    remake(store.folder)
    csv = pd.read_csv(store.folder / "grid.csv")
    parquet = pd.read_parquet(store.folder / "grid.parquet")
    for grid in (csv, parquet):
        accuracy = dict(zip(grid["point"], grid["validation_accuracy"], strict=True))
        assert accuracy == {
            "base": 0.5,
            "fc_in-l3-rho0.01": 0.75,
            "fc_in-l3-rho0.9": 0.5,
            "fc_out-l2-rho0.01": 0.0,
        }
    assert list(csv.columns) == list(parquet.columns)


def test_the_markdown_says_what_was_found_and_what_was_run(store):
    report = remake(store.folder)
    text = (store.folder / "report.md").read_text(encoding="utf-8")
    assert text.startswith("# tiny · facts · rank_reduction\n")
    assert choice(report) in text
    for cells in result_rows(report.search)[:2]:
        (line,) = [line for line in text.splitlines() if line.startswith(f"| {cells[0]} ")]
        assert [cell.strip() for cell in line.strip("|").split("|")] == cells
    for fact in ("`models/tiny`", "xxh3:w", "xxh3:e", "float32", "corrected", "4 candidates"):
        assert fact in text
    assert "not finished" not in text


def test_the_best_points_are_listed_best_first_without_the_base(store):
    remake(store.folder)
    text = (store.folder / "report.md").read_text(encoding="utf-8")
    best = text.partition("## Best on the validation part")[2].partition("All points")[0]
    listed = [line.split("|")[1].strip() for line in best.splitlines() if "rho" in line]
    assert listed == ["fc_in-l3-rho0.01", "fc_in-l3-rho0.9", "fc_out-l2-rho0.01"]


def test_the_heat_map_is_a_picture_that_the_markdown_shows(store):
    remake(store.folder)
    figures = store.folder / "figures"
    assert (figures / "heat_map.png").read_bytes().startswith(b"\x89PNG")
    svg = (figures / "heat_map.svg").read_text(encoding="utf-8")
    for text in ("τ = fc_in", "τ = fc_out", "75.0", "0.01", "base 50.0 %"):
        assert text in svg
    assert "(figures/heat_map.png)" in (store.folder / "report.md").read_text(encoding="utf-8")


def test_the_same_results_are_the_same_bytes_in_every_file(store):
    remake(store.folder)
    first = files_of(store.folder)
    remake(store.folder)
    assert files_of(store.folder) == first
    assert {"selection.json", "report.md", "grid.csv", "grid.parquet"} <= set(first)


def test_a_point_that_is_not_tested_yet_is_reported_as_such(tmp_path):
    store = make_store(tmp_path)
    write_grid(store)
    report = remake(tmp_path)
    assert "fc_in-l3-rho0.01; not tested yet" in choice(report)
    assert report.difference is None
    made = selection(tmp_path)
    assert made["chosen"]["test"] == {"examples": 0, "accuracy": None, "log_loss": None}
    assert made["test_accuracy_difference_points"] is None
    assert made["test_changes"] == {}


def test_an_unfinished_sweep_says_how_much_is_missing(tmp_path):
    store = make_store(tmp_path)
    write(store, BASE, "validation", "1010")
    write(store, GOOD, "validation", "1110")
    report = remake(tmp_path)
    assert report.search.missing == 2
    assert "2 points have no result yet" in summary(report)
    assert "2 points have no result yet" in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert selection(tmp_path)["cost"]["missing_points"] == 2


def test_the_base_is_chosen_where_no_edit_is_better(tmp_path):
    store = make_store(tmp_path)
    write(store, BASE, "validation", "1110")
    write(store, BASE, "test", "1111100000")
    write(store, BAD, "validation", "0000")
    report = remake(tmp_path)
    assert report.search.chosen.point == "base"
    assert "base model itself is chosen" in choice(report)
    assert report.difference == 0
    assert change_counts(report.changed_examples) == {"corrected": 0, "broken": 0}


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("accuracy", "no edit is better on the validation part"),
        ("log_loss", "no edit has a lower log-loss on the validation part"),
        ("one_standard_error", "it is within one standard error of the best"),
    ],
)
def test_why_the_base_is_chosen_is_said_by_the_rule(rule, why, tmp_path):
    store = make_store(tmp_path, selection=rule)
    write(store, BASE, "validation", "1110", 1.0)
    write(store, GOOD, "validation", "1111" if rule == "log_loss" else "0111", 2.0)
    assert f"The base model itself is chosen: {why}" in choice(read_report(tmp_path))


@pytest.mark.parametrize(
    ("protocol", "rule", "told"),
    [("corrected", "accuracy", True), ("paper", "accuracy", False), ("corrected", "f1", False)],
)
def test_an_edit_that_is_as_often_right_is_chosen_for_its_log_loss_by_one_rule(
    protocol, rule, told, tmp_path
):
    store = make_store(tmp_path, protocol, selection=rule)
    for point, loss in ((BASE, 2.0), (GOOD, 1.0)):
        for part, right in (("validation", "1100"), ("test", "1111100000")):
            write(store, point, part, right, loss, f1=0.5)
    said = choice(read_report(tmp_path))
    assert said.startswith("Chosen on the validation part")
    assert (", for its log-loss alone:" in said) == told


def test_differences_that_round_to_nothing_have_no_sign_and_p_values_keep_their_side():
    assert points(-0.0002) == points(0.0) == "+0.0"
    assert points(-0.004) == "-0.4"
    assert interval(-0.0002, 0.01) == "0.0 to 1.0"
    assert [p_value(p) for p in (0.04999, 0.0499, 0.05, 0.0501, 0.00012, 1.0)] == [
        *("0.04999", "0.0499", "0.05", "0.05", "0.00012", "1")
    ]


def test_an_answer_that_is_impossible_to_the_model_leaves_valid_json(tmp_path):
    store = make_store(tmp_path)
    write_grid(store)
    write(store, BASE, "test", "1100000000")
    write(store, GOOD, "test", "1011100000", float("inf"))
    remake(tmp_path)

    def refuse(constant):
        raise AssertionError(constant)

    text = (tmp_path / "selection.json").read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=refuse)["chosen"]["test"]["log_loss"] is None


def test_an_infinite_log_loss_leaves_a_page_that_a_browser_can_read(tmp_path):
    store = make_store(tmp_path)
    write_grid(store)
    write(store, BASE, "test", "1100000000")
    write(store, GOOD, "test", "1011100000", float("inf"))
    page = remake(tmp_path).paths.page.read_text(encoding="utf-8")
    text = page.partition('<script type="application/json" id="data">')[2].partition("</script>")[0]

    def refuse(constant):
        raise AssertionError(constant)

    points = {point["point"]: point for point in json.loads(text, parse_constant=refuse)["points"]}
    assert points[GOOD.point]["test_log_loss"] is None
    assert points["base"]["test_log_loss"] == 1.0


def test_in_the_papers_protocol_the_base_is_reported_and_not_chosen(tmp_path):
    store = make_store(tmp_path, "paper")
    write(store, BASE, "validation", "1110")
    write(store, BAD, "validation", "0000")
    report = remake(tmp_path)
    assert (report.search.base.point, report.search.chosen.point) == ("base", BAD.point)
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "without the base model" in text
    assert "| paper |" in " ".join(text.split())


@pytest.mark.parametrize("present", [[], [GOOD]])
def test_without_the_base_there_is_a_report_and_no_verdict(tmp_path, present):
    store = make_store(tmp_path)
    for columns in present:
        write(store, columns, "validation", "1110")
    report = remake(tmp_path)
    assert choice(report).startswith("Nothing to select yet")
    assert selection(tmp_path)["base"] is None
    assert "heat_map" not in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert not list((tmp_path / "figures").iterdir())


def test_the_base_alone_needs_no_heat_map(tmp_path):
    write(make_store(tmp_path), BASE, "validation", "1110")
    remake(tmp_path)
    assert not list((tmp_path / "figures").iterdir())
    assert "heat_map" not in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_all_layers_at_once_and_points_without_a_rank_are_reported(tmp_path):
    store = make_store(tmp_path, points=["mlp-lall-rho0.01"])
    write_grid(store)
    everywhere = replace(GOOD, lname="mlp", lnum=-1, rank=None, edits=8, point="mlp-lall-rho0.01")
    write(store, everywhere, "validation", "1111")
    report = remake(tmp_path)
    assert result_rows(report.search)[1][:3] == ["chosen", "mlp-lall-rho0.01", "–"]
    assert selection(tmp_path)["chosen"]["rank"] is None
    svg = (tmp_path / "figures" / "heat_map.svg").read_text(encoding="utf-8")
    assert "τ = mlp" in svg
    assert ">all<" in svg


def test_a_folder_that_is_no_sweeps_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"has no sweep\.json"):
        remake(tmp_path)


def test_points_of_other_commands_are_no_candidates(tmp_path):
    store = make_store(tmp_path)
    write_grid(store)
    other = replace(GOOD, lnum=1, point="fc_in-l1-rho0.01")
    write(store, other, "validation", "1111", log_loss=0.1)
    assert other.point not in set(remake(tmp_path).search.table["point"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("p = 7.5e-155, -0.5 to -2.1", "p = 7.5e−155, −0.5 to −2.1"),
        ("fc_in-l27-rho1e-05", "fc_in-l27-rho1e-05"),
        ("layers 2-7, arXiv-2312", "layers 2-7, arXiv-2312"),
        ("from 3 % to 4 %", "from 3\N{NO-BREAK SPACE}% to 4\N{NO-BREAK SPACE}%"),
    ],
)
def test_numbers_have_minus_signs_and_names_keep_their_hyphens(text: str, shown: str):
    assert typeset(text) == shown
