"""The project's own source files, for the tests that read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file.

    Attributes:
        path: relative to the project, with `/`.
        name: the dotted module name.
        text: the content.
        tree: the content, parsed.
    """

    path: str
    name: str
    text: str
    tree: ast.Module


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module.

    Attributes:
        module: the absolute dotted name; for `from package import name` it is `package.name` if
            that is a module of the project, else `package`.
        line: where.
        eager: whether importing the file runs it: not inside a function, not for type checkers.
    """

    module: str
    line: int
    eager: bool


def tracked() -> list[str]:
    """Every file that git tracks here, or would by `git add`, with `/`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    names = {name.decode() for name in listed.split(b"\0") if name}
    return sorted(name for name in names if (ROOT / name).is_file())


def sources(*folders: str) -> tuple[Source, ...]:
    """Every Python file below these folders of the project, parsed."""
    return tuple(source for folder in folders for source in _below(folder))


@cache
def _below(folder: str) -> tuple[Source, ...]:
    files = sorted((ROOT / folder).rglob("*.py"))
    return tuple(_source(file) for file in files if "__pycache__" not in file.parts)


def functions(source: Source) -> Iterator[Function]:
    """Every function and method of a file, nested ones too."""
    for node in ast.walk(source.tree):
        if isinstance(node, Function):
            yield node


def imports(source: Source) -> list[Import]:
    """What a file imports, anywhere in it."""
    return list(_imports(source, source.tree, True))


def _source(path: Path) -> Source:
    relative = path.relative_to(ROOT)
    parts = relative.with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    text = path.read_text(encoding="utf-8")
    return Source(relative.as_posix(), name, text, ast.parse(text, relative.as_posix()))


def _imports(source: Source, node: ast.AST, eager: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, eager)
        elif isinstance(child, ast.ImportFrom):
            package = _absolute(source, child)
            for alias in child.names:
                module = f"{package}.{alias.name}"
                yield Import(module if _is_ours(module) else package, child.lineno, eager)
        elif isinstance(child, ast.If) and _is_for_type_checkers(child.test):
            yield from _imports(source, child, False)
        else:
            inside = isinstance(child, Function | ast.Lambda)
            yield from _imports(source, child, eager and not inside)


def _absolute(source: Source, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    is_package = source.path.endswith("__init__.py")
    parts = source.name.split(".")
    base = parts[: len(parts) - node.level + is_package]
    return ".".join([*base, node.module] if node.module else base)


@cache
def _is_ours(module: str) -> bool:
    path = ROOT.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _is_for_type_checkers(test: ast.expr) -> bool:
    return ast.unparse(test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
