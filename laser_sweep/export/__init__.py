"""Exports: a sweep's point as a model that transformers loads, and as a recipe for its weights.

`python -m laser_sweep.export FOLDER --to DIR` writes both; `recipe.apply_recipe` follows a recipe.
"""
