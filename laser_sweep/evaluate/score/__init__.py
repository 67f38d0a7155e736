"""Scores: outcomes from a model's predictions, one module for each kind of scoring."""
