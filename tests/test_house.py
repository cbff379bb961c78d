"""The house style, as far as a program can judge it. docs/house-style.md has the rest."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.sources import ROOT, Function, Source, functions, sources, tracked

# In one process: it parses every file, once.
pytestmark = pytest.mark.xdist_group("sources")

_FOLDERS = ("gitstore", "tests", "demo", "bench")
_LINES_OF_A_FILE = 400
_LINES_OF_A_FUNCTION = 40
_PARAMETERS = 5

_EXEMPTION = re.compile(r"#\s*(noqa|type:\s*ignore)")
# The specific code first, then why: "noqa: S603 - why", "type: ignore[code]  # why".
_EXEMPTION_WITH_REASON = re.compile(
    r"#\s*(noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|type:\s*ignore\[[\w, -]+\])\W+\w"
)
_EXEMPTION_WITH_CODE = re.compile(r"#\s*(noqa:\s*[A-Z]+\d+|type:\s*ignore\[[\w-]+)")

# Somebody's machine: the folders of users and of build machines.
_MACHINE = re.compile(r"(?<![\w./*~-])/(?:home/\w+|(?:work|root)(?=[/\s\"'`),;:]|$))", re.MULTILINE)


def parse(text: str) -> Source:
    return Source("example.py", "example", text, ast.parse(text))


def long_functions(source: Source) -> list[str]:
    return [
        f"{source.path}:{node.lineno} {node.name}"
        for node in functions(source)
        # Counted with care only where it can matter: there are thousands.
        if (node.end_lineno or 0) - node.lineno >= _LINES_OF_A_FUNCTION
        and _code_lines(source, node) > _LINES_OF_A_FUNCTION
    ]


def wide_functions(source: Source) -> list[str]:
    return [
        f"{source.path}:{node.lineno} {node.name}"
        for node in functions(source)
        if len([name for name in _parameters(node) if name not in {"self", "cls"}]) > _PARAMETERS
    ]


def functions_of_many_switches(source: Source) -> list[str]:
    """Two booleans are four functions in one."""
    found = []
    for node in functions(source):
        defaults = [*node.args.defaults, *node.args.kw_defaults]
        switches = [each for each in defaults if isinstance(each, ast.Constant)]
        if sum(isinstance(each.value, bool) for each in switches) > 1:
            found.append(f"{source.path}:{node.lineno} {node.name}")
    return found


def without_docstring(source: Source) -> list[str]:
    found = [] if ast.get_docstring(source.tree) else [source.path]
    named = [node for node in source.tree.body if isinstance(node, Function | ast.ClassDef)]
    return found + [
        f"{source.path}:{node.lineno} {node.name}"
        for node in named
        if not node.name.startswith("_") and not ast.get_docstring(node)
    ]


def swallowed_exceptions(source: Source) -> list[str]:
    """Handlers of everything. Cleaning up and raising again is none."""
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            names = _names(node.type)
            raises_again = ast.unparse(node.body[-1]) == "raise"
            if "Exception" in names or ({"", "BaseException"} & names and not raises_again):
                found.append(f"{source.path}:{node.lineno}")
        if isinstance(node, ast.Call) and _last_name(node.func) == "suppress":
            everything = {"Exception", "BaseException"} & {ast.unparse(each) for each in node.args}
            found.extend(f"{source.path}:{node.lineno}" for _ in everything)
    return found


def unexplained_exemptions(source: Source) -> list[str]:
    """Exemptions from the linter or type checker without a code, or without a reason.

    The reason stands behind the code or in a comment on the line before.
    """
    found: list[str] = []
    if not _EXEMPTION.search(source.text):
        return found
    lines = source.text.splitlines()
    for number, comment in _comments(source):
        explained = lines[number - 2].lstrip().startswith("#") if number > 1 else False
        wanted = _EXEMPTION_WITH_CODE if explained else _EXEMPTION_WITH_REASON
        if _EXEMPTION.search(comment) and not wanted.search(comment):
            found.append(f"{source.path}:{number}")
    return found


def skipped_tests(source: Source) -> list[str]:
    """Tests that may not run: one that cannot run here must fail, or nobody learns of it."""
    found = []
    for node in ast.walk(source.tree):
        marks = re.match(r"skip|xfail|importorskip", _last_name(node))
        text = ast.unparse(node) if marks and isinstance(node, ast.Attribute) else ""
        if re.fullmatch(r"(pytest|unittest|pytest\.mark)\.(skip\w*|xfail|importorskip)", text):
            found.append(f"{source.path}:{getattr(node, 'lineno', 0)} {text}")
        if isinstance(node, ast.ImportFrom) and node.module in {"pytest", "unittest"}:
            names = [
                alias.name for alias in node.names if re.match(r"skip|xfail|importor", alias.name)
            ]
            found.extend(f"{source.path}:{node.lineno} {name}" for name in names)
    return found


def test_files_are_short() -> None:
    assert [
        source.path
        for source in sources(*_FOLDERS)
        if len(source.text.splitlines()) > _LINES_OF_A_FILE
    ] == []


def test_functions_are_short() -> None:
    assert [line for source in sources(*_FOLDERS) for line in long_functions(source)] == []


def test_functions_take_few_parameters() -> None:
    assert [line for source in sources("gitstore") for line in wide_functions(source)] == []


def test_no_function_is_many() -> None:
    assert [
        line for source in sources("gitstore") for line in functions_of_many_switches(source)
    ] == []


def test_what_is_public_says_what_it_is() -> None:
    assert [line for source in sources("gitstore") for line in without_docstring(source)] == []


def test_nothing_swallows_every_exception() -> None:
    assert [line for source in sources(*_FOLDERS) for line in swallowed_exceptions(source)] == []


def test_every_exemption_has_a_code_and_a_reason() -> None:
    assert [line for source in sources(*_FOLDERS) for line in unexplained_exemptions(source)] == []


def test_every_test_runs() -> None:
    assert [line for source in sources("tests") for line in skipped_tests(source)] == []


def test_no_file_knows_somebodys_machine() -> None:
    found = []
    for name in tracked():
        text = (ROOT / name).read_bytes().decode("utf-8", "replace")
        if name != "tests/test_house.py" and _MACHINE.search(text):
            found.append(name)
    assert found == []


_LONG = "def f():\n" + "    x = 1\n" * 40
_BROKEN = [
    (long_functions, _LONG),
    (wide_functions, "def f(a, b, c, *, d, e, f): ..."),
    (functions_of_many_switches, "def f(a=True, *, b=False): ..."),
    (without_docstring, "x = 1"),
    (without_docstring, '"""Module."""\ndef f(): ...'),
    (swallowed_exceptions, "try:\n    f()\nexcept Exception:\n    raise"),
    (swallowed_exceptions, "try:\n    f()\nexcept (OSError, Exception):\n    pass"),
    (swallowed_exceptions, "try:\n    f()\nexcept:\n    pass"),
    (swallowed_exceptions, "with suppress(Exception):\n    f()"),
    (unexplained_exemptions, "f()  # noqa"),
    (unexplained_exemptions, "f()  # noqa: S603"),
    (unexplained_exemptions, "f()  # type: ignore"),
    (unexplained_exemptions, "# why\nf()  # type: ignore"),
    (unexplained_exemptions, "f()  # type: ignore[attr-defined]"),
    (skipped_tests, "@pytest.mark.skipif(True)\ndef f(): ..."),
    (skipped_tests, "pytest.importorskip('x')"),
    (skipped_tests, "from pytest import skip"),
]
_SOUND = [
    (long_functions, 'def f():\n    """A\n' + "\n" * 40 + '    """\n' + "    x = 1\n\n" * 39),
    (wide_functions, "class A:\n    def f(self, a, b, c, d, e): ..."),
    (swallowed_exceptions, "try:\n    f()\nexcept BaseException:\n    g()\n    raise"),
    (unexplained_exemptions, "f()  # noqa: S603, S607 - the list is ours"),
    (unexplained_exemptions, "# why\nf()  # type: ignore[attr-defined]"),
    (unexplained_exemptions, "x = '# noqa'"),
]


@pytest.mark.parametrize(("rule", "text"), _BROKEN)
def test_the_rules_notice(rule: object, text: str) -> None:
    assert callable(rule)
    assert rule(parse(text))


@pytest.mark.parametrize(("rule", "text"), _SOUND)
def test_the_rules_let_pass(rule: object, text: str) -> None:
    assert callable(rule)
    assert rule(parse(text)) == []


@pytest.mark.parametrize("text", ["see /work/x", "'/root'", "cd /home/ada", "/work"])
def test_a_machines_folders_are_noticed(text: str) -> None:
    assert _MACHINE.search(text)


@pytest.mark.parametrize("text", ["https://h/work/x", "a/root", "/workspace", "/homepage"])
def test_other_paths_are_nobodys_machine(text: str) -> None:
    assert not _MACHINE.search(text)


def _code_lines(source: Source, node: Function) -> int:
    """The lines from `def` to the end that are neither blank nor docstring."""
    lines = source.text.splitlines()[node.lineno - 1 : node.end_lineno]
    docstring = node.body[0] if ast.get_docstring(node) else None
    told = docstring.end_lineno - docstring.lineno + 1 if docstring and docstring.end_lineno else 0
    blank = sum(not line.strip() for line in lines)
    if docstring:
        first, last = docstring.lineno - node.lineno, (docstring.end_lineno or 0) - node.lineno
        blank -= sum(not line.strip() for line in lines[first : last + 1])
    return len(lines) - told - blank


def _parameters(node: Function) -> list[str]:
    arguments = node.args
    return [each.arg for each in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]


def _names(node: ast.expr | None) -> set[str]:
    if isinstance(node, ast.Tuple):
        return {ast.unparse(each) for each in node.elts}
    return {ast.unparse(node) if node else ""}


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _comments(source: Source) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
