"""Pushing an exported folder to the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import HfApi, constants, get_token
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

from laser_sweep.errors import ConfigError, one_line, shorten
from laser_sweep.export.formats import in_units


def check_push(name: str) -> None:
    """Check what can be known before an export: the name, and a login.

    Args:
        name: the repository, such as `user/model`.

    Raises:
        ConfigError: if the name is none of a repository, nobody is logged in, or the hub is
            switched off.
    """
    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise ConfigError(f"--push {name}: not the name of a repository, user/model.") from error
    if constants.is_offline_mode():
        raise ConfigError(f"--push {name}: HF_HUB_OFFLINE=1 forbids it. Unset it, or push later.")
    if get_token() is None:
        raise ConfigError(
            f"--push {name}: nobody is logged in to the hub: run `hf auth login`, or set HF_TOKEN."
        )


def push(folder: Path, name: str, *, private: bool) -> str:
    """Make a repository of models on the hub, if it is not there, and upload a folder to it.

    Args:
        folder: the folder.
        name: the repository, such as `user/model`.
        private: whether a new repository is private.

    Returns:
        The address of the repository.

    Raises:
        ConfigError: if the hub cannot be reached or refuses it; the folder stays.
    """
    api = HfApi()
    try:
        repository = api.create_repo(name, private=private, exist_ok=True)
        api.upload_folder(
            folder_path=folder,
            repo_id=repository.repo_id,
            commit_message="Upload an export of laser_sweep",
        )
    # The hub's client documents no exception for "no network"; it raises its HTTP library's.
    except Exception as error:
        files = [path for path in folder.rglob("*") if path.is_file()]
        size = in_units(sum(path.stat().st_size for path in files))
        raise ConfigError(
            f"--push {name}: not pushed: {shorten(one_line(error), 300)}. The export is complete "
            f"in {folder} ({len(files)} files, {size}): `hf upload {name} {folder}` pushes it."
        ) from error
    return str(repository)
