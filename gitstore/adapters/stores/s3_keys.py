"""Which keys obstore can spell.

obstore's keys are paths (https://docs.rs/object_store/latest/object_store/path/struct.Path.html):
it refuses empty and dotted components and control characters, and, worse, drops a slash at either
end, so that a request for `/lead` or `folder/` would go to another object.
"""

from __future__ import annotations

_PATH_ONLY = frozenset({"", ".", ".."})


def obstore_can_spell(key: str) -> bool:
    """Whether a request through obstore reaches exactly this key (as it is in the bucket)."""
    if any(character < " " or character == "\x7f" for character in key):
        return False
    return _PATH_ONLY.isdisjoint(key.split("/"))
