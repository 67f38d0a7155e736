"""How the built-in model and its two datasets are made: `python -m laser_sweep.demo OUT`.

Nothing here is used by the sweep, for which the model is a folder like any other.
"""
