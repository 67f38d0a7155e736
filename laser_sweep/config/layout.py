"""The schema of `model.layout`: where the matrices are, for a model in which they are not found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from laser_sweep.errors import ConfigError, choose

FORMS = ("contiguous", "interleaved")
"""How a fused parameter is laid out: one part after the other, or so for each head."""


@dataclass
class LayoutNames:
    """For a matrix type, or several that are fused, its names within a block, without `.weight`."""

    q_proj: Any = None
    k_proj: Any = None
    v_proj: Any = None
    qkv: Any = None
    kv: Any = None
    q_a: Any = None
    q_b: Any = None
    kv_a: Any = None
    kv_b: Any = None
    out_proj: Any = None
    fc_in: Any = None
    fc_up: Any = None
    gate_up: Any = None
    fc_out: Any = None


@dataclass
class LayoutConfig:
    """Where the matrices are, for a model in which they are not found, or found wrong.

    What each field means is said by `laser_sweep.model.names.Naming`.
    """

    blocks: Any = None
    names: LayoutNames = field(default_factory=LayoutNames)
    form: str | None = None
    order: Any = None
    groups: int | None = None
    transposed: Any = None
    stacked: Any = None

    def __post_init__(self) -> None:
        choose("model.layout.form", self.form or FORMS[0], FORMS)
        if self.order is not None and sorted(self.order) != ["k_proj", "q_proj", "v_proj"]:
            raise ConfigError(
                f"model.layout.order={self.order}: expected q_proj, k_proj and v_proj, in the "
                "order in which they lie."
            )

    @property
    def given(self) -> dict[str, Any]:
        """The fields that are set."""
        fields = {key: value for key, value in asdict(self).items() if value is not None}
        names = {key: value for key, value in fields.pop("names").items() if value is not None}
        return {**fields, **({"names": names} if names else {})}
