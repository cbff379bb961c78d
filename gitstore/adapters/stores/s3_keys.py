"""Which keys obstore can spell.

obstore's keys are paths (https://docs.rs/object_store/latest/object_store/path/struct.Path.html):
it refuses empty and dotted components and control characters, and, worse, drops a slash at either
end, so that a request for `/lead` or `folder/` would go to another object.
"""

from __future__ import annotations

import re

# An empty or dotted component anywhere, or a control character.
_UNSPELLABLE = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|[\x00-\x1f\x7f]")


def obstore_can_spell(key: str) -> bool:
    """Whether a request through obstore reaches exactly this key (as it is in the bucket)."""
    return _UNSPELLABLE.search(key) is None
