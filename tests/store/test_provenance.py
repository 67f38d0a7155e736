"""The versions that results record."""

from importlib import metadata

import pytest
import torch

from laser_sweep.store.provenance import torch_version, versions


def test_the_version_of_torch_has_its_build():
    assert versions()["torch"] == torch.__version__


def test_the_build_is_recorded_where_the_metadata_lacks_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(metadata, "version", lambda name: "1.0")
    assert torch_version() == torch.__version__
