"""The command `python -m laser_sweep`: from the command line to the report."""
