"""Rows of several files: a folder, a pattern, a saved dataset; compressed files; separators."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from functools import partial
from pathlib import Path

import datasets
import pyarrow as pa
import pytest
from support.row_files import EXAMPLES, ROWS, WRITERS, load_examples, write_jsonl, write_parquet

from laser_sweep.config import COMPRESSIONS, DatasetConfig
from laser_sweep.dataset import Example
from laser_sweep.errors import ConfigError


def examples_of(path: Path | str) -> list[Example]:
    return load_examples(DatasetConfig(path=str(path)))


def shards(folder: Path, *names: str) -> Path:
    """A folder with the rows, two in each file, the files written in another order."""
    folder.mkdir()
    for number, name in reversed(list(enumerate(names))):
        ending = name.rpartition(".")[2]
        WRITERS[ending](folder / name, ROWS[2 * number : 2 * number + 2])
    return folder


def refusal(path: Path | str) -> str:
    with pytest.raises(ConfigError) as refused:
        examples_of(path)
    return str(refused.value)


@pytest.mark.parametrize("ending", WRITERS)
def test_a_folder_or_a_pattern_is_its_files_by_name(ending: str, tmp_path: Path):
    names = [f"train-0000{n}-of-00003.{ending}" for n in range(3)]
    folder = shards(tmp_path / "d", *names)
    (folder / "README.md").write_text("Rows.")
    (folder / "_SUCCESS").touch()
    assert examples_of(folder) == EXAMPLES
    assert examples_of(folder / f"*.{ending}") == EXAMPLES
    assert examples_of(tmp_path / "?" / f"train-*.{ending}") == EXAMPLES
    assert examples_of(folder)[2].place.endswith(f" of {names[1]}")


def test_a_pattern_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shards(tmp_path / "d", "a.jsonl", "b.jsonl", "c.jsonl")
    monkeypatch.chdir(tmp_path)
    assert examples_of("d/*.jsonl") == examples_of("*/[a-c].jsonl") == EXAMPLES
    monkeypatch.chdir(tmp_path / "d")
    assert examples_of("*.jsonl") == examples_of(".") == examples_of("../d/*.jsonl") == EXAMPLES


def test_a_file_without_rows_may_be_among_them(tmp_path: Path):
    folder = shards(tmp_path / "d", "a.jsonl", "b.jsonl", "c.jsonl", "d.jsonl")
    assert (folder / "d.jsonl").read_text() == ""
    assert examples_of(folder) == EXAMPLES
    for path in folder.iterdir():
        path.write_text("")
    assert refusal(folder).endswith("it has no row.")


def test_a_bad_row_is_told_with_its_file(tmp_path: Path):
    folder = shards(tmp_path / "d", "a.jsonl", "b.jsonl", "c.jsonl")
    write_jsonl(folder / "b.jsonl", [*ROWS[2:4], {"question": "x"}])
    assert f"dataset.path={folder}: line 3 of b.jsonl: no column 'answer'" in refusal(folder)


def test_a_folder_of_several_formats_is_refused_with_a_pattern(tmp_path: Path):
    folder = shards(tmp_path / "d", "a.jsonl", "b.parquet")
    assert "several formats (.jsonl, .parquet): expected a pattern" in refusal(folder)
    assert f"such as dataset.path='{folder}/*.jsonl'" in refusal(folder)


def test_a_folder_with_a_file_and_its_compressed_copy_is_refused(tmp_path: Path):
    folder = shards(tmp_path / "d", "a.jsonl", "b.jsonl")
    (folder / "a.jsonl.gz").write_bytes(gzip.compress((folder / "a.jsonl").read_bytes()))
    assert "holds a.jsonl more than once" in refusal(folder)


@pytest.mark.parametrize(
    "names",
    [
        ("test-00000-of-00001.jsonl", "train-00000-of-00001.jsonl"),
        ("test.jsonl", "train.jsonl"),
    ],
)
def test_a_folder_of_several_splits_is_refused_and_a_pattern_of_them_warned_of(
    names: tuple[str, ...], tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    folder = shards(tmp_path / "d", *names, "train-more.jsonl")
    assert "several splits (test, train)" in refusal(folder)
    assert f"dataset.path='{folder}/test*.jsonl'" in refusal(folder)
    assert len(examples_of(folder / "t*.jsonl")) == 5
    assert "several splits are read as one: test, train" in caplog.text


def test_a_folder_or_a_pattern_without_files_is_refused(tmp_path: Path):
    (tmp_path / "d" / "data").mkdir(parents=True)
    assert "without a file that ends in .jsonl" in refusal(tmp_path / "d")
    assert "Its folders: data." in refusal(tmp_path / "d")
    assert "no file has a name like this" in refusal(tmp_path / "d" / "*.parquet")


def test_a_dataset_of_the_hubs_cache_is_refused_with_its_id(tmp_path: Path):
    snapshot = tmp_path / "datasets--org--rows" / "snapshots" / "0123abcd"
    snapshot.mkdir(parents=True)
    for path in (snapshot.parents[1], snapshot.parent):
        assert "expected dataset.hub=org/rows" in refusal(path)
        assert f"dataset.path={snapshot}" in refusal(path)
    assert "expected dataset.hub=org/rows" in refusal("datasets--org--rows")
    write_parquet(snapshot / "rows.parquet", ROWS)
    assert examples_of(snapshot) == EXAMPLES


def test_a_dataset_that_was_saved_is_read(tmp_path: Path):
    rows = datasets.Dataset.from_list(ROWS)
    rows.save_to_disk(tmp_path / "saved", num_shards=2)
    assert examples_of(tmp_path / "saved") == EXAMPLES
    with pytest.raises(ConfigError, match=r"is a folder: expected dataset\.path="):
        load_examples(DatasetConfig(hub=str(tmp_path / "saved"), split="train"))
    datasets.DatasetDict({"test": rows}).save_to_disk(tmp_path / "one")
    assert examples_of(tmp_path / "one") == EXAMPLES
    datasets.DatasetDict({"test": rows, "train": rows}).save_to_disk(tmp_path / "two")
    assert f"expected the folder of one of them: dataset.path={tmp_path}/two/test" in refusal(
        tmp_path / "two"
    )
    assert examples_of(tmp_path / "two" / "train") == EXAMPLES


def arrow(content: bytes, method: str) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, method) as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


def zipped(content: bytes, files: int = 1) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(files):
            archive.writestr(f"rows{number}", content)
    return made.getvalue()


COMPRESSED = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": partial(arrow, method="zstd"),
    "lz4": partial(arrow, method="lz4"),
    "zip": zipped,
    "GZ": gzip.compress,
}


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("compression", COMPRESSED)
def test_a_file_may_be_compressed(ending: str, compression: str, tmp_path: Path):
    plain = tmp_path / f"rows.{ending}"
    WRITERS[ending](plain, ROWS)
    path = tmp_path / f"rows.{ending}.{compression}"
    path.write_bytes(COMPRESSED[compression](plain.read_bytes()))
    config = DatasetConfig(path=str(path))
    assert load_examples(config) == EXAMPLES
    assert config.name == "rows"


@pytest.mark.parametrize("compression", COMPRESSED)
def test_a_file_that_is_not_compressed_as_its_name_says_is_refused(
    compression: str, tmp_path: Path
):
    path = tmp_path / f"rows.jsonl.{compression}"
    write_jsonl(path, ROWS)
    assert "cannot be decompressed as ." in refusal(path)
    whole = COMPRESSED[compression](b'{"question": "x", "answer": "y"}\n' * 9)
    for length in (len(whole) - 9, len(whole) // 2, 0):
        path.write_bytes(whole[:length])
        assert "rows.jsonl" in refusal(path)
        assert "rows.jsonl" in refusal(tmp_path / f"*.{compression}")


def test_an_archive_of_several_files_is_refused(tmp_path: Path):
    (tmp_path / "rows.jsonl.zip").write_bytes(zipped(b"{}", files=2))
    assert "it holds 2 files, expected one" in refusal(tmp_path / "rows.jsonl.zip")


def test_every_ending_of_a_compression_is_tried():
    assert {f".{each.lower()}" for each in COMPRESSED} == set(COMPRESSIONS)


@pytest.mark.parametrize(
    ("name", "separator"),
    [("a.tsv", "\t"), ("a.csv", "\t"), ("a.csv", ";"), ("a.csv", "|"), ("a.csv", ",")],
)
def test_the_separator_is_the_one_of_the_header(name: str, separator: str, tmp_path: Path):
    lines = [("question", "answer"), *((f'"Who, in {n}; or|so?"', str(n)) for n in range(5))]
    (tmp_path / name).write_text("\n".join(map(separator.join, lines)))
    assert examples_of(tmp_path / name)[3] == Example("Who, in 3; or|so?", "3", place="line 5")


def test_a_header_with_two_separators_has_the_one_that_divides_all_rows(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("question;answer;note, if any\n" + "x is;y;none\n" * 4 + "z is;y;none\n")
    assert examples_of(path)[0] == Example("x is", "y", place="line 2")
    path.write_text("question,answer,note; if any\n" + "x is,y,none\n" * 4 + "z is,y,none\n")
    assert examples_of(path)[0] == Example("x is", "y", place="line 2")


def test_a_row_with_another_number_of_fields_is_told_with_the_separator(tmp_path: Path):
    (tmp_path / "a.csv").write_text("question;answer\nx is;y\nz is;y;z\n")
    assert (
        "line 3 is not CSV: it does not have as many fields as the header (2, separated by ';')"
        in refusal(tmp_path / "a.csv")
    )


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("rows.jsonl", "rows"),
        ("d/rows.jsonl.gz", "rows"),
        ("d/rows.v2.csv", "rows.v2"),
        ("facts", "facts"),
        ("d/*.parquet", "d"),
        ("d/test-*.parquet", "test"),
        ("d/**/*.parquet", "d"),
        ("d/rows[1].csv", "rows[1]"),
    ],
)
def test_the_folder_of_the_results_has_the_name_of_the_rows(path: str, name: str):
    assert DatasetConfig(path=path).name == name
