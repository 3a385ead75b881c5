"""The house rules that no linter knows: where imports go, what has a page, how long a file gets."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path

import pytest

from kohort import HOME, described, results
from kohort.command import (
    Command,
    DataCommand,
    PromptCommand,
    ShowCommand,
    SteerCommand,
    TellCommand,
    commands,
)
from kohort.disclosure import profile
from kohort.function import functions
from kohort.phrases import Options

INTERPRETER = HOME / "interpreter" / "kohort"
STDLIB = HOME / "stdlib"
TESTS = HOME / "tests"
SOURCES = [*sorted(INTERPRETER.rglob("*.py")), *sorted(STDLIB.rglob("*.py"))]
ENGINE_LIBRARIES = {"polars", "numpy", "scipy", "pandas", "pyarrow", "statsmodels"}
LONGEST = 400
MIGHT_IMPORT_POLARS = ("engine", "databank")
MIGHT_IMPORT_NUMPY = ("engine", "databank", "disclosure", "estimators", "audit")
BASES = (DataCommand, ShowCommand, TellCommand, SteerCommand, PromptCommand)


def imported(path: Path, everywhere: bool = True) -> set[str]:
    """Give the modules that a file imports; only those outside functions unless `everywhere`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    nodes = ast.walk(tree) if everywhere else iter(tree.body)
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
            found.add(node.module)
    return found


def roots(modules: set[str]) -> set[str]:
    """Give the top packages."""
    return {module.split(".")[0] for module in modules}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(HOME)))
def test_a_file_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(HOME)))
def test_a_file_opens_with_one_sentence(path: Path) -> None:
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert doc is not None
    assert doc.splitlines()[0].rstrip().endswith((".", ":"))


def test_only_the_engine_and_the_databank_import_polars() -> None:
    allowed = tuple(INTERPRETER / name for name in MIGHT_IMPORT_POLARS)
    for path in SOURCES:
        if "polars" in roots(imported(path)):
            assert any(folder in path.parents for folder in allowed), path


def test_commands_never_import_the_engine_or_its_libraries() -> None:
    for path in sorted((STDLIB / "commands").glob("*.py")):
        modules = imported(path)
        assert not ENGINE_LIBRARIES & roots(modules), path
        assert not any(m.startswith("kohort.engine") for m in modules), path


def test_arrays_stay_in_the_worker() -> None:
    allowed = tuple(INTERPRETER / name for name in MIGHT_IMPORT_NUMPY)
    for path in sorted(INTERPRETER.rglob("*.py")):
        if any(folder in path.parents for folder in allowed):
            continue
        assert not ENGINE_LIBRARIES & roots(imported(path, everywhere=False)), path


def test_the_interpreter_names_nothing_of_the_library() -> None:
    for path in sorted(INTERPRETER.rglob("*.py")):
        assert not any(m.startswith("kohort.stdlib") for m in imported(path)), path


def test_the_estimators_know_nothing_of_disclosure() -> None:
    for path in sorted((INTERPRETER / "estimators").glob("*.py")):
        assert not any("disclosure" in module for module in imported(path)), path


def test_only_the_release_module_uses_the_seal() -> None:
    holders = {
        path.name
        for path in SOURCES
        if re.search(r"\b_SEAL\b", path.read_text(encoding="utf-8")) is not None
    }
    assert holders == {"released.py", "release.py"}


@pytest.mark.parametrize("name", sorted(commands()))
def test_a_command_is_complete(name: str) -> None:
    command = commands()[name]
    page = TESTS / "commands" / f"{name.replace('-', '_')}.md"
    assert page.is_file(), f"{page.name} is missing"
    assert issubclass(command, BASES)
    assert command.group
    assert command.__doc__
    assert len(command.__doc__.splitlines()[0]) <= 100
    for option, entry in command.options_table.items():
        assert entry.help, option
    takes_options = any(field.name == "options" for field in dataclasses.fields(command))
    assert takes_options or not command.options_table


@pytest.mark.parametrize("name", sorted(commands()))
def test_each_option_of_a_command_is_on_its_page(name: str) -> None:
    page = (TESTS / "commands" / f"{name.replace('-', '_')}.md").read_text(encoding="utf-8")
    missing = [option for option in commands()[name].options_table if option not in page]
    assert not missing


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_function_has_a_heading_in_a_page(name: str) -> None:
    pages = (path.read_text("utf-8") for path in (TESTS / "functions").glob("*.md"))
    assert any(re.search(rf"^#+ .*\b{re.escape(name)}\b", page, re.MULTILINE) for page in pages)


def kinds_of_result() -> list[str]:
    """Give the names of all classes that hold unreleased numbers."""
    return sorted(
        name
        for module in (results, described)
        for name, made in vars(module).items()
        if isinstance(made, type) and made.__module__ == module.__name__ and name != "Raw"
        # What the engine must offer is no result.
        if not getattr(made, "_is_protocol", False)
    )


@pytest.mark.parametrize("name", profile.names())
def test_each_kind_of_result_has_a_rule_in_each_profile(name: str) -> None:
    outputs = profile.load(name).outputs
    assert set(kinds_of_result()) == set(outputs)


# Commands whose names are words of other things too (`replace` of a codec, `help` of an option).
_COMMON = {
    "aggregate", "clear", "collapse", "configure", "describe", "drop", "edit", "end", "for",
    "generate", "help", "history", "import", "keep", "let", "load", "merge",
    "recode", "rename", "replace",
    "run", "sample", "save", "search", "use", "variables", "datasets",
    # methods and tables of statistics that are called so everywhere
    "anova", "kaplan-meier", "weibull",
}  # fmt: skip


def test_no_command_is_known_by_name_in_the_interpreter() -> None:
    known = set(commands()) - _COMMON
    assert {"tabulate", "summarize", "regress", "create-dataset"} <= known
    for path in sorted(INTERPRETER.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
        named = {text for text in texts if isinstance(text, str) and text in known}
        assert not named, (path, named)


def test_phrases_of_options_are_typed() -> None:
    for command in commands().values():
        for field in dataclasses.fields(command):
            if field.name == "options":
                assert field.type in (Options, "Options"), command.name


def test_every_command_is_a_command() -> None:
    assert all(issubclass(command, Command) for command in commands().values())
