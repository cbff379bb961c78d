"""The screen: what people and programs see, and that nothing a storage says steers a terminal."""

from __future__ import annotations

import io
import json
import os
import pty
import unicodedata
from collections.abc import Callable, Iterator

import pytest

from gitstore.core.errors import Corrupt, Stopped
from gitstore.core.model import Action, Base, Choice, Kind, Plan, State
from gitstore.core.report import Outcome, Report, Silent
from gitstore.core.versions import Version, version
from gitstore.ui import colour
from gitstore.ui.colour import GREEN, Painted, rendered
from gitstore.ui.progress import Progress
from gitstore.ui.questions import Questions
from gitstore.ui.reports import show_plans, show_reports
from gitstore.ui.screen import Manner, Screen
from gitstore.ui.words import clean, count, human, short_id, shown, table

ONE = version(3, {"sha256": "9f86d081884c7d65"})
TWO = version(2048, {"etag": '"0cc175b9c0f1b6a8"'})


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def screen(
    manner: Manner | None = None, *, terminal: bool = False, configured: bool = True
) -> Screen:
    made: Callable[[], io.StringIO] = Terminal if terminal else io.StringIO
    environment = {"TERM": "xterm"}
    return Screen(made(), made(), manner or Manner(), environment, lambda: configured)


def out(of: Screen) -> str:
    assert isinstance(of.out, io.StringIO)
    return of.out.getvalue()


def err(of: Screen) -> str:
    assert isinstance(of.err, io.StringIO)
    return of.err.getvalue()


def conflict(path: str = "m31.fits") -> Action:
    state = State(path, pointer=TWO, base=Base(TWO), local=ONE, remote=TWO)
    return Action(Kind.CONFLICT, "edited here and changed on the storage", "1.3b", state)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (1024**2 - 1, "1.0 MiB"),
        (5 * 1024**4, "5.0 TiB"),
        (1024**7, "1024.0 EiB"),
    ],
)
def test_sizes_are_powers_of_1024(size: int, text: str) -> None:
    assert human(size) == text


def test_a_count_agrees_with_its_noun() -> None:
    assert [count(0), count(1), count(1234, "file")] == ["0 objects", "1 object", "1,234 files"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a b/ü.fits", "a b/ü.fits"),
        ('say "x"', r'"say \"x\""'),
        ("a\tb\nc", r'"a\tb\nc"'),
        ("\x1b[31mred", r'"\033[31mred"'),
        ("c1\x9b31m", r'"c1\x9b31m"'),
        ("gpj.\u202eexe", r'"gpj.\u202eexe"'),
        ("\udcff", r'"\xff"'),
    ],
)
def test_odd_paths_are_quoted(path: str, text: str) -> None:
    assert shown(path) == text


def test_nothing_steers_the_terminal() -> None:
    everything = "".join(map(chr, range(0x100))) + "\u202e\u2028\udc80"
    left = clean(everything)
    obeyed = {"Cc", "Cs", "Zl", "Zp"}  # controls, lone surrogates, other ends of lines
    assert {letter for letter in left if unicodedata.category(letter) in obeyed} == {"\n"}
    assert "\u202e" not in left
    assert "\x1b" not in rendered((Painted("\x1b[2J", GREEN),), coloured=False)


def test_an_identifier_is_shortened_and_content_goes_first() -> None:
    both = version(1, {"etag": "abcdefghijkl", "md5": "0123456789abcdef"})
    assert [short_id(v) for v in (ONE, TWO, both)] == [
        "sha256:9f86d081",
        "etag:0cc175b9",
        "md5:01234567",
    ]
    assert short_id(None) == short_id(Version(1)) == "-"


def test_a_table_has_a_rule_and_numbers_to_the_right() -> None:
    assert table(("Name", "Size"), [("a", "1 B"), ("long name", "20 B")]) == [
        "Name      | Size",
        "----------------",
        "a         |  1 B",
        "long name | 20 B",
    ]


@pytest.mark.parametrize(
    ("terminal", "environment", "asked", "wanted"),
    [
        (True, {"TERM": "xterm"}, True, True),
        (True, {"TERM": "xterm"}, False, False),
        (True, {"TERM": "dumb"}, True, False),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        (True, {"TERM": "xterm", "NO_COLOR": ""}, True, True),
        (False, {"TERM": "xterm"}, True, False),
        (False, {"GIT_PAGER_IN_USE": "true"}, True, True),
    ],
)
def test_colour_follows_gits_rules(
    terminal: bool, environment: dict[str, str], asked: bool, wanted: bool
) -> None:
    assert colour.wanted(terminal, environment, lambda: asked) is wanted


def test_git_is_not_asked_where_nobody_watches() -> None:
    def never() -> bool:
        raise AssertionError("asked")

    assert colour.wanted(False, {"TERM": "xterm"}, never) is False


def test_results_and_talk_go_to_different_streams() -> None:
    on = screen()
    on.line("result")
    on.talk("talk")
    on.detail("detail")
    on.error("it broke", "mend it")
    assert out(on) == "result\n"
    assert err(on) == "talk\nerror: it broke\nhint: mend it\n"


def test_quiet_keeps_results_and_errors() -> None:
    on = screen(Manner(quiet=True))
    on.line("result")
    on.talk("talk")
    on.error("it broke")
    assert (out(on), err(on)) == ("result\n", "error: it broke\n")


def test_verbose_tells_more() -> None:
    on = screen(Manner(verbose=True))
    on.detail("detail")
    assert err(on) == "detail\n"


def test_colour_is_only_for_terminals() -> None:
    painted = Painted("x", GREEN)
    pipe, terminal, refused = (
        screen(),
        screen(terminal=True),
        screen(terminal=True, configured=False),
    )
    for on in (pipe, terminal, refused):
        on.line(painted)
    assert [out(on) for on in (pipe, terminal, refused)] == ["x\n", "\x1b[32mx\x1b[m\n", "x\n"]


def test_a_document_is_json_with_a_version() -> None:
    on = screen(Manner(json=True))
    on.document("ls", path="\x1b\udcff")
    assert json.loads(out(on)) == {"version": 1, "command": "ls", "path": "\x1b\udcff"}
    assert "\x1b" not in out(on)


def test_names_for_programs_are_exact() -> None:
    raw = io.BytesIO()
    on = Screen(io.TextIOWrapper(raw), io.StringIO())
    on.names(["a\nb", "\udcff"])
    on.out.flush()
    assert raw.getvalue() == b"a\nb\0\xff\0"


def test_paths_are_seen_from_the_callers_directory() -> None:
    on = screen().within("data/raw", lambda: False)
    assert on.path("data/raw/a b") == "a b"
    assert on.path("notes") == "../../notes"
    assert on.typed("data/raw/a b") == "'a b'"
    assert screen().path("data/raw") == "data/raw"


def test_nobody_is_asked_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert not screen(terminal=True).asks
    monkeypatch.setattr("sys.stdin", Terminal())
    assert screen(terminal=True).asks
    assert not screen().asks
    assert not screen(Manner(json=True), terminal=True).asks
    refused = Screen(Terminal(), Terminal(), environment={"GIT_TERMINAL_PROMPT": "0"})
    assert not refused.asks


class Answers:
    """Somebody with answers prepared."""

    def __init__(self, *answers: str) -> None:
        self.answers: Iterator[str] = iter(answers)
        self.heard: list[str] = []

    def path(self, path: str) -> str:
        return path

    def ask(self, question: str) -> str:
        self.heard.append(question)
        return next(self.answers, "")

    def talk(self, *pieces: str) -> None:
        self.heard.append("".join(pieces))


@pytest.mark.parametrize(
    ("letter", "choice"),
    [
        ("l", Choice.LOCAL),
        ("r", Choice.REMOTE),
        ("b", Choice.BOTH),
        ("s", Choice.SKIP),
        ("local", Choice.LOCAL),
    ],
)
def test_a_conflict_is_answered_by_a_letter(letter: str, choice: Choice) -> None:
    questions = Questions(Answers(letter, "s"))
    assert questions.conflict("data", conflict()) is choice
    assert questions.conflict("data", conflict("other")) is Choice.SKIP


def test_a_capital_letter_answers_all_the_rest() -> None:
    questions = Questions(Answers("B", "l"))
    assert [questions.conflict("data", conflict(p)) for p in "abc"] == [Choice.BOTH] * 3


def test_a_wrong_letter_asks_again_and_d_shows_both_sides() -> None:
    answers = Answers("x", "d", "r")
    assert Questions(answers).conflict("data", conflict()) is Choice.REMOTE
    told = "\n".join(answers.heard)
    assert "sha256:9f86d081884c7d65" in told
    assert "2048 bytes" in told


@pytest.mark.parametrize("answer", ["a", "A", ""])
def test_abort_and_an_end_of_input_stop(answer: str) -> None:
    questions = Questions(Answers(answer))
    with pytest.raises(Stopped):
        questions.conflict("data", conflict())
    assert questions.aborted


@pytest.mark.parametrize(
    ("answer", "meant"), [("y", True), ("yes", True), ("", False), ("n", False)]
)
def test_many_deletions_need_a_yes(answer: str, meant: bool) -> None:
    assert Questions(Answers(answer)).deletions("erase 20 of 20 objects") is meant


def give(path: str) -> Action:
    return Action(Kind.GIVE, "edited here", "1.3a", State(path, local=TWO, base=Base(ONE)))


def idle(path: str) -> Action:
    return Action(Kind.NOTHING, "unchanged on both sides", "1.2a", State(path))


def test_a_plan_says_what_and_why() -> None:
    on = screen()
    show_plans(on, "sync", [Plan("data", "sync", (give("a"), idle("b"), conflict("c")))])
    assert out(on).splitlines() == [
        "give         2.0 KiB  data/a  edited here",
        "conflict         3 B  data/c  edited here and changed on the storage",
    ]
    assert "nothing was changed" in err(on)


def test_a_report_counts_what_was_done_and_names_what_was_not() -> None:
    on = screen()
    plan = Plan("data", "sync", (give("a"), give("b"), conflict("c"), idle("d")))
    broken = Corrupt("the bytes are not the recorded ones", hint="fetch again")
    report = Report(plan, (Outcome(give("a")), Outcome(give("b"), failure=broken)))
    assert show_reports(on, "sync", [report], ["data.storage"]) == 1
    assert out(on).splitlines() == [
        "conflict         3 B  data/c  edited here and changed on the storage",
        "data: 1 object given (2.0 KiB), 1 object in conflict, 1 failed",
    ]
    assert err(on).splitlines() == [
        "error: data/b: the bytes are not the recorded ones",
        "hint: fetch again",
        "written: data.storage; next: git commit -m 'data: sync'",
    ]


def test_a_report_as_json_holds_what_is_said() -> None:
    on = screen(Manner(json=True))
    report = Report(Plan("data", "sync", (give("a"), idle("d"))), (Outcome(give("a")),))
    assert show_reports(on, "sync", [report]) == 0
    found = json.loads(out(on))
    assert found["reports"][0]["complete"] is True
    assert [a["path"] for a in found["reports"][0]["actions"]] == ["a"]
    assert found["reports"][0]["actions"][0]["done"] is True
    assert err(on) == ""


def test_progress_counts_objects_and_errors() -> None:
    stream = Terminal()
    bar = Progress(stream)
    plan = Plan("data", "sync", (give("a"), give("b")))
    bar.begin(plan, 2, 4096)
    bar.advance(2048)
    bar.done(Outcome(give("a")))
    bar.done(Outcome(give("b"), failure=Corrupt("broken")))
    bar.advance(2048)
    bar.end()
    assert "sync data" in stream.getvalue()
    bar.begin(plan, 0, 0)
    bar.advance(1)
    bar.end()


def test_a_bar_is_only_for_a_terminal_that_is_not_quiet() -> None:
    assert isinstance(screen().listener(), Silent)
    assert isinstance(screen(Manner(quiet=True), terminal=True).listener(), Silent)
    assert isinstance(screen(terminal=True).listener(), Progress)


def test_a_question_is_read_from_a_real_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        os.write(ours, b"both\n")
        on = screen(terminal=True)
        assert on.asks
        assert on.ask("what? ") == "both"
        assert err(on) == "what? "
    os.close(ours)


def test_quiet_says_nothing_of_what_went_well() -> None:
    on = screen(Manner(quiet=True))
    done = Report(Plan("data", "sync", (give("a"),)), (Outcome(give("a")),))
    assert show_reports(on, "sync", [done], ["data.storage"]) == 0
    assert (out(on), err(on)) == ("", "")
    open_conflict = Report(Plan("data", "sync", (conflict("c"),)))
    assert show_reports(on, "sync", [open_conflict]) == 1
    assert "data/c" in out(on)
