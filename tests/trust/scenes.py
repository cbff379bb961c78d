"""Clones of people who have approved nothing yet, and servers that know whether anybody came."""

from __future__ import annotations

from dataclasses import replace

from tests.lab import Lab


def stranger(lab: Lab) -> Lab:
    """A fresh clone on a machine that approves nothing."""
    return lab.clone().seeing(GIT_STORAGE_TRUST_WRITE="")


def begun(lab: Lab) -> Lab:
    """The same clone on a machine that approves nothing: what counts is what its user has said."""
    return replace(lab, environment={**lab.environment, "GIT_STORAGE_TRUST_WRITE": ""})


def describing(lab: Lab, url: str, endpoint: str = "") -> None:
    """Write a manifest and an empty pointer by hand, as somebody hostile would."""
    more = f"    endpoint: {endpoint}\n" if endpoint else ""
    lab.write(
        ".storage.yaml",
        f"version: 1\nstorages:\n  survey:\n    url: {url}\n{more}"
        "data:\n  data:\n    storage: survey\n".encode(),
    )
    lab.write("data.storage", b"git-storage pointer 1\nfrom file:..\n")
