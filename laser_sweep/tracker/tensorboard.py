"""TensorBoard: one event file in the sweep's folder, so that the folder is one run.

An updated run is another file, which takes the place of the earlier one.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from laser_sweep.store.atomic import replace_file
from laser_sweep.terminal import near
from laser_sweep.tracker._tracked_sweep import TrackedSweep, Value

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary

PACKAGE = "tensorboard"
VARIABLES: dict[str, str] = {}
_FILES = "events.out.tfevents."


def write(sweep: TrackedSweep) -> str:
    """Write the event file, then remove those of earlier commands."""
    earlier = sorted(sweep.folder.glob(f"{_FILES}*"))
    # TensorBoard reads the files of a run in the order of their names, and none twice.
    path = sweep.folder / f"{_FILES}{time.time_ns():020d}.{socket.gethostname()}"
    replace_file(path, lambda temporary: _write_events(sweep, temporary))
    for each in earlier:
        each.unlink(missing_ok=True)
    return f"TensorBoard's run of {near(sweep.folder)}, which tensorboard --logdir shows"


def _write_events(sweep: TrackedSweep, path: Path) -> None:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.record_writer import RecordWriter

    now = time.time()
    with path.open("wb") as file:
        writer = RecordWriter(file)
        writer.write(Event(wall_time=now, file_version="brain.Event:2").SerializeToString())
        for summary in _summaries(sweep):
            event = Event(wall_time=now, step=0, summary=summary)
            writer.write(event.SerializeToString())


def _summaries(sweep: TrackedSweep) -> Iterator[Summary]:
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams.summary_v2 import hparams_pb

    given = {name: value for name, value in sweep.options if value is not None}
    yield hparams_pb(given, trial_id=sweep.id)
    for name, value in sweep.known_figures.items():
        yield Summary(value=[Summary.Value(tag=name, simple_value=value)])
    yield _text("configuration", _markdown_table(("option", "value"), sweep.options))
    for name, text in sweep.texts:
        yield _text(name, text)
    yield _text("points", _markdown_table(sweep.points.columns, sweep.points.rows))
    yield _text("report", sweep.report)
    for path in sweep.files:
        if path.suffix == ".png":
            yield _image(path.stem, path.read_bytes())


def _text(name: str, text: str) -> Summary:
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.text.metadata import create_summary_metadata
    from tensorboard.util.tensor_util import make_tensor_proto

    metadata = create_summary_metadata(display_name=None, description=None)
    tensor = make_tensor_proto(text.encode())
    return Summary(value=[Summary.Value(tag=name, metadata=metadata, tensor=tensor)])


def _image(name: str, png: bytes) -> Summary:
    from tensorboard.compat.proto.summary_pb2 import Summary

    width, height = struct.unpack(">II", png[16:24])
    image = Summary.Image(width=width, height=height, colorspace=4, encoded_image_string=png)
    return Summary(value=[Summary.Value(tag=name, image=image)])


def _markdown_table(columns: tuple[str, ...], rows: tuple[tuple[Value, ...], ...]) -> str:
    lines = (columns, ("---",) * len(columns), *rows)
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: Value) -> str:
    text = "" if value is None else str(value)
    return text.replace("|", "\\|").replace("\n", "\\n")
