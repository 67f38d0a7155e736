"""Reproductions: a recipe's base model and point, evaluated again and compared.

`python -m laser_sweep.reproduce DIR` says whether the figures are the same.
"""
