"""Files of rows and rows on the hub: the same examples from every format, errors with the line."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.row_files import EXAMPLES, ROWS, WRITERS, changed, load_examples, load_text, write_csv

from laser_sweep.config import DatasetConfig
from laser_sweep.errors import ConfigError


@pytest.mark.parametrize("ending", WRITERS)
def test_the_same_rows_are_the_same_examples_in_every_kind_of_file(read, ending):
    assert read(ROWS, ending) == EXAMPLES


@pytest.mark.parametrize("ending", ["jsonl", "json", "csv"])
def test_a_byte_order_mark_does_not_belong_to_the_first_row(tmp_path, ending):
    plain = tmp_path / f"plain.{ending}"
    WRITERS[ending](plain, ROWS)
    assert load_text(tmp_path, b"\xef\xbb\xbf" + plain.read_bytes(), ending) == EXAMPLES


def test_empty_lines_and_windows_line_ends_do_not_matter(tmp_path):
    text = "\r\n\r\n".join(map(json.dumps, ROWS)) + "\r\n \r\n"
    assert load_text(tmp_path, text) == EXAMPLES


def test_a_json_file_may_hold_a_row_a_line(tmp_path):
    text = "\n\n".join(map(json.dumps, ROWS)) + "\n"
    assert load_text(tmp_path, text, "json") == EXAMPLES
    with pytest.raises(ConfigError, match=r"questions\.json: line 3 is not JSON"):
        load_text(tmp_path, '{"question": "a"}\n{"question": "b"}\n{"question"\n', "json")


def test_the_ending_may_be_in_capitals(tmp_path):
    write_csv(tmp_path / "QUESTIONS.CSV", ROWS)
    assert load_examples(DatasetConfig(path=str(tmp_path / "QUESTIONS.CSV"))) == EXAMPLES


@pytest.mark.parametrize("ending", ["pdf", "xlsx", ""])
def test_a_file_of_another_kind_is_refused_with_the_kinds_there_are(tmp_path, ending):
    path = tmp_path / f"questions.{ending}"
    path.write_text("question\tanswer\n")
    with pytest.raises(ConfigError, match=r"\.jsonl, \.json, \.csv, \.parquet"):
        load_examples(DatasetConfig(path=str(path)))


def test_a_missing_file_is_refused(tmp_path):
    path = tmp_path / "nowhere.jsonl"
    with pytest.raises(ConfigError, match=r"nowhere\.jsonl: there is no such file"):
        load_examples(DatasetConfig(path=str(path)))


@pytest.mark.parametrize(
    ("ending", "text", "message"),
    [
        ("jsonl", "", "the file is empty"),
        ("jsonl", '{"question": "a"}\n{"question"\n', "line 2 is not JSON"),
        ("jsonl", '{"question": "a"}\n["a", "b"]\n', "line 2 is a list, expected an object"),
        ("jsonl", b'{"question": "a"}\n{"question": "\xff"}\n', "line 2 is not UTF-8"),
        ("json", "", "the file is empty"),
        ("json", '{"question": "a"}', "expected a JSON list of rows"),
        ("json", '[\n{"question": "a"},\n{"question" "b"}\n]', "line 3 is not JSON"),
        ("json", '[{"question": "a"}, 7]', "row 2 is a int, expected an object"),
        ("csv", "", "the file is empty"),
        ("csv", "question,answer\nAnna,a\nBert,b,c\n", "line 3 is not CSV"),
        ("csv", b"question,answer\n\xff,a\n", "line 2 is not UTF-8"),
        ("csv", b"PAR1\x15\x04\xff", "this is Parquet"),
        ("csv", '{"question": "a"}\n', "line 1 is JSON, not CSV"),
        ("parquet", "question,answer\n", "cannot be read as Parquet"),
        ("csv", 'question,answer\nAnna,a\n"x"y,b\n', "line 3 is not CSV"),
    ],
)
def test_a_file_of_another_format_than_its_ending_is_refused(tmp_path, ending, text, message):
    with pytest.raises(ConfigError, match=rf"questions\.{ending}: {message}"):
        load_text(tmp_path, text, ending)


def test_a_csv_in_which_every_row_has_a_field_too_many_is_refused(tmp_path):
    text = "question,answer\n" + "Anna, who is French, speaks,French\n" * 5
    with pytest.raises(ConfigError, match="line 2 is not CSV"):
        load_text(tmp_path, text, "csv")


def test_a_long_field_of_a_csv_is_read(read):
    assert len(read(changed(question="x" * 200_000), "csv")[2].prompt) == 200_000


def test_a_folder_is_refused(tmp_path):
    (tmp_path / "d.jsonl").mkdir()
    with pytest.raises(ConfigError, match=r"d\.jsonl: it is a folder without a file"):
        load_examples(DatasetConfig(path=str(tmp_path / "d.jsonl")))


def test_rows_of_parquet_that_cannot_be_read_are_named(tmp_path):
    path = tmp_path / "rows.parquet"
    texts = pa.array([b"a", b"b\xff", b"c"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"question": texts, "answer": texts}), path)
    with pytest.raises(ConfigError, match=r"rows\.parquet: row 2 has text that is not UTF-8"):
        load_examples(DatasetConfig(path=str(path)))
    twice = pa.StructArray.from_arrays([pa.array([1]), pa.array([2])], names=["k", "k"])
    pq.write_table(pa.table({"s": twice}), path)
    with pytest.raises(ConfigError, match=r"rows\.parquet: row 1: .*duplicate field names"):
        load_examples(DatasetConfig(path=str(path)))


def test_numbers_of_parquet_are_as_short_as_they_can_be_written(tmp_path):
    values = [0.1, 1e-7, 2.5, None, 100000.0]
    exact = pa.array([0, 1, 2, 3, 4], pa.int64()).cast(pa.decimal128(21, 2))
    table = {"f": pa.array(values, pa.float32()), "d": exact, "answer": ["x"] * 5}
    pq.write_table(pa.table(table), tmp_path / "rows.parquet")
    config = DatasetConfig(path=str(tmp_path / "rows.parquet"), prompt="{f?} {d}")
    found = [example.prompt for example in load_examples(config)]
    assert found == ["0.1 0.00", "1e-07 1.00", "2.5 2.00", " 3.00", "100000.0 4.00"]


def test_a_dataset_on_the_hub_that_cannot_be_had_is_named(monkeypatch):
    def refuse(*_, **__):
        raise ConnectionError("no network")

    monkeypatch.setattr("datasets.load_dataset", refuse)
    with pytest.raises(ConfigError, match=r"dataset\.hub=b/c: cannot be loaded .*no network"):
        load_examples(DatasetConfig(hub="b/c", split="test"))


def test_rows_of_the_hub_are_read_as_those_of_a_file(monkeypatch):
    import datasets

    made = datasets.Dataset.from_list(
        [{"question": f"q{i}", "choices": ["a", "b"], "answer": i % 2} for i in range(6)]
    )
    made = made.cast_column("answer", datasets.ClassLabel(names=["x", "y"]))
    calls = []

    def load(*positional, **named):
        calls.append((positional, named))
        return made

    monkeypatch.setattr("datasets.load_dataset", load)
    config = DatasetConfig(hub="b/c", config="main", split="test", revision="v1")
    assert [example.answer for example in load_examples(config)] == ["a", "b"] * 3
    assert calls == [(("b/c", "main"), {"split": "test", "revision": "v1"})]


ODD = {
    "right to left": "שלום עולם",
    "zero width": "a\u200bb\u200d",
    "combining": "e\u0301",
    "emoji": "👩\u200d🔬 says",
    "null": "a\x00b",
    "long": "word " * 20_000,
}


@pytest.mark.parametrize("ending", ["jsonl", "json", "parquet"])
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_text_is_kept_as_it_is(read, text, ending):
    examples = read([{"question": f"{n}{text}x", "answer": "y"} for n in range(5)], ending)
    assert examples[3].prompt == f"3{text}x"


def test_a_cell_of_a_csv_may_hold_a_list_as_json_and_a_class_number_as_text(tmp_path):
    path = tmp_path / "rows.csv"
    lines = ["question,answer,choices", *[f'q{n},b,"[""a"", ""b""]"' for n in range(5)]]
    path.write_text("\n".join(lines))
    assert load_examples(DatasetConfig(path=str(path)))[0].choices == ("a", "b")
    path.write_text("hard_text,gender,profession\n" + "She paints.,1,14\n" * 5)
    example = load_examples(DatasetConfig(path=str(path), reader="bios_gender"))[0]
    assert example.answer == "female"


def test_a_row_of_a_csv_is_where_it_begins(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('question,answer\n"a\nb is",x\n"c\nd is",\n' + "e is,x\n" * 5)
    with pytest.raises(ConfigError, match=r"line 4: 'answer' is empty"):
        load_examples(DatasetConfig(path=str(path)))
