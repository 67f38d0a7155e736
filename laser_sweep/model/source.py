"""The source of a model's files: a folder, a GGUF file, or one commit on the Hugging Face hub.

A source is found without reading a weight and without importing torch.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xxhash

from laser_sweep.errors import ConfigError, one_line
from laser_sweep.model.gguf_file import check_gguf, is_gguf
from laser_sweep.model.hub_cache import cached_repository, repositories_in
from laser_sweep.model.lfs import check_not_pointer

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
    "vocab.json",
    "vocab.txt",
)
_CONTENT = ("*.json", "*.safetensors", "*.model", "*.txt", "*.jinja")
_ADAPTER, _CONFIG = "adapter_config.json", "config.json"
_HUB_TIMEOUT_S = 10.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """The files of one model, all of one revision.

    Attributes:
        path: a folder, a GGUF file or a hub id.
        commit: the commit on the hub; None for a folder or a file.
        offline: whether to read the files from the hub's cache only.
        weights: an identifier of the weights: the commit, or a hash of the folder's content.
        is_gguf: whether the path is that of a GGUF file.
    """

    path: str
    commit: str | None
    offline: bool
    weights: str
    is_gguf: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """The arguments for every `from_pretrained`."""
        file = Path(self.path)
        gguf = {"gguf_file": file.name} if self.is_gguf else {}
        return {
            **gguf,
            "pretrained_model_name_or_path": str(file.parent) if self.is_gguf else self.path,
            "revision": self.commit or "main",
            "local_files_only": self.offline,
            "trust_remote_code": False,
        }


def find_source(path: str, revision: str | None) -> Source:
    """Find a model by its folder, its GGUF file or its hub id.

    Raises:
        ConfigError: if the folder or the repository does not exist; if the hub cannot be reached
            and its cache has no copy; if a folder lacks a configuration, safetensors or a
            tokenizer; if a file is a Git LFS pointer, or the weights are those of an adapter.
    """
    folder = Path(path).expanduser()
    if folder.is_dir() or is_gguf(folder):
        if revision is not None:
            # The revision may stem from a model's YAML file whose path the command line replaces.
            log.warning("model.revision=%s is not used: %s is a folder.", revision, path)
        return _gguf(folder) if is_gguf(folder) else _in_folder(folder)
    _check_no_mistaken_path(folder)
    if folder.exists() or path.startswith((".", "/", "~")) or path.count("/") > 1:
        raise ConfigError(f"model.path={path}: no such folder.")
    return _on_hub(path, revision or "main")


def config_source(path: str, revision: str | None) -> Source:
    """The source of a model's configuration; a folder may lack weights and a tokenizer.

    Raises:
        ConfigError: if the folder or the repository does not exist, or the hub cannot be reached
            and its cache has no copy.
    """
    folder = Path(path).expanduser()
    if folder.is_dir() and (folder / _CONFIG).is_file():
        check_not_pointer(f"model.path={folder}", folder / _CONFIG)
        return Source(str(folder), None, True, "")
    return find_source(path, revision)


def _check_no_mistaken_path(path: Path) -> None:
    """Check that a path is neither a file of a model nor a name of the hub's cache.

    Raises:
        ConfigError: if it is; the error tells what to write.
    """
    if path.is_file():
        raise ConfigError(
            f"model.path={path} is a file: expected the folder of the model's files, such as the "
            f"one that it is in: model.path={path.parent}."
        )
    # Not of any path: a hub id may be given in a folder of the cache.
    if "--" in path.name and (repository := cached_repository(path)):
        raise ConfigError(f"model.path={path}: {repository.advice('model.path')}")


def _without_config(folder: Path) -> ConfigError:
    """The error for a folder that is not a model's."""
    if repository := cached_repository(folder):
        return ConfigError(f"model.path={folder}: {repository.advice('model.path')}")
    if models := [each.id for each in repositories_in(folder) if each.kind == "models"]:
        return ConfigError(
            f"model.path={folder}: this is the hub's cache: expected a model in it: "
            f"{', '.join(f'model.path={id}' for id in models)}."
        )
    return ConfigError(f"model.path={folder}: the folder has no config.json.")


def _in_folder(folder: Path) -> Source:
    if (folder / _ADAPTER).is_file():
        raise _adapter(str(folder), "folder")
    ggufs = sorted(path.name for path in folder.glob("*.gguf"))
    if ggufs and not any(folder.glob("*.safetensors")):
        raise ConfigError(
            f"model.path={folder}: the folder has GGUF files: expected one of them as model.path: "
            f"{', '.join(ggufs)}."
        )
    if not (folder / _CONFIG).is_file():
        raise _without_config(folder)
    if not any(folder.glob("*.safetensors")):
        others = ", ".join(sorted(p.name for p in folder.glob("*.bin"))) or "none"
        raise ConfigError(
            f"model.path={folder}: the folder has no *.safetensors; other weights: {others}. "
            "Only safetensors are read: save the model again with save_pretrained()."
        )
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise ConfigError(
            f"model.path={folder}: the folder has no tokenizer; "
            f"expected one of {', '.join(TOKENIZER_FILES)}."
        )
    files = sorted({path for pattern in _CONTENT for path in folder.glob(pattern)})
    for path in files:
        check_not_pointer(f"model.path={folder}", path)
    return Source(str(folder), None, True, _hash_of(files))


def _gguf(file: Path) -> Source:
    check_gguf(file)
    return Source(str(file), None, True, _hash_of([file]), is_gguf=True)


def _adapter(path: str, place: str) -> ConfigError:
    return ConfigError(
        f"model.path={path}: the {place} holds an adapter. Merge it into its model first: "
        "merge_and_unload() of PEFT, then save_pretrained()."
    )


def _hash_of(files: Iterable[Path]) -> str:
    """A hash of the names and contents of all files that a model is loaded from."""
    digest = xxhash.xxh3_128()
    for path in files:
        digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while block := file.read(1 << 22):
                digest.update(block)
    return f"xxh3:{digest.hexdigest()}"


def _on_hub(name: str, revision: str) -> Source:
    """The source on the hub or, if the hub cannot be reached, in its cache."""
    try:
        commit = _commit_on_hub(name, revision)
    except ConfigError:
        raise
    # The hub's client documents no exception for "no network"; it raises its HTTP library's.
    except Exception as error:
        if _in_cache(name, _ADAPTER, revision):
            raise _adapter(name, "repository") from error
        commit = _in_cache(name, _CONFIG, revision)
        if commit is None:
            raise ConfigError(
                f"model.path={name}: no such folder, not in the hub's cache, and the hub cannot "
                f"be reached ({one_line(error)}). Where there is network, run "
                f"`hf download {name}`, or give the folder of a copy."
            ) from error
        return Source(name, commit, True, commit)
    return Source(name, commit, False, str(commit))


def _commit_on_hub(name: str, revision: str) -> str | None:
    """The commit of a revision, as the hub has it.

    Raises:
        ConfigError: if the hub has no such repository or revision.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        info = HfApi().model_info(name, revision=revision, timeout=_HUB_TIMEOUT_S)
    except HFValidationError as error:
        raise ConfigError(f"model.path={name}: neither a folder nor a hub id.") from error
    except RevisionNotFoundError as error:
        raise ConfigError(f"model.revision={revision}: {name} has no such revision.") from error
    except RepositoryNotFoundError as error:
        raise ConfigError(
            f"model.path={name}: no such folder, and the hub has no such model, or it is private "
            "or gated and you are not logged in (hf auth login)."
        ) from error
    if any(file.rfilename == _ADAPTER for file in info.siblings or ()):
        raise _adapter(name, "repository")
    return info.sha


def _in_cache(name: str, file: str, revision: str) -> str | None:
    """The commit of a revision in the hub's cache; None if the cache lacks this file of it."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(name, file, revision=revision)
    return Path(found).parent.name if isinstance(found, str) else None
