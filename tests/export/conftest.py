"""The fixtures that sweep over tiny models."""

from support.tiny_sweeps import swept, tiny_sweep

__all__ = ["swept", "tiny_sweep"]
