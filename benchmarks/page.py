"""Time to write and to open the report's page, for a large sweep and for a small one.

    python benchmarks/page.py

Both reports are made from invented results in a temporary folder, several times in turn. Then
headless Chromium opens both pages, several times in turn, each time in a new context. The times
come from the browser's own clock, and start with the navigation or with the press of a key. The
table goes to standard output and to a file.
"""

from __future__ import annotations

import argparse
import os
import random
import shlex
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from _processes import HERE, machine
from playwright.sync_api import Browser, ViewportSize, sync_playwright
from tabulate import tabulate

from laser_sweep.config import (
    ClusterConfig,
    Config,
    DatasetConfig,
    InterventionConfig,
    ModelConfig,
    SplitConfig,
)
from laser_sweep.dataset import Example
from laser_sweep.report import read_report, write_report
from laser_sweep.split import Parts
from laser_sweep.store.columns import PointColumns
from laser_sweep.store.examples import write_examples
from laser_sweep.store.record import Command, DatasetRecord, Identity, ModelRecord
from laser_sweep.store.results import Store
from laser_sweep.store.spectra import Spectrum, write_spectra

WEIGHTS, FINGERPRINT = "xxh3:w", "xxh3:e"
BASE = PointColumns("none", "dont", None, None, 0.0, 1.0, None, 0, "base")
LNAMES = ("fc_in", "fc_out", "q_proj", "k_proj", "v_proj", "out_proj")
RHOS = (0.9, 0.8, 0.6, 0.4, 0.2, 0.1, 0.05, 0.01)
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SCREEN = ViewportSize(width=1200, height=900)
KEY = "7"
"""The text that is searched for; some of the prompts contain it."""
PROMPT = 110
"""Characters of a prompt: more than CounterFact's and less than FEVER's."""
CONDITIONS = (
    f"Medians. Prompts have {PROMPT} characters and answers 8 or 9; base and chosen are tested. "
    "The files are in the disk's cache; the browser runs already, and has no compiled code of the "
    "page."
)
TARGETS = {"size": "< 15", "drawn": "< 2"}
MEASURES = {
    "size": "`report.html`, MB",
    "read": "time to read and compare the results, s",
    "written": "time to write the report's files, s",
    "load": "time to open the page, until its load event has ended, s",
    "drawn": "time to open the page, until every figure is drawn, s",
    "count": "a key in the example search, until the count has changed, s",
    "seen": "a key in the example search, until the screen has changed, s",
}


@dataclass(frozen=True)
class Shape:
    """The size of a sweep: a grid, and the examples of each part."""

    lnames: int
    layers: int
    rhos: int
    validation: int
    test: int

    def points(self) -> list[PointColumns]:
        """The grid."""
        cells = product(LNAMES[: self.lnames], range(self.layers), RHOS[: self.rhos])
        return [
            PointColumns(
                "rank_reduction", lname, n, "all", None, rho, 9, 1, f"{lname}-l{n}-rho{rho}"
            )
            for lname, n, rho in cells
        ]

    def __str__(self) -> str:
        examples = self.validation + self.test
        count = self.lnames * self.layers * self.rhos
        return f"{count:,} points, {examples:,} examples"


SMALL = Shape(lnames=2, layers=2, rhos=2, validation=4, test=10)
LARGE = Shape(lnames=6, layers=28, rhos=8, validation=100, test=10_000)


def make(folder: Path, shape: Shape) -> None:
    """Write a finished sweep; one point is correct on the whole validation part, and is tested."""
    examples = shape.validation + shape.test
    parts = Parts(tuple(range(shape.validation)), tuple(range(shape.validation, examples)))
    store = Store(folder, Identity(WEIGHTS, "float32", FINGERPRINT, "corrected"), parts)
    points = shape.points()
    store.open(_command([BASE, *points], examples))
    best, chance = points[-1], random.Random(0)
    for point in (BASE, *points):
        _write(store, point, "validation", 1 if point is best else chance.uniform(0.2, 0.7), chance)
    for point, share in ((BASE, 0.5), (best, 0.55)):
        _write(store, point, "test", share, chance)
    write_examples(folder, [_example(n) for n in range(examples)], FINGERPRINT)
    values = [4096 / (n + 1) for n in range(4096)]
    spectrum = Spectrum("h.27.fc_in.weight", values, rank=9)
    write_spectra(folder, WEIGHTS, best.point, [spectrum])


def _example(number: int) -> Example:
    text = f"A question of the usual length, {number}, of "
    return Example((text * 3)[:PROMPT], f"answer {number % 100}")


def _command(points: list[PointColumns], examples: int) -> Command:
    """The command of the sweep."""
    config = Config(
        model=ModelConfig("models/large"), dataset=DatasetConfig(path="rows.jsonl"),
        intervention=InterventionConfig("rank_reduction"), split=SplitConfig("first20"),
        cluster=ClusterConfig("local"), lname="all", lnum="all",
    )  # fmt: skip
    return Command(
        config,
        ModelRecord("models/large", commit=None, family="gptj", masked=False, mask=""),
        DatasetRecord(examples, dropped=(), truncated=()),
        tuple(point.point for point in points),
    )


def _write(
    store: Store, point: PointColumns, part: str, share: float, chance: random.Random
) -> None:
    """Write random outcomes of a point; about this share of them is correct."""
    count = len(store.parts.of(part))
    outcomes: dict[str, list[object]] = {
        "correct": [chance.random() < share for _ in range(count)],
        "answer_logprob": [-chance.expovariate(share + 0.1) for _ in range(count)],
        "answer_length": [1] * count,
        "prediction": [f"answer {chance.randrange(100)}" for _ in range(count)],
    }
    store.write(point, store.parts.of(part), outcomes)


def report(folder: Path) -> dict[str, float]:
    """The seconds of both halves of `python -m laser_sweep.report`, and the size of the page."""
    started = time.perf_counter()
    found = read_report(folder)
    read = time.perf_counter()
    write_report(found)
    written = time.perf_counter() - read
    size = (folder / "report.html").stat().st_size / 1e6
    return {"read": read - started, "written": written, "size": size}


# A timeout that is set at the beginning of a frame ends when that frame has been drawn. The page's
# policy forbids evaluated code, so the promises that the benchmark waits for are made beforehand.
CLOCKS = """
const marks = [".heatmaplayer image", "#accuracy-lines .points path", "#loss-lines .points path",
  "#validation-test .points path", "#spectrum .lines path"];
const isDrawn = () => marks.every((mark) => document.querySelector(mark))
  && [...document.querySelectorAll("#heat-maps > div")].every((map) => map.querySelector(marks[0]));
window.drawn = new Promise((resolve) => {
  const look = () => (isDrawn() ? setTimeout(() => resolve(performance.now())) : next());
  const next = () => requestAnimationFrame(look);
  next();
});
window.searched = new Promise((resolve) => addEventListener("keydown", (event) => {
  const since = () => performance.now() - event.timeStamp;
  new MutationObserver((_, observer) => {
    observer.disconnect();
    const count = since();
    requestAnimationFrame(() => setTimeout(() => resolve({ count, seen: since() })));
  }).observe(document.getElementById("example-count"), { childList: true });
}, { once: true }));
"""


def opened(browser: Browser, path: Path) -> dict[str, float]:
    """The seconds until a page is loaded and drawn, and until its search has answered."""
    context = browser.new_context(viewport=SCREEN)
    page = context.new_page()
    page.add_init_script(CLOCKS)
    page.goto(f"file://{path}")
    drawn = page.evaluate("drawn")
    load = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    page.locator("#example-search").focus()
    page.keyboard.press(KEY)
    milliseconds = {"load": load, "drawn": drawn, **page.evaluate("searched")}
    context.close()
    return {name: value / 1000 for name, value in milliseconds.items()}


Measurements = dict[Shape, dict[str, list[float]]]


def measure(root: Path, repeats: int) -> tuple[Measurements, str]:
    """The measurements of both sweeps, and the browser's version."""
    folders = {shape: root / str(len(shape.points())) for shape in (SMALL, LARGE)}
    found: Measurements = {shape: defaultdict(list) for shape in folders}
    for shape, folder in folders.items():
        make(folder, shape)
    report(folders[SMALL])  # the first report imports modules
    for shape, folder in [*folders.items()] * repeats:
        _add(found[shape], report(folder))
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for shape, folder in [*folders.items()] * repeats:
            _add(found[shape], opened(browser, folder / "report.html"))
        return found, browser.version


def _add(lists: dict[str, list[float]], values: dict[str, float]) -> None:
    for name, value in values.items():
        lists[name].append(value)


def rows(found: Measurements) -> Iterator[list[str]]:
    """The lines of the table."""
    for name, text in MEASURES.items():
        medians = [statistics.median(found[shape][name]) for shape in (SMALL, LARGE)]
        cells = [
            cell
            for shape, median in zip((SMALL, LARGE), medians, strict=True)
            for cell in (f"{median:.3f}", _spread(found[shape][name]))
        ]
        yield [text, *cells, f"{medians[1] / medians[0]:.1f}×", TARGETS.get(name, "")]


def _spread(values: list[float]) -> str:
    return f"{min(values):.3f} to {max(values):.3f}"


def written(found: Measurements, version: str, before: float) -> str:
    """The command, the machine, and the table."""
    headers = ("", str(SMALL), "range", str(LARGE), "range", "large to small", "target")
    table = tabulate(rows(found), headers, tablefmt="github", disable_numparse=True)
    command = shlex.join(["python", "benchmarks/page.py", *sys.argv[1:]])
    head = (
        f"{machine()}, load {before:.1f} before and {os.getloadavg()[0]:.1f} after; headless "
        f"Chromium {version}, {SCREEN['width']} × {SCREEN['height']}. {CONDITIONS}"
    )
    return f"`{command}`\n\n{head}\n\n{table}\n"


def main() -> None:
    """Measure both pages, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--repeats", type=int, default=5, metavar="N", help="default: 5")
    parser.add_argument("--output", type=Path, default=HERE / "page.md")
    options = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("there is no Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory(prefix="laser_sweep-benchmark-") as root:
        before = os.getloadavg()[0]
        found, version = measure(Path(root), options.repeats)
    text = written(found, version, before)
    options.output.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
