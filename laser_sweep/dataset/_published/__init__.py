"""Datasets that others have published: their facts, and what several of them share."""
