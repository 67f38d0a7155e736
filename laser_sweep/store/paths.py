"""The names of all files in a sweep's folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from laser_sweep.config import ALSO
from laser_sweep.store.provenance import digest as hashed

_LONGEST_NAME = 150
"""Characters of a point's name in a file name; a large stack has a longer name."""


@dataclass(frozen=True)
class Paths:
    """Every file and folder that the commands write into a sweep's folder.

    Attributes:
        folder: the sweep's folder, such as `multirun/demo/noisy_facts/rank_reduction`.
    """

    folder: Path

    @property
    def record(self) -> Path:
        """The record of the last command."""
        return self.folder / "sweep.json"

    @property
    def log(self) -> Path:
        """The log of the commands on this machine, for people."""
        return self.folder / "laser_sweep.log"

    @property
    def events(self) -> Path:
        """The events of the commands on this machine, for `status` and the report."""
        return self.folder / "events.jsonl"

    @property
    def results(self) -> Path:
        """The folder of the result files."""
        return self.folder / "results"

    @property
    def examples(self) -> Path:
        """The texts of the examples."""
        return self.folder / "examples.parquet"

    @property
    def spectra(self) -> Path:
        """The singular values of the chosen point's matrices."""
        return self.folder / "spectrum.json"

    @property
    def ranking(self) -> Path:
        """The predicted changes of the points."""
        return self.folder / "ranking.json"

    @property
    def composition(self) -> Path:
        """The edits that were tried on a stack, and what each did on the validation part."""
        return self.folder / "composition.json"

    @property
    def jobs(self) -> Path:
        """The folder of the SLURM jobs: what was submitted, their logs, and their events."""
        return self.folder / "jobs"

    def job(self, id: str) -> Path:
        """The file that describes a submitted job."""
        return self.jobs / f"{id}.json"

    def job_log(self, task: str) -> Path:
        """The log of a job's task, where submitit writes it."""
        return self.jobs / f"{task}_0_log.out"

    def job_events(self, task: str) -> Path:
        """The events of a job's task."""
        return self.jobs / f"{task}_events.jsonl"

    @property
    def all_events(self) -> list[Path]:
        """Every file of events that exists: that of the commands, then those of the tasks."""
        own = [self.events] if self.events.is_file() else []
        return [*own, *sorted(self.jobs.glob("*_events.jsonl"))]

    @property
    def report(self) -> Path:
        """The report in Markdown."""
        return self.folder / "report.md"

    @property
    def page(self) -> Path:
        """The report as a page."""
        return self.folder / "report.html"

    @property
    def selection(self) -> Path:
        """The report for programs."""
        return self.folder / "selection.json"

    @property
    def grid(self) -> Path:
        """One row for each point, as CSV."""
        return self.folder / "grid.csv"

    @property
    def grid_parquet(self) -> Path:
        """One row for each point, as Parquet."""
        return self.folder / "grid.parquet"

    @property
    def figures(self) -> Path:
        """The folder of the figures."""
        return self.folder / "figures"

    @property
    def earlier(self) -> Path:
        """The folder of the reports of earlier commands, each in a folder of its own."""
        return self.folder / "earlier"

    @property
    def report_files(self) -> tuple[Path, ...]:
        """The files of a report but its figures; the last one says whose report it is."""
        return (self.page, self.report, self.grid, self.grid_parquet, self.selection)

    @property
    def also(self) -> Path:
        """The folder of the results on further datasets."""
        return self.folder / ALSO

    @property
    def also_files(self) -> list[Path]:
        """The files on further datasets that a report is made from, in order."""
        found = [*self.also.rglob(self.record.name), *self.also.rglob("[!.]*.parquet")]
        return sorted(path for path in found if path.name != self.examples.name)

    @property
    def report_cache(self) -> Path:
        """The report's summary, with a hash of all that it was made from."""
        return self.folder / ".report.json"

    @property
    def run_id(self) -> Path:
        """The id of the sweep's run in an experiment tracker."""
        return self.folder / ".run_id"

    def result(self, point: str, examples: Sequence[int], digest: str) -> Path:
        """The file with the outcomes of a point on some examples, of one identity."""
        return self.results / f"{stem_of(point)}.{_examples_name(examples)}.{digest}.parquet"

    def result_files(self, digest: str) -> list[Path]:
        """The result files of one identity that exist, in order."""
        return sorted(self.results.glob(f"[!.]*.{digest}.parquet"))


def stem_of(point: str) -> str:
    """The beginning of the names of a point's result files."""
    if len(point) > _LONGEST_NAME:
        return f"{point[:_LONGEST_NAME]}...{hashed(point)}"
    return point


def stem_in(file_name: str) -> str:
    """The beginning of a result file's name, which names the point."""
    return file_name.rsplit(".", 3)[0]


def _examples_name(examples: Sequence[int]) -> str:
    """The first and the last example; where some between are missing, their count and a digest."""
    first, last, count = examples[0], examples[-1], len(examples)
    if last - first + 1 == count:
        return f"{first}-{last}"
    return f"{count}x{hashed(list(examples))}"
