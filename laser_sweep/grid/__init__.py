"""The grid of a sweep: axes and their notation, amounts, edits, points."""
