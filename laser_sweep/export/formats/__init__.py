"""The formats of an export, one module each; the module's name is the value of `--format`."""

from laser_sweep.export.formats._contract import Format, Kept, Written
from laser_sweep.export.formats._weight_sizes import in_units
from laser_sweep.plugin import Group

FORMATS: Group[Format] = Group(__name__, Format, "--format", "Formats")
DENSE = "dense"
"""The default."""

__all__ = ["DENSE", "FORMATS", "Format", "Kept", "Written", "in_units"]
