"""Names of folders that are valid on every machine."""

from __future__ import annotations

from laser_sweep.errors import ConfigError

_LONGEST_NAME = 150


def folder_name(option: str, name: str | None, default: str) -> str:
    """The given name of a folder, or the default one.

    Args:
        option: the option that the name is given with, for errors.
        name: the given name; None for the default one.
        default: the default name.

    Raises:
        ConfigError: if a machine may not accept the name.
    """
    chosen = name if name is not None else default
    length = len(chosen.encode(errors="replace"))
    if chosen in ("", ".", "..") or set(chosen) & set('/\\|"') or chosen.startswith("-"):
        raise ConfigError(f"{option}={chosen!r}: expected a valid name of a folder.")
    if length > _LONGEST_NAME or not chosen.isprintable():
        raise ConfigError(
            f"{option}={chosen[:40]!r}: expected at most {_LONGEST_NAME} bytes of text."
        )
    return chosen
