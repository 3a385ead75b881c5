"""Walks source code for ways around the filter; each rule gives the places that break it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Breach:
    """A place that breaks a rule."""

    rule: str
    file: str
    line: int


Rule = Callable[[str, ast.Module], Iterator[Breach]]

_MAKERS = {"interpreter/kohort/disclosure/release.py", "interpreter/kohort/disclosure/released.py"}
_READERS = {
    "interpreter/kohort/client.py",
    "interpreter/kohort/disclosure/released.py",
    "interpreter/kohort/archive/outputs.py",
}
_WRITERS = ("interpreter/kohort/render/", "interpreter/kohort/repl/")


def breaches(file: str, text: str) -> list[Breach]:
    """Give every breach in a source file; `file` is its path in the project, with `/`."""
    tree = ast.parse(text)
    return [found for rule in RULES for found in rule(file, tree)]


def _calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            if name in names:
                yield node


def builds_released(file: str, tree: ast.Module) -> Iterator[Breach]:
    """Only the release module makes a `Released`, and only it knows the seal."""
    if file in _MAKERS:
        return
    for call in _calls(tree, "Released"):
        yield Breach("builds a Released", file, call.lineno)
    for node in ast.walk(tree):
        named = node.id if isinstance(node, ast.Name) else getattr(node, "attr", None)
        texts = isinstance(node, ast.Constant) and node.value == "_SEAL"
        if named == "_SEAL" or texts:
            yield Breach("knows the seal", file, getattr(node, "lineno", 0))
        if isinstance(node, ast.ImportFrom) and any(a.name == "_SEAL" for a in node.names):
            yield Breach("knows the seal", file, node.lineno)


def reads_wire(file: str, tree: ast.Module) -> Iterator[Breach]:
    """Only the worker's client, and whoever opens a study, read results from JSON."""
    if file in _READERS:
        return
    for call in _calls(tree, "from_wire"):
        yield Breach("reads a result from JSON", file, call.lineno)


def forges(file: str, tree: ast.Module) -> Iterator[Breach]:
    """Nobody builds objects past their constructors."""
    for call in _calls(tree, "__new__", "__setattr__"):
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(owner, ast.Name) and owner.id == "object" and call.args:
            target = call.args[0]
            own = isinstance(target, ast.Name) and target.id == "self"
            if not own:
                yield Breach("builds an object past its constructor", file, call.lineno)


def tells_exceptions(file: str, tree: ast.Module) -> Iterator[Breach]:
    """In the worker's half, no text of an exception goes anywhere: polars quotes cells in it.

    Allowed are exceptions of our own whose texts are fixed or speak of files that owners wrote.
    """
    if not _in_worker(file) or file in EXEMPT:
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler) or node.name is None:
            continue
        caught = _names(node.type)
        if caught and caught <= _OWN_EXCEPTIONS:
            continue
        for inner in node.body:
            for used in ast.walk(inner):
                if (
                    isinstance(used, ast.Name)
                    and used.id == node.name
                    and not _harmless(inner, used)
                ):
                    yield Breach("tells the text of an exception", file, used.lineno)


EXEMPT = {
    # what an owner wrote into a profile, read before there are data
    "interpreter/kohort/disclosure/profile.py",
    # what the dataclasses of released results say of themselves
    "interpreter/kohort/disclosure/schema.py",
}

_OWN_EXCEPTIONS = {
    "AuditError", "CatalogueError", "FrameError", "KeyFileError", "ManifestError",
    "NotEstimableError", "ProfileError", "RefusedError", "ScriptError", "StampError", "WireError",
}  # fmt: skip


# Parts of exceptions that hold codes, numbers of the system, or names of the script.
_PLAIN_PARTS = {"code", "diagnostic", "errno", "operands", "position", "reason", "strerror"}


def _names(node: ast.expr | None) -> set[str]:
    if node is None:
        return set()
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return {part.id if isinstance(part, ast.Name) else getattr(part, "attr", "?") for part in parts}


def _harmless(statement: ast.AST, used: ast.Name) -> bool:
    """Whether only the exception's type, code or errno is looked at, or it is raised `from`."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and node.value is used:
            return node.attr in _PLAIN_PARTS
        if isinstance(node, ast.Call) and used in node.args:
            name = getattr(node.func, "id", "")
            return name in {"isinstance", "type", "reason"}
    return False


def prints_traceback(file: str, tree: ast.Module) -> Iterator[Breach]:
    """Nothing writes a traceback, logs, or prints."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None)
            names = {module} if module else {alias.name for alias in node.names}
            if names & {"traceback", "pdb", "faulthandler", "cgitb"}:
                yield Breach("imports what writes tracebacks", file, node.lineno)
    if not file.startswith(_WRITERS):
        for call in _calls(tree, "print", "print_exc", "format_exc", "breakpoint"):
            yield Breach("prints", file, call.lineno)


def asks_data_to_decide(file: str, tree: ast.Module) -> Iterator[Breach]:
    """Decisions of the filter take published numbers: never a frame, a raw result or a column."""
    if file not in _DECISIONS:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for argument in [*node.args.args, *node.args.kwonlyargs]:
                kinds = {n.id for n in ast.walk(argument) if isinstance(n, ast.Name)}
                kinds |= {n.attr for n in ast.walk(argument) if isinstance(n, ast.Attribute)}
                if kinds & _DATA:
                    yield Breach("lets data decide", file, node.lineno)


_DECISIONS = {
    "interpreter/kohort/disclosure/population.py",
    "interpreter/kohort/disclosure/policy.py",
}
_DATA = {
    "DataFrame", "LazyFrame", "Series", "Frequencies", "Magnitudes", "Column", "Columns", "Size",
    "Raw", "Rows", "ModelCases",
}  # fmt: skip


def _in_worker(file: str) -> bool:
    path = PurePosixPath(file)
    return any(
        path.is_relative_to(folder)
        for folder in (
            "interpreter/kohort/engine", "interpreter/kohort/disclosure",
            "interpreter/kohort/estimators", "interpreter/kohort/audit", "stdlib",
        )
    ) or file in {"interpreter/kohort/session.py", "interpreter/kohort/worker.py"}  # fmt: skip


RULES: tuple[Rule, ...] = (
    builds_released, reads_wire, forges, tells_exceptions, prints_traceback, asks_data_to_decide,
)  # fmt: skip
