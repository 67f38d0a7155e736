"""The grid of a sweep: points, axes, and the notation in which both are written."""
