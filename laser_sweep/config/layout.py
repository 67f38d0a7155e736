"""`model.layout`: the places of a model's matrices, where they are not found or found wrong."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from laser_sweep.errors import ConfigError, choose

CONTIGUOUS, INTERLEAVED = FORMS = ("contiguous", "interleaved")
"""Forms of a fused parameter: one part after the other, or the parts of one head after another."""


@dataclass
class LayoutNames:
    """The names of parameters within a block, without `.weight`, by matrix type.

    `qkv`, `kv` and `gate_up` are parameters that hold several matrix types. A value is a name or a
    list of names.
    """

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
    """The places of a model's matrices; `laser_sweep.model.names.Naming` explains the fields."""

    # All fields but `names`, `form` and `groups` are a name or a list of names.
    blocks: Any = None
    names: LayoutNames = field(default_factory=LayoutNames)
    form: str | None = None
    order: Any = None
    groups: int | None = None
    transposed: Any = None
    stacked: Any = None
    alternating: Any = None

    def __post_init__(self) -> None:
        choose("model.layout.form", self.form or CONTIGUOUS, FORMS)
        if self.order is not None and sorted(self.order) != ["k_proj", "q_proj", "v_proj"]:
            raise ConfigError(
                f"model.layout.order={self.order}: expected q_proj, k_proj and v_proj, in the "
                "order in which the parameter has them."
            )

    @property
    def given(self) -> dict[str, Any]:
        """The fields that are set, as JSON has them; an identity of results contains them."""
        fields = {key: value for key, value in asdict(self).items() if value is not None}
        names = {key: value for key, value in fields.pop("names").items() if value is not None}
        return {**fields, **({"names": names} if names else {})}
