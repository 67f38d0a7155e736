"""The script that makes the built-in model and its two datasets: `python -m laser_sweep.demo OUT`.

A sweep uses nothing of this folder: for a sweep, the built-in model is a folder like any other.
"""
