"""What the documentation tells people to type works, and prints what the documentation shows.

Every line that begins with `$ ` in the documents below is run, in order, in one sandbox for each
document. The lines under it are looked for in what it prints, in that order; `…` stands for
anything. Comments before a block, which readers do not see, help where a page cannot be literal:

    <!-- exits 1 -->                    the last command of the next block exits with 1
    <!-- runs A as B -->                in commands from here on, A is replaced by B;
                                        $ENDPOINT is the test server, $REMOTE an empty git remote,
                                        $APPROVED the name by which the bucket is approved
    <!-- meanwhile: COMMAND -->         somebody else does this before the next block
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from demo.scene import release
from tests.servers import S3Server
from tests.sources import ROOT

_FENCE = re.compile(r"^ *(`{3,})(\w*) *$")
_PROMPT = "$ "
_ANYTHING = "…"
_EXITS = re.compile(r"<!-- exits (\d+) -->")
_RUNS = re.compile(r"<!-- runs (.+) as (.+) -->")
_MEANWHILE = re.compile(r"<!-- meanwhile: (.+) -->")
_HINT = re.compile(r"<!--.*-->")

# Told in blocks without a prompt, and tried elsewhere or by whoever reads it.
_ABOUT_THIS_PROJECT = {"make demo", "make test", "pip install ."}


@dataclass(slots=True)
class Step:
    """One command line of a document.

    Attributes:
        line: its number in the document.
        command: as it is shown.
        typed: as it runs.
        shown: the lines that the document shows under it.
        code: the exit status that the document tells of.
    """

    line: int
    command: str
    typed: str
    shown: list[str] = field(default_factory=list)
    code: int = 0


@dataclass(slots=True)
class Reader:
    """Reads the commands of a document.

    Attributes:
        steps: what to run, in order.
        told: the lines of blocks that have no prompt, with the language of each.
    """

    steps: list[Step] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    _replaced: dict[str, str] = field(default_factory=dict)
    _code: int = 0
    _language: str | None = None

    def read(self, text: str) -> Reader:
        """Read a whole document."""
        for number, line in enumerate(text.splitlines(), 1):
            fence = _FENCE.match(line)
            if fence is not None:
                self._turn(fence[2])
            elif self._language is None:
                self._outside(number, line)
            else:
                self._inside(number, line)
        return self

    def _turn(self, language: str) -> None:
        if self._language is None:
            self._language = language
            return
        if self._language == "console" and self.steps:
            self.steps[-1].code = self._code
            self._code = 0
        self._language = None

    def _outside(self, number: int, line: str) -> None:
        if _HINT.search(line) is None:
            return
        if exits := _EXITS.search(line):
            self._code = int(exits[1])
        elif runs := _RUNS.search(line):
            self._replaced[runs[1]] = runs[2]
        elif meanwhile := _MEANWHILE.search(line):
            self.steps.append(Step(number, meanwhile[1], meanwhile[1]))

    def _inside(self, number: int, line: str) -> None:
        if self._language != "console":
            self.told.append((self._language or "", line))
        elif line.startswith(_PROMPT):
            command = line.removeprefix(_PROMPT)
            typed = command
            for shown, real in self._replaced.items():
                typed = typed.replace(shown, real)
            self.steps.append(Step(number, command, typed))
        else:
            assert self.steps, f"line {number} is output of no command"
            self.steps[-1].shown.append(line)


@dataclass(slots=True)
class Shell:
    """A shell that keeps its directory from one command line to the next."""

    directory: Path
    environment: dict[str, str]

    def run(self, command: str) -> tuple[int, str]:
        """The exit status of a command line, and what it prints on both streams."""
        home = Path(self.environment["HOME"])
        after = home / "directory"
        # On lines of its own, so that a comment at the end of the command hides nothing.
        script = f"{command}\nstatus=$?\npwd > {shlex.quote(str(after))}\nexit $status\n"
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )
        self.directory = Path(after.read_text().rstrip("\n"))
        return done.returncode, done.stdout


def run_document(name: str, shell: Shell) -> int:
    """Run every command line of a document; how many there were."""
    reader = Reader().read((ROOT / name).read_text())
    for step in reader.steps:
        code, printed = shell.run(step.typed)
        about = f"{name}:{step.line}\n$ {step.typed}\n{printed}[exit status {code}]"
        assert code == step.code, f"exit status {code}, not {step.code}\n{about}"
        missing = first_missing(step.shown, printed)
        assert missing is None, f"not printed: {missing!r}\n{about}"
    return len(reader.steps)


def first_missing(shown: list[str], printed: str) -> str | None:
    """The first shown line that is not printed after the ones before it; None if all are."""
    rest = iter(printed.splitlines())
    for line in shown:
        wanted = _pattern(line)
        if line.strip() in ("", _ANYTHING):
            continue
        if not any(wanted.fullmatch(" ".join(each.split())) for each in rest):
            return line
    return None


def _pattern(line: str) -> re.Pattern[str]:
    # Widths of columns follow from the longest name; runs of blanks are not what a page promises.
    parts = " ".join(line.split()).split(_ANYTHING)
    return re.compile(".*".join(re.escape(part) for part in parts))


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A new user's shell in an empty directory, with a name for git and nothing else."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
    )
    environment = {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "PYTHONWARNINGS": "error",
    }
    somewhere = tmp_path / "somewhere"
    somewhere.mkdir()
    return Shell(somewhere, environment)


@pytest.fixture
def shell_with_survey(shell: Shell, ministack: S3Server) -> Shell:
    """The shell in an empty clone, with the bucket `sky-survey` on the server and keys for it."""
    client = ministack.s3
    client.create_bucket(Bucket="sky-survey")
    client.put_bucket_versioning(Bucket="sky-survey", VersioningConfiguration={"Status": "Enabled"})
    for name, content in release().items():
        client.put_object(Bucket="sky-survey", Key=f"release-3/{name}", Body=content)
    remote = shell.directory / "remote.git"
    identity = ministack.endpoint.replace("http://", "s3://")
    shell.environment |= {
        "ENDPOINT": ministack.endpoint,
        "REMOTE": str(remote),
        "APPROVED": f"{identity}/sky-survey/release-3 at {ministack.endpoint}",
    }
    keys = shell.directory / "keys"
    keys.write_text(f"access={ministack.access_key}\nsecret={ministack.secret_key}\n")
    for command in (
        "git init --quiet --bare remote.git",
        "git clone --quiet remote.git project",
        "cd project",
        "git commit --quiet --allow-empty --message begin",
        "git push --quiet origin HEAD",
        "git storage login --stdin s3://sky-survey --endpoint $ENDPOINT < ../keys",
    ):
        assert shell.run(command)[0] == 0
    return shell


def test_the_readme_does_what_it_says(shell_with_survey: Shell) -> None:
    assert run_document("README.md", shell_with_survey) >= 8


def test_the_tutorial_does_what_it_says(shell: Shell) -> None:
    assert run_document("docs/tutorial.md", shell) >= 50


@pytest.mark.parametrize("name", ["README.md", "docs/tutorial.md"])
def test_no_command_line_is_passed_over(name: str) -> None:
    text = (ROOT / name).read_text()
    prompts = [line for line in text.splitlines() if re.match(r"\s*(`*\$ |%%|>>> )", line)]
    reader = Reader().read(text)
    shown = [step for step in reader.steps if f"{_PROMPT}{step.command}" in text.splitlines()]
    assert len(prompts) == len(shown)


@pytest.mark.parametrize("name", ["README.md", "docs/tutorial.md"])
def test_commands_without_a_prompt_are_about_this_project(name: str) -> None:
    told = Reader().read((ROOT / name).read_text()).told
    commands = {line.split("  #")[0].strip() for language, line in told if language == "sh"}
    assert commands <= _ABOUT_THIS_PROJECT
    assert {language for language, _ in told} <= {"sh", "yaml", "pointer", "python"}


def test_the_demo_comes_out_as_told() -> None:
    done = subprocess.run(
        [sys.executable, "demo/run.py"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All as told" in done.stdout


@pytest.mark.parametrize("name", ["README.md", "docs/tutorial.md", "docs/s3.md"])
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_a_document_is_read_as_people_read_it() -> None:
    text = (
        "<!-- runs here as there -->\n<!-- exits 3 -->\n```console\n$ a here\nout\n$ b\n```\n"
        "<!-- meanwhile: c -->\n```yaml\n$ no\n```\n```console\n$ d\n```\n"
    )
    reader = Reader().read(text)
    assert [(step.typed, step.shown, step.code) for step in reader.steps] == [
        ("a there", ["out"], 0),
        ("b", [], 3),
        ("c", [], 0),
        ("d", [], 0),
    ]
    assert reader.told == [("yaml", "$ no")]


@pytest.mark.parametrize(
    ("shown", "missing"),
    [
        (["a  b", "…", "c"], None),
        (["a …", "c"], None),
        (["c", "a b"], "a b"),
        (["a"], "a"),
    ],
)
def test_what_is_shown_must_be_printed_in_order(shown: list[str], missing: str | None) -> None:
    assert first_missing(shown, "a    b\nx\nc\n") == missing
