"""The Python API: everything that the package names is there."""

from __future__ import annotations

import pytest

import gitstore


@pytest.mark.parametrize("name", gitstore.__all__)
def test_every_public_name_can_be_reached(name: str) -> None:
    assert getattr(gitstore, name) is not None
    assert name in dir(gitstore)


def test_other_names_are_none() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = gitstore.nothing_of_the_kind  # type: ignore[attr-defined]  # that is what is tested
