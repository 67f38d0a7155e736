"""What a sweep chose as a model that transformers loads, and as a recipe for the original weights.

`python -m laser_sweep.export FOLDER --to DIR` writes both, `recipe.apply_recipe` carries one out.
"""
