"""Every family that transformers can build: each matrix type is found in every layer."""

import re

import pytest
from support.families import MOST_USED, PAGE, UNSUPPORTED, page, survey
from support.locked import of_lock

from laser_sweep.grid.point import MATRIX_TYPES

README = PAGE.parent.parent / "README.md"


@pytest.fixture(scope="module")
def families():
    return list(survey())


@pytest.fixture(scope="module")
def aimed(families):
    return [family for family in families if family.has_attention_and_mlp]


@of_lock("transformers")
def test_every_family_but_those_that_are_named_is_supported(aimed):
    missing = {f"{f.kind} {f.name}": f.error or f.lacks for f in aimed if not f.is_supported}
    assert {name.split()[1] for name in missing} <= set(UNSUPPORTED), missing


def test_nearly_all_families_are_supported(aimed):
    assert sum(family.is_supported for family in aimed) >= 0.95 * len(aimed)
    assert len(aimed) > 200


def test_the_most_used_families_are_all_supported(families):
    supported = {family.name for family in families if family.is_supported}
    assert not set(MOST_USED) - supported


def test_the_matrices_of_a_layer_fit_together(families):
    """fc_out reads the output of fc_in, fc_up has the shape of fc_in, and all names are unique."""
    for family in families:
        for block in () if family.layout is None else family.layout.blocks:
            where = f"{family.kind} {family.name} {block}"
            for matrices in block.values():
                assert len({matrix.name for matrix in matrices}) == len(matrices), where
            made = {m.shape[0] for m in block.get("fc_in", ())}
            read = {m.shape[1] for m in block.get("fc_out", ())}
            assert made == read, where
            if "fc_up" in block:
                assert [m.shape for m in block["fc_up"]] == [m.shape for m in block["fc_in"]], where
            assert list(block) == [name for name in MATRIX_TYPES if name in block], where


@of_lock("transformers")
def test_the_page_of_the_documentation_is_what_is_found(families, aimed):
    # The errors of other libraries may change with their versions.
    written, found = (
        re.split("\n## Families that were not built", text)[0]
        for text in (PAGE.read_text(), page(families))
    )
    assert written == found, "run PYTHONPATH=tests python -m support.families"
    supported = sum(family.is_supported for family in aimed)
    assert f"[{supported} of the {len(aimed)} families](docs/models.md)" in README.read_text()
