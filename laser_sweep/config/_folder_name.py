"""A name that a folder can have on every machine."""

from __future__ import annotations

from laser_sweep.errors import ConfigError

_LONGEST_NAME = 150


def folder_name(option: str, name: str | None, default: str) -> str:
    """The given name, or the default, if it can name a folder.

    Raises:
        ConfigError: if it cannot, on some machine.
    """
    chosen = name if name is not None else default
    length = len(chosen.encode(errors="replace"))
    if chosen in ("", ".", "..") or set(chosen) & set('/\\|"') or chosen.startswith("-"):
        raise ConfigError(f"{option}={chosen!r}: expected a name that can be a folder's.")
    if length > _LONGEST_NAME or not chosen.isprintable():
        raise ConfigError(
            f"{option}={chosen[:40]!r}: expected at most {_LONGEST_NAME} bytes of text."
        )
    return chosen
