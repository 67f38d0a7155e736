"""The store: whole files or none, damage is noticed, and what `read_results` gives."""

import json
import math
import re
import struct
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.disk import disk_full
from support.records import make_command
from support.tiny import quick

import laser_sweep
from laser_sweep.errors import ConfigError
from laser_sweep.grid.point import Evaluation
from laser_sweep.split import Parts
from laser_sweep.store.atomic import write_file
from laser_sweep.store.columns import PointColumns
from laser_sweep.store.paths import Paths, stem_in
from laser_sweep.store.record import FORMAT, Identity, make_record, read_record
from laser_sweep.store.results import Store, read_results

PARTS = Parts((0, 1, 2), (3, 4, 5, 6))
NAMES = ("validation", "test")
IDENTITY = Identity("xxh3:weights", "float32", "xxh3:examples", "corrected")
BASE = PointColumns("none", "dont", None, None, 0.0, 1.0, None, 0, "base")
EDIT = PointColumns("rank_reduction", "fc_in", 26, "all", 9.9, 0.01, 40, 1, "fc_in-l26-rho0.01")


def outcomes_of(part):
    count = len(PARTS.of(part))
    return {
        "correct": [i % 2 == 0 for i in range(count)],
        "answer_logprob": [-0.1 - i / 3 for i in range(count)],
        "answer_length": [1] * count,
        "prediction": [f"wörd {i}" for i in range(count)],
        "choice_logprobs": [[-1.5] * (2 + i % 2) for i in range(count)],
    }


def make_store(folder, identity=IDENTITY, parts=PARTS):
    store = Store(folder, identity, parts)
    store.open(make_command())
    return store


def fill(store, *points):
    for columns in points:
        for part in NAMES:
            if examples := store.parts.of(part):
                store.write(columns, examples, outcomes_of(part))


def has(store, point, part):
    """Whether a point has an outcome on every example of a part."""
    return not store.missing([Evaluation(point, store.parts.of(part))])


@pytest.fixture
def store(tmp_path):
    return make_store(tmp_path / "sweep")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store with one result; tests put the file back after damaging it."""
    made = make_store(tmp_path_factory.mktemp("whole"), parts=Parts((0, 1, 2), ()))
    fill(made, EDIT)
    return made


@contextmanager
def damaged(store, content):
    """The one result of a store, with another content of its file."""
    path = store.path(EDIT.point, store.parts.validation)
    original = path.read_bytes()
    path.write_bytes(content(original))
    try:
        yield
    finally:
        path.write_bytes(original)


def files_of(store):
    return {
        path.relative_to(store.folder): path.read_bytes()
        for path in store.folder.rglob("*")
        if path.is_file()
    }


def test_what_was_written_is_read(store):
    fill(store, EDIT)
    frame = read_results(store.folder)
    for part in NAMES:
        rows = frame[frame["part"] == part]
        assert tuple(rows["example"]) == PARTS.of(part)
        for name, values in outcomes_of(part).items():
            assert [_plain(value) for value in rows[name]] == values
    assert {_plain(value) for value in frame["lnum"]} == {26}
    assert set(frame["rho"]) == {0.01}
    assert {_plain(value) for value in frame["rank"]} == {40}


def _plain(value):
    return value.tolist() if hasattr(value, "tolist") else value


def test_the_columns_and_their_types_are_the_promised_ones(store):
    fill(store, BASE, EDIT)
    frame = laser_sweep.read_results(str(store.folder))
    assert (
        list(frame.columns)
        == (
            "intervention lname lnum expert rate rho rank edits point example part "
            "fold cluster correct "
            "answer_logprob answer_length text_bytes prediction question_logprob total_logprob "
            "top_1 top_5 top_10 choice_logprobs choice_lengths correct_per_token acc acc_norm "
            "f1 precision recall correct_in_paper top_tokens top_logprobs"
        ).split()
    )
    types = {name: str(frame[name].dtype) for name in frame.columns}
    assert types["correct"] == "bool"
    assert types["example"] == "int64"
    assert {types[name] for name in ("lnum", "rank", "edits", "text_bytes")} == {"Int32"}
    assert {types[name] for name in ("top_1", "top_5", "top_10")} == {"boolean"}
    for name in ("rate", "rho", "answer_logprob", "question_logprob", "total_logprob", "f1"):
        assert types[name] == "float64"
    for name in ("intervention", "lname", "point", "part", "prediction"):
        assert pd.api.types.is_string_dtype(frame[name])


def test_the_types_are_the_same_without_a_result(store):
    empty = read_results(store.folder)
    fill(store, BASE, EDIT)
    full = read_results(store.folder)
    assert len(empty) == 0
    numeric = [name for name in full.columns if not pd.api.types.is_string_dtype(full[name])]
    assert empty.dtypes[numeric].equals(full.dtypes[numeric])


def test_what_is_not_recorded_is_missing(store):
    fill(store, BASE)
    frame = read_results(store.folder)
    assert frame[["lnum", "rank", "top_1", "f1", "question_logprob"]].isna().all(axis=None)


def test_log_probabilities_that_are_not_finite_come_back_as_they_were(store):
    values = [-math.inf, math.nan, -1.0]
    store.write(
        BASE, store.parts.validation, {**outcomes_of("validation"), "answer_logprob": values}
    )
    read = store.read()["answer_logprob"].tolist()
    assert read == pytest.approx(values, nan_ok=True)


def test_rows_are_in_order_whatever_the_order_of_writing(store):
    later = replace(EDIT, lnum=27, point="fc_in-l27-rho0.01")
    wider = replace(EDIT, rate=1.0, rho=0.9, point="fc_in-l26-rho0.9")
    fill(store, later, EDIT, BASE, wider)
    frame = read_results(store.folder)
    order = [BASE.point, wider.point, EDIT.point, later.point]
    assert list(dict.fromkeys(frame["point"])) == order
    assert frame["example"].tolist() == list(range(7)) * 4


def test_a_result_is_there_once_it_is_written_and_for_its_part_alone(store):
    assert not has(store, EDIT.point, "validation")
    store.write(EDIT, store.parts.validation, outcomes_of("validation"))
    assert has(store, EDIT.point, "validation")
    assert not has(store, EDIT.point, "test")
    assert not has(store, BASE.point, "validation")


def test_the_same_content_is_the_same_bytes(tmp_path):
    one, other = make_store(tmp_path / "one"), make_store(tmp_path / "other")
    fill(one, BASE, EDIT)
    fill(other, EDIT, BASE)
    fill(other, EDIT)
    assert files_of(one) == files_of(other)


@pytest.mark.parametrize(
    "difference",
    [
        {"weights": "xxh3:others"},
        {"dtype": "bfloat16"},
        {"examples": "xxh3:others"},
        {"protocol": "paper"},
        {"format": FORMAT + 1},
    ],
)
def test_results_of_another_identity_are_in_other_files(store, difference):
    fill(store, EDIT)
    other = Store(store.folder, replace(IDENTITY, **difference), PARTS)
    assert other.path(EDIT.point, other.parts.test) != store.path(EDIT.point, store.parts.test)
    assert not has(other, EDIT.point, "test")
    assert other.read().empty


def test_with_another_split_what_is_there_is_of_use(store):
    fill(store, EDIT)
    files = files_of(store)
    other = make_store(store.folder, parts=Parts((0, 3), (1, 2, 4, 5, 6)))
    assert has(other, EDIT.point, "validation")
    assert has(other, EDIT.point, "test")
    frame = read_results(store.folder)
    assert frame.groupby("part")["example"].apply(tuple).to_dict() == {
        "validation": (0, 3),
        "test": (1, 2, 4, 5, 6),
    }
    by_example = outcomes_of("validation")["answer_logprob"] + outcomes_of("test")["answer_logprob"]
    assert frame["answer_logprob"].tolist() == by_example
    results = {name for name in files if name.suffix == ".parquet"}
    assert {name: files_of(store)[name] for name in results} == {n: files[n] for n in results}


def test_only_the_examples_that_are_not_there_are_missing(store):
    store.write(EDIT, (0, 1, 2), outcomes_of("validation"))
    evaluations = [Evaluation(EDIT.point, (1, 2, 3, 4)), Evaluation(BASE.point, (1, 2, 3, 4))]
    assert store.missing(evaluations) == [
        Evaluation(EDIT.point, (3, 4)),
        Evaluation(BASE.point, (1, 2, 3, 4)),
    ]


def test_an_example_that_is_in_two_files_counts_once(store):
    fill(store, EDIT)
    store.write(EDIT, (1, 2, 3), outcomes_of("validation"))
    frame = read_results(store.folder)
    assert frame["example"].tolist() == list(range(7))
    # The file that is first by name is the one that is read, whichever was written first.
    assert frame["answer_logprob"].tolist()[1] == outcomes_of("validation")["answer_logprob"][1]


def test_outcomes_of_examples_that_are_in_no_part_are_not_read(store):
    fill(store, EDIT)
    make_store(store.folder, parts=Parts((0, 2), (5,)))
    assert read_results(store.folder)["example"].tolist() == [0, 2, 5]


def test_folds_say_in_which_an_example_is_tested(store):
    parts = Parts(tuple(range(7)), (), ((1, 4, 6), (0, 2), (3, 5)))
    store = make_store(store.folder, parts=parts)
    store.write(EDIT, (3, 4, 5, 6), outcomes_of("test"))
    frame = read_results(store.folder)
    assert frame["fold"].tolist() == [2, 0, 2, 0]
    assert set(frame["part"]) == {"validation"}


@quick
@given(st.sets(st.integers(0, 60)))
def test_the_record_keeps_which_examples_are_in_a_part(examples):
    parts = Parts(tuple(sorted(examples)), tuple(sorted(set(range(61)) - examples)))
    assert make_record(IDENTITY, parts, make_command()).split_parts == parts


@quick
@given(st.sets(st.integers(0, 30), min_size=1), st.sets(st.integers(0, 30), min_size=1))
def test_files_of_other_examples_have_other_names(one, other):
    paths = Paths(Path("folder"))
    names = {
        paths.result("fc_in-l3-rho0.1", tuple(sorted(each)), "abc").name for each in (one, other)
    }
    assert len(names) == (1 if one == other else 2)
    assert {stem_in(name) for name in names} == {"fc_in-l3-rho0.1"}


def test_the_results_are_those_of_the_last_command(store):
    fill(store, EDIT)
    paper = make_store(store.folder, replace(IDENTITY, protocol="paper"))
    fill(paper, BASE)
    assert set(read_results(store.folder)["point"]) == {"base"}
    make_store(store.folder)
    assert set(read_results(store.folder)["point"]) == {EDIT.point}


@pytest.mark.parametrize("size", [0, 10, 1000])
def test_when_the_disk_is_full_no_file_is_left(store, size):
    before = files_of(store)
    with pytest.raises(OSError, match="too large"), disk_full(size):
        store.write(EDIT, store.parts.validation, outcomes_of("validation"))
    assert files_of(store) == before
    assert not has(store, EDIT.point, "validation")


def test_a_write_that_fails_leaves_the_earlier_result(store):
    fill(store, EDIT)
    before = files_of(store)
    other = {**outcomes_of("validation"), "correct": [True, True, True]}
    with pytest.raises(OSError, match="too large"), disk_full(100):
        store.write(EDIT, store.parts.validation, other)
    assert files_of(store) == before


@pytest.mark.parametrize(
    "wrong", [{"correct": [True]}, {"answer_logprob": ["much"] * 3}, {"prediction": [b"\xff"] * 3}]
)
def test_outcomes_that_do_not_fit_the_columns_leave_no_file(store, wrong):
    before = files_of(store)
    with pytest.raises(ValueError, match=r".+"):
        store.write(EDIT, store.parts.validation, {**outcomes_of("validation"), **wrong})
    assert files_of(store) == before


def test_a_text_that_cannot_be_written_leaves_the_earlier_one(tmp_path):
    path = tmp_path / "report.md"
    write_file(path, "earlier")
    with pytest.raises(UnicodeEncodeError):
        write_file(path, "\ud800")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"report.md": "earlier"}


def test_what_a_killed_process_left_behind_is_no_result(store):
    fill(store, EDIT)
    path = store.path(EDIT.point, store.parts.test)
    path.rename(path.with_name(f".{path.name}.tmp"))
    assert set(read_results(store.folder)["part"]) == {"validation"}


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999])
def test_a_truncated_file_is_noticed_and_not_read(whole, share):
    with damaged(whole, lambda content: content[: int(share * len(content))]):
        assert not has(whole, EDIT.point, "validation")
        assert read_results(whole.folder).empty
    assert has(whole, EDIT.point, "validation")


def flipped(content, at, mask):
    return content[:at] + bytes([content[at] ^ mask]) + content[at + 1 :]


def assert_noticed_or_harmless(store, before):
    if has(store, EDIT.point, "validation"):
        pd.testing.assert_frame_equal(store.read(), before)
    else:
        assert store.read().empty


@quick
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 7))
def test_a_flipped_bit_is_noticed_or_changes_no_result(whole, place, bit):
    before = whole.read()
    with damaged(whole, lambda content: flipped(content, int(place * len(content)), 1 << bit)):
        assert_noticed_or_harmless(whole, before)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(2))
def test_a_bit_flipped_in_any_byte_is_noticed_or_changes_no_result(whole, first):
    """Every eighth byte, from two places: each field of a page's header is hit several times."""
    before = whole.read()
    path = whole.path(EDIT.point, whole.parts.validation)
    with damaged(whole, bytes):
        content = path.read_bytes()
        for at in range(3 * first, len(content), 8):
            path.write_bytes(flipped(content, at, 2))
            assert_noticed_or_harmless(whole, before)


def test_a_flipped_bit_in_a_number_is_noticed(whole):
    number = struct.pack("<d", outcomes_of("validation")["answer_logprob"][1])
    with damaged(whole, lambda content: flipped(content, content.index(number), 1)):
        assert not has(whole, EDIT.point, "validation")
        assert read_results(whole.folder).empty


def test_a_flipped_byte_in_the_name_of_a_column_is_noticed_or_changes_no_result(whole):
    before = whole.read()
    content = whole.path(EDIT.point, whole.parts.validation).read_bytes()
    for at in [match.start() for match in re.finditer(b"answer_logprob", content)]:
        with damaged(whole, lambda content, at=at: flipped(content, at, 0xFF)):
            assert_noticed_or_harmless(whole, before)


def test_a_file_that_lacks_rows_is_noticed(whole):
    with damaged(whole, bytes):
        path = whole.path(EDIT.point, whole.parts.validation)
        pq.write_table(pq.read_table(path).slice(0, 2), path)
        assert not has(whole, EDIT.point, "validation")
        assert read_results(whole.folder).empty


def test_a_damaged_result_can_be_written_again(store):
    fill(store, EDIT)
    store.path(EDIT.point, store.parts.test).write_bytes(b"PAR1")
    fill(store, EDIT)
    assert has(store, EDIT.point, "test")


def test_a_record_of_another_format_is_refused_with_both_formats(store):
    path = store.folder / "sweep.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": FORMAT + 1}))
    with pytest.raises(ConfigError, match=rf"in format {FORMAT + 1} .* reads format {FORMAT}\."):
        read_results(store.folder)


def test_a_damaged_record_is_said_to_be_damaged(store):
    path = store.folder / "sweep.json"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(
        ConfigError, match=r"sweep\.json is damaged .*run the sweep's command again"
    ):
        read_results(store.folder)


def test_a_folder_without_a_record_is_not_a_sweeps_folder(tmp_path):
    with pytest.raises(ConfigError, match=r"has no sweep\.json"):
        read_results(tmp_path)


def test_the_record_says_what_the_results_are_of(store):
    record = read_record(store.folder)
    assert record.identity.weights == IDENTITY.weights
    assert (record.parts.validation.examples, record.parts.test.examples) == (3, 4)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot write to"):
        make_store(tmp_path / "file" / "sweep")
