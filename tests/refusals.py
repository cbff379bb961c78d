"""What every refusal keeps to: one sentence, one hint, and nothing that has changed."""

from __future__ import annotations

from tests.lab import Lab, Result
from tests.tally import Figure, add

OBJECTS = {"a.txt": b"one", "sub/b.txt": b"two"}
USAGE = 129
FATAL = 128


def refused(lab: Lab, *args: str, code: int = FATAL, at: str = ".") -> Result:
    """Run a command that must be refused, and hold it to the promise at the top."""
    before = lab.snapshot()
    result = lab.storage(*args, at=at).fails(code)
    told(result)
    assert lab.snapshot() == before
    return result


def told(result: Result) -> None:
    """Hold what was said to the promise: one sentence, one hint, and neither is ours to mend."""
    lines = result.err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["error", "hint"], str(result)
    assert result.out == "", str(result)
    result.never_says("defect", "Traceback", "None", "git storage None")
    message = lines[0].removeprefix("error: ")
    assert not message.endswith("."), str(result)
    add(Figure.HOSTILE)
