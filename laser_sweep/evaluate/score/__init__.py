"""Scores: outcomes from a model's predictions, a module for each kind of scoring."""
