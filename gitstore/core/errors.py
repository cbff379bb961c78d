"""Every error that `git storage` raises on purpose, with a hint that can be typed.

The family::

    StorageError                 base: message, hint, exit code 128
    ├── UsageError               the command line is wrong (exit code 129)
    ├── NotARepository           no git work tree here
    ├── FormatError              a manifest or pointer does not follow its specification
    ├── UnknownName              no such storage, data path, revision or object
    │   └── NoSuchObject         a file that no pointer names; Python's FileNotFoundError, too
    ├── BadUrl                   a storage URL that cannot be understood
    ├── PathRefused              a path that cannot be, or hold, a data path
    ├── Locked                   another process is changing this work tree
    ├── StateError               the state in the git directory cannot be used
    ├── Stopped                  a guard stopped the operation before anything moved
    ├── Changed                  a local file is not what the plan saw
    ├── LocalFailure             the operating system refused a local file (full, read-only, ...)
    └── StoreError               something the storage said or did (carries the key, if any)
        ├── Missing              no such object, bucket or directory
        ├── Refused              a precondition did not hold: somebody else wrote (412, 409)
        ├── Untrusted            the user has not approved it, so it was not asked
        ├── Denied               the credentials do not allow it
        │   └── WrongCredentials they are not accepted for anything: unknown, wrong or expired
        ├── NoCredentials        there are none, and the storage wants some
        ├── Unreachable          no answer, or not a sensible one, after the retries
        ├── Corrupt              bytes that are not the ones that were promised
        ├── Unsupported          the storage cannot do this at all
        └── StoreFull            no space or quota left on the storage

A message is one sentence, lower case, no full stop, naming the thing. A hint is a command to type
or a line to edit.
"""

from __future__ import annotations


class StorageError(Exception):
    """Something the user can understand and act on.

    Args:
        message: one sentence, lower case, without a full stop.
        hint: what to type or edit next, or None.
    """

    exit_code = 128

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(StorageError):
    """The command line is wrong."""

    exit_code = 129


class NotARepository(StorageError):
    """There is no git work tree to work on."""


UPGRADE = "pip install --upgrade git-storage  # or as you have installed it"
"""The hint about whatever a newer version has written."""


class FormatError(StorageError):
    """A manifest or pointer does not follow its specification.

    Args:
        message: what is wrong.
        source: the file's name as a user would type it.
        line: the line, counted from 1, or None when it is about the whole file.
    """

    def __init__(
        self, message: str, *, source: str, line: int | None = None, hint: str | None = None
    ) -> None:
        where = source if line is None else f"{source}:{line}"
        super().__init__(f"{where}: {message}", hint=hint)
        self.source = source
        self.line = line


class UnknownName(StorageError):
    """A storage, data path, revision or object that nobody has described."""


class NoSuchObject(UnknownName, FileNotFoundError):
    """A file that no pointer names; programs that open files know what that is."""


class BadUrl(StorageError):
    """A storage URL that cannot be understood."""


class PathRefused(StorageError):
    """A path that cannot be, or hold, a data path."""


class Locked(StorageError):
    """Another process is changing this work tree."""


class StateError(StorageError):
    """The state in the git directory cannot be used."""


class Stopped(StorageError):
    """A guard stopped the operation before anything moved."""


class Changed(StorageError):
    """A local file is not what the plan saw."""


class LocalFailure(StorageError):
    """The operating system refused something about a local file."""


class StoreError(StorageError):
    """Something the storage said or did.

    Args:
        key: the object's key as the store was asked for it, or None.
    """

    def __init__(self, message: str, *, key: str | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.key = key


class Missing(StoreError):
    """No such object, bucket or directory."""


class Refused(StoreError):
    """A precondition did not hold: the object is not the version that was expected."""


class Denied(StoreError):
    """The credentials do not allow it."""


class WrongCredentials(Denied):
    """The credentials are not accepted for anything: unknown, wrong or expired."""


class Untrusted(StoreError):
    """The user has not approved the storage for this, so that it was not asked."""


class NoCredentials(StoreError):
    """There are no credentials, and the storage wants some."""


class Unreachable(StoreError):
    """No answer, or not a sensible one, after the retries."""


class Corrupt(StoreError):
    """Bytes that are not the ones that were promised."""


class Unsupported(StoreError):
    """The storage cannot do this at all."""


class StoreFull(StoreError):
    """No space or quota is left on the storage."""
