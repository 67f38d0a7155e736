"""The command: `python -m laser_sweep -m lnum=0..27 rate=1,5,9.9`.

Hydra composes the configuration of every sweep on the command line; the sweeps themselves run when
it is done, so that a mistake in the last one is found before the first one starts.
"""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

import hydra
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from laser_sweep.composition import explain
from laser_sweep.config import Config, conf_folder, register
from laser_sweep.errors import ConfigError, is_no_room
from laser_sweep.grid import bracket
from laser_sweep.logs import log_to_terminal

_INTERRUPTED = 130
"""The exit status of a program that an interrupt ended, as shells have it."""


def main() -> None:
    """Compose, check, sweep, report; one clear line for a mistake of the user's."""
    sys.argv[1:] = map(bracket, sys.argv[1:])
    register()
    try:
        configs = _compose()
        if not configs:  # --help, --cfg and the like have been answered
            return
        log_to_terminal()
        from laser_sweep.sweep import run  # imports torch, which --help should not wait for

        status = run(configs)
    except ConfigError as error:
        sys.exit(f"laser_sweep: {error}")
    except OSError as error:
        if error.filename is None and not is_no_room(error):
            raise
        what = f"{error.filename}: " if error.filename else ""
        sys.exit(f"laser_sweep: {what}{error.strerror}; what is done is kept.")
    except KeyboardInterrupt:
        message = "laser_sweep: interrupted; what is done is kept, the same command goes on."
        print(message, file=sys.stderr)
        sys.exit(_INTERRUPTED)
    sys.exit(status)


def _compose() -> list[Config]:
    """The configuration of every sweep that the command line asks for.

    Raises:
        ConfigError: if there is no such configuration.
    """
    composed: list[DictConfig] = []
    decorate = hydra.main(version_base="1.3", config_path=str(conf_folder()), config_name="config")
    # Asked for the full error, Hydra raises it; otherwise it prints its own form and exits.
    wants_traceback = "HYDRA_FULL_ERROR" in os.environ
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")
    # Hydra makes a folder for its records before anything is checked; a mistake should leave none.
    with tempfile.TemporaryDirectory(prefix="laser_sweep-") as scratch:
        os.environ["LASER_SWEEP_SCRATCH"] = scratch
        try:
            decorate(composed.append)()
        except (HydraException, OmegaConfBaseException, YAMLError, ValueError) as error:
            if wants_traceback:
                raise
            raise explain(error) from error
        finally:
            del os.environ["LASER_SWEEP_SCRATCH"]
    return [_typed(each) for each in composed]


def _typed(composed: DictConfig) -> Config:
    try:
        # Hydra lets `+name=value` add what the schema does not have.
        plain = OmegaConf.to_container(composed, resolve=True)
        config: Any = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(Config), plain))
    except OmegaConfBaseException as error:
        raise explain(error) from error
    assert isinstance(config, Config)
    return config


if __name__ == "__main__":
    main()
