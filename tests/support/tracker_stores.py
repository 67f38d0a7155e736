"""What the stores of experiment trackers hold of a sweep, read back with the trackers' own code."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

TRACKERS = ("trackio", "wandb", "mlflow", "tensorboard")


@dataclass
class Seen:
    """A run of a tracker.

    Attributes:
        id: the run's id in the tracker.
        options: the options, as the tracker's types.
        figures: the figures.
        texts: the texts.
        points: the rows of the table of all points, as dictionaries.
        files: the files with their bytes.
        updates: the number of times that the most often written figure is in the store.
    """

    id: str
    options: dict[str, Any]
    figures: dict[str, float]
    texts: dict[str, str]
    points: list[dict[str, Any]]
    files: dict[str, bytes]
    updates: int


def variables(folder: Path) -> dict[str, str]:
    """The environment in which every tracker keeps its store in a folder, offline."""
    return {
        "TRACKIO_DIR": str(folder / "trackio"),
        "WANDB_MODE": "offline",
        "WANDB_DIR": str(folder),
        "WANDB_DATA_DIR": str(folder / "wandb-data"),
        "WANDB_CONFIG_DIR": str(folder / "wandb-config"),
        "WANDB_CACHE_DIR": str(folder / "wandb-cache"),
        "MLFLOW_TRACKING_URI": (folder / "mlruns").as_uri(),
        # MLflow's store in files needs no database library.
        "MLFLOW_ALLOW_FILE_STORE": "true",
    }


def runs(tracker: str, folder: Path, sweep: Path, project: str = "laser_sweep") -> list[Seen]:
    """All runs of a project.

    Args:
        tracker: the name of the tracker.
        folder: the folder that was given to `variables`.
        sweep: the sweep's folder.
        project: the project.
    """
    read = {
        "trackio": _trackio,
        "wandb": _wandb,
        "mlflow": _mlflow,
        "tensorboard": lambda _folder, _project: _tensorboard(sweep),
    }
    return read[tracker](folder, project)


def _numbers(found: dict[str, Any]) -> dict[str, float]:
    return {name: each for name, each in found.items() if isinstance(each, int | float)}


def _strings(found: dict[str, Any]) -> dict[str, str]:
    return {name: each for name, each in found.items() if isinstance(each, str)}


def _trackio(folder: Path, project: str) -> list[Seen]:
    import trackio
    from trackio import cas, utils
    from trackio.fragments import import_inbox_dir
    from trackio.sqlite_storage import SQLiteStorage

    store = folder / "trackio"
    with (
        mock.patch("trackio.sqlite_storage.TRACKIO_DIR", store),
        mock.patch.object(utils, "TRACKIO_DIR", store),
        mock.patch.object(utils, "ARTIFACTS_DIR", store / "artifacts"),
    ):
        import_inbox_dir(store / "inbox")
        found = []
        for run in trackio.Api().runs(project):
            logs = SQLiteStorage.get_logs(project, run.name, run_id=run.id)
            written = logs[-1]
            outputs = SQLiteStorage.get_run_artifacts(project, run.name, run_id=run.id)["output"]
            (artifact,) = outputs
            manifest = SQLiteStorage.get_artifact_manifest(project, artifact["name"], None)
            assert manifest is not None
            files = {
                entry["path"]: cas.blob_path(project, entry["digest"]).read_bytes()
                for entry in manifest["manifest"]
            }
            options = {name: each for name, each in run.config.items() if name[0] != "_"}
            figures = _numbers({name: each for name, each in written.items() if name != "step"})
            texts = _strings({name: each for name, each in written.items() if name != "timestamp"})
            texts["report"] = written["report"]["_value"]
            rows = written["points"]["_value"]
            found.append(Seen(run.id, options, figures, texts, rows, files, len(logs)))
        return found


def _wandb_records(path: Path) -> Iterator[Any]:
    """The records of a .wandb file: LevelDB's log format after a header of seven bytes."""
    from wandb.proto.wandb_internal_pb2 import Record

    content, place, record = path.read_bytes(), 7, b""
    assert content[:4] == b":W&B"
    while place + 7 <= len(content):
        if (left := 32768 - place % 32768) < 7:
            place += left
            continue
        _, length, kind = struct.unpack("<IHB", content[place : place + 7])
        record += content[place + 7 : place + 7 + length]
        place += 7 + length
        if kind in (1, 4):  # the whole record, or its last part
            yield Record.FromString(record)
            record = b""


def _wandb(folder: Path, project: str) -> list[Seen]:
    return [
        _wandb_run(path, project) for path in sorted(folder.glob("wandb/offline-run-*/*.wandb"))
    ]


def _wandb_run(path: Path, project: str) -> Seen:
    options, summary, files, history = {}, {}, {}, 0
    for record in _wandb_records(path):
        kind = record.WhichOneof("record_type")
        if kind == "run":
            id = record.run.run_id
            assert record.run.project == project
            assert list(record.run.tags) == ["laser_sweep"]
            assert not record.run.git.commit
            title = record.run.display_name
        elif kind == "config":
            options |= {_key(each): json.loads(each.value_json) for each in record.config.update}
        elif kind == "summary":
            found = {_key(each): json.loads(each.value_json) for each in record.summary.update}
            summary |= {name: each for name, each in found.items() if name[0] != "_"}
        elif kind == "artifact":
            for entry in record.artifact.manifest.contents:
                if record.artifact.type == "report":
                    files[entry.path] = Path(entry.local_path).read_bytes()
        history += kind == "history"
        assert kind not in ("stats", "output", "output_raw")
    assert history == 0
    options = {name: each for name, each in options.items() if name[0] != "_"}
    table = json.loads((path.parent / "files" / summary.pop("points")["path"]).read_text())
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
    texts = {**_strings(summary), "title": title}
    return Seen(id, options, _numbers(summary), texts, rows, files, 1)


def _key(item: Any) -> str:
    return item.key or ".".join(item.nested_key)


def _mlflow(folder: Path, project: str) -> list[Seen]:
    uri = (folder / "mlruns").as_uri()
    with mock.patch.dict("os.environ", variables(folder) | {"MLFLOW_DISABLE_TELEMETRY": "true"}):
        import mlflow

        client = mlflow.MlflowClient(uri)
        experiment = client.get_experiment_by_name(project)
        found = client.search_runs([experiment.experiment_id])
        histories = [
            [len(client.get_metric_history(run.info.run_id, name)) for name in run.data.metrics]
            for run in found
        ]
    seen = []
    for run, history in zip(found, histories, strict=True):
        assert run.info.status == "FINISHED"
        root = Path(run.info.artifact_uri.removeprefix("file://"))
        files = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file()
        }
        table = json.loads(files.pop("points.json"))
        rows = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
        tags = {name: text for name, text in run.data.tags.items() if not name.startswith("mlflow")}
        texts = {**tags, "title": run.info.run_name}
        options = {
            **run.data.params,
            **{name: tags[name] for name in run.data.params if name in tags},
        }
        seen.append(
            Seen(run.info.run_id, options, run.data.metrics, texts, rows, files, max(history))
        )
    return seen


def _tensorboard(sweep: Path) -> list[Seen]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    read = EventAccumulator(str(sweep), size_guidance={"tensors": 0, "scalars": 0, "images": 0})
    read.Reload()
    texts = {
        name: read.Tensors(name)[-1].tensor_proto.string_val[0].decode()
        for name in read.Tags()["tensors"]
        if not name.startswith("_hparams_")
    }
    content = read.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    start = HParamsPluginData.FromString(content).session_start_info
    options = {
        name: getattr(value, value.WhichOneof("kind")) for name, value in start.hparams.items()
    }
    files = {
        f"figures/{name}.png": read.Images(name)[-1].encoded_image_string
        for name in read.Tags()["images"]
    }
    scalars = {name: read.Scalars(name) for name in read.Tags()["scalars"]}
    figures = {name: events[-1].value for name, events in scalars.items()}
    header, _, *rows = (
        [cell.strip() for cell in line[1:-1].split("|")]
        for line in texts.pop("points").splitlines()
    )
    points = [dict(zip(header, row, strict=True)) for row in rows]
    updates = max(map(len, scalars.values()))
    return [Seen(start.group_name, options, figures, texts, points, files, updates)]


def close_stores() -> None:
    """Close the connections that reading leaves open."""
    storage = sys.modules.get("trackio.sqlite_storage")
    if storage is not None:
        storage._close_all_persistent_connections()
