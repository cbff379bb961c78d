"""Finding what is obviously a secret in text that is about to be committed."""

from __future__ import annotations

import re

from gitstore.core.url_text import has_secret

# Prefixes that their issuers chose so that programs can find them, and keys of credentials files.
_TOKENS = re.compile(
    r"\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22}|glpat-[A-Za-z0-9_-]{20}"
    r"|AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20}|xox[abprs]-[A-Za-z0-9-]{10}"
    r"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.)"
)
_KEYS = re.compile(
    r"\b(aws_)?(secret[_-]?(access[_-]?)?key|session[_-]?token|password|passwd|account[_-]?key"
    r"|client[_-]?secret|sas[_-]?token|private[_-]?key|api[_-]?key)\b[\"']?\s*[:=]\s*[\"']?[^\s\"']",
    re.IGNORECASE,
)


def secret_in_manifest(text: str) -> int | None:
    """The first line with what is obviously a secret, counted from 1, or None."""
    return _first(text, _TOKENS, _KEYS)


def secret_in_pointer(text: str) -> int | None:
    """The same for a pointer, where words that name secrets are names of files."""
    return _first(text, _TOKENS)


def _first(text: str, *patterns: re.Pattern[str]) -> int | None:
    # Most texts have none: one search of the whole costs less than one for each line.
    if not has_secret(text) and not any(pattern.search(text) for pattern in patterns):
        return None
    for number, line in enumerate(text.split("\n"), 1):
        if has_secret(line) or any(pattern.search(line) for pattern in patterns):
            return number
    return 1
