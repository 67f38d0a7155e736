"""How long the report's page takes to open, of a large sweep beside a small one, in one run.

    python benchmarks/page.py

Both reports are made in a temporary folder from invented results, again and again in turn; then
both pages are opened in headless Chromium, in turn, each time in a context of its own. The times
are the browser's own clock's, from the start of the navigation, or from the press of a key. The
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
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

from _processes import HERE, machine
from playwright.sync_api import Browser, sync_playwright
from tabulate import tabulate

from laser_sweep.store.columns import PointColumns
from laser_sweep.config import (ClusterConfig, Config, DatasetConfig, InterventionConfig, ModelConfig, SplitConfig,)
from laser_sweep.dataset import Example
from laser_sweep.store.examples import write_examples
from laser_sweep.report import read_report, write_report
from laser_sweep.store.results import Identity, Store
from laser_sweep.store.spectra import write_spectra
from laser_sweep.split import Parts

WEIGHTS, FINGERPRINT = "xxh3:w", "xxh3:e"
BASE = PointColumns("none", "dont", None, None, 0.0, 1.0, None, 0, "base")
LNAMES = ("fc_in", "fc_out", "q_proj", "k_proj", "v_proj", "out_proj")
RHOS = (0.9, 0.8, 0.6, 0.4, 0.2, 0.1, 0.05, 0.01)
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SCREEN = {"width": 1200, "height": 900}
KEY = "7"
"""What is searched for: it is in some of the prompts."""
PROMPT = 110
"""Characters; more than CounterFact's and less than FEVER's."""
SAID = (
    f"Medians; prompts of {PROMPT} characters, answers of 8 or 9; base and chosen tested. Files in "
    "the disk's cache, a browser that runs already, no code that it has seen before."
)
TARGETS = {"size": "< 15", "drawn": "< 2"}
MEASURES = {
    "size": "`report.html`, MB",
    "read": "results read and compared, s",
    "written": "report's files written, s",
    "load": "page opened: its load event has ended, s",
    "drawn": "page opened: every figure is drawn, s",
    "count": "a key in the example search: the count has changed, s",
    "seen": "a key in the example search: the screen has changed, s",
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
    """A finished sweep: one point of the grid is right on all that validates, and is tested."""
    examples = shape.validation + shape.test
    parts = Parts(tuple(range(shape.validation)), tuple(range(shape.validation, examples)))
    store = Store(folder, Identity(WEIGHTS, "float32", FINGERPRINT, "corrected"), parts)
    points = shape.points()
    store.open(_record([BASE, *points], examples))
    best, chance = points[-1], random.Random(0)
    for point in (BASE, *points):
        _write(store, point, "validation", 1 if point is best else chance.uniform(0.2, 0.7), chance)
    for point, share in ((BASE, 0.5), (best, 0.55)):
        _write(store, point, "test", share, chance)
    write_examples(folder, [_example(n) for n in range(examples)], FINGERPRINT)
    values = [4096 / (n + 1) for n in range(4096)]
    matrix = {"name": "h.27.fc_in.weight", "values": values, "rank": 9}
    write_spectra(folder, WEIGHTS, best.point, [matrix])


def _example(number: int) -> Example:
    text = f"A question of the usual length, {number}, of "
    return Example((text * 3)[:PROMPT], f"answer {number % 100}")


def _record(points: list[PointColumns], examples: int) -> dict[str, object]:
    """What a command would have written into `sweep.json`."""
    config = Config(
        model=ModelConfig("models/large"), dataset=DatasetConfig(path="rows.jsonl"),
        intervention=InterventionConfig("rank_reduction"), split=SplitConfig("first20"),
        cluster=ClusterConfig("local"), lname="all", lnum="all",
    )  # fmt: skip
    model = {"path": "models/large", "commit": None, "family": "gptj", "masked": False, "mask": ""}
    return {
        "config": asdict(config),
        "model": model,
        "dataset": {"examples": examples, "dropped": [], "truncated": []},
        "points": [point.point for point in points],
    }


def _write(
    store: Store, point: PointColumns, part: str, share: float, chance: random.Random
) -> None:
    """Outcomes of which about a share is right."""
    count = len(store.parts.of(part))
    outcomes = {
        "correct": [chance.random() < share for _ in range(count)],
        "answer_logprob": [-chance.expovariate(share + 0.1) for _ in range(count)],
        "answer_length": [1] * count,
        "prediction": [f"answer {chance.randrange(100)}" for _ in range(count)],
    }
    store.write(point, store.parts.of(part), outcomes)


def report(folder: Path) -> dict[str, float]:
    """Seconds of both halves of `python -m laser_sweep.report`, and what came of them."""
    started = time.perf_counter()
    found = read_report(folder)
    read = time.perf_counter()
    write_report(found)
    written = time.perf_counter() - read
    size = (folder / "report.html").stat().st_size / 1e6
    return {"read": read - started, "written": written, "size": size}


# A timeout that is set as a frame begins ends when that frame has been drawn. The page's policy
# lets nothing be evaluated in it, so that what is waited for is a promise, made beforehand.
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
    """Seconds until a page was there, and until its search has answered."""
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


Found = dict[Shape, dict[str, list[float]]]


def measure(root: Path, repeats: int) -> tuple[Found, str]:
    """All that was measured of both sweeps, and the browser's version."""
    folders = {shape: root / str(len(shape.points())) for shape in (SMALL, LARGE)}
    found: Found = {shape: defaultdict(list) for shape in folders}
    for shape, folder in folders.items():
        make(folder, shape)
    report(folders[SMALL])  # imports what it needs
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


def rows(found: Found) -> Iterator[list[str]]:
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


def written(found: Found, version: str, before: float) -> str:
    """The command, what it ran on, and the table."""
    headers = ("", str(SMALL), "range", str(LARGE), "range", "large to small", "target")
    table = tabulate(rows(found), headers, tablefmt="github", disable_numparse=True)
    command = shlex.join(["python", "benchmarks/page.py", *sys.argv[1:]])
    head = (
        f"{machine()}, load {before:.1f} before and {os.getloadavg()[0]:.1f} after; headless "
        f"Chromium {version}, {SCREEN['width']} × {SCREEN['height']}. {SAID}"
    )
    return f"`{command}`\n\n{head}\n\n{table}\n"


def main() -> None:
    """Both pages."""
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
