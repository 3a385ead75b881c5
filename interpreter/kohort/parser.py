"""The parser made from grammar/, kept in the user's own cache folder between runs.

Building takes some 0.4 s, loading 0.02 s. The cache holds plain data (marshal), never pickled
objects, behind a checksum; whatever is wrong with it, the parser is built again.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import re
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

import lark
from lark.grammar import Rule
from lark.lexer import PatternRE, PatternStr, TerminalDef
from lark.parsers.lalr_analysis import Shift

from kohort import HOME
from kohort.automaton import Automaton

_WHOLE: Final = r"(?!-?[\w@])"
_FILES: Final = ("commands", "phrases", "expression")


def grammar() -> str:
    """Give the text of the whole grammar."""
    folder = HOME / "grammar"
    parts = [(folder / f"{name}.lark").read_text(encoding="utf-8") for name in _FILES]
    return "\n".join([*parts, r"%ignore /\s+/", ""])


def build(text: str, strict: bool = False) -> lark.Lark:
    """Build the parser; `strict` fails where two terminals can match the same word in one place."""
    return lark.Lark(
        text, parser="lalr", start="statement", edit_terminals=_whole_words, strict=strict
    )


def _whole_words(terminal: TerminalDef) -> TerminalDef:
    word = terminal.pattern.value
    if isinstance(terminal.pattern, PatternStr) and word[0].isalpha():
        terminal.pattern = PatternRE(re.escape(word) + _WHOLE)
        terminal.priority = 2
    return terminal


@cache
def parser() -> lark.Lark:
    """Give the parser."""
    return load()


def load() -> lark.Lark:
    """Read the parser from the cache where possible, else build it and keep it."""
    text = grammar()
    stamp = _stamp(text)
    path = cache_folder() / f"parser-{stamp[:16]}"
    kept = _read(path, stamp)
    if kept is not None:
        return kept
    built = build(text)
    with suppress(OSError, ValueError):
        _write(path, stamp, built)
    return built


@cache
def automaton() -> Automaton:
    """Give the fast way through the parser's table."""
    return Automaton(parser())


def accepted(before: str) -> frozenset[str]:
    """Give the terminals that may follow the beginning of a statement, `$END` where it may end.

    Nothing where the beginning itself has a mistake.
    """
    try:
        state = parser().parse_interactive(before)
        state.exhaust_lexer()
    except lark.UnexpectedInput:
        return frozenset()
    stack, table = state.parser_state.state_stack, state.parser_state.parse_conf
    terminals = (name for name in table.states[stack[-1]] if name.isupper())
    return frozenset(name for name in terminals if _takes(name, stack, table))


def _takes(name: str, stack: list[Any], table: Any) -> bool:
    """Follow the parser's reductions until it takes the terminal, without making any tree."""
    states = list(stack)
    while name in table.states[states[-1]]:
        action, argument = table.states[states[-1]][name]
        if action is Shift:
            return True
        size = len(argument.expansion)
        if size:
            del states[-size:]
        states.append(table.states[states[-1]][argument.origin.name][1])
        if states[-1] == table.end_state:
            return True
    return False


@cache
def keywords() -> dict[str, str]:
    """Give the word or sign that a terminal stands for, by the terminal's name."""
    found = {}
    for terminal in parser().terminals:
        pattern = terminal.pattern
        if isinstance(pattern, PatternStr):
            found[terminal.name] = pattern.value
        elif pattern.value.endswith(_WHOLE):
            found[terminal.name] = pattern.value.removesuffix(_WHOLE).replace("\\", "")
    return found


@cache
def sentences() -> dict[str, bool]:
    """Give the commands that have a sentence, and whether it ends with options."""
    own = re.compile(r"^(\w+): (?=\")(.*)$", re.MULTILINE)
    text = (HOME / "grammar" / "commands.lark").read_text(encoding="utf-8")
    found = {}
    for _, sentence in own.findall(text):
        word = re.match(r'"([\w-]+)"', sentence)
        assert word is not None
        found[word[1]] = "[options]" in sentence
    return found


@cache
def language() -> frozenset[str]:
    """Give every command of the language, those without a sentence included."""
    lines = (HOME / "grammar" / "commands.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _stamp(text: str) -> str:
    parts = (lark.__version__, sys.version, _WHOLE, text)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def cache_folder() -> Path:
    """Give the folder of the user's own that holds the cache."""
    from platformdirs import user_cache_path

    return user_cache_path("kohort", appauthor=False)


def _read(path: Path, stamp: str) -> lark.Lark | None:
    try:
        if not _own(path.parent):
            return None
        head, _, body = path.read_bytes().partition(b"\n")
        if head.decode() != f"{stamp} {hashlib.sha256(body).hexdigest()}":
            return None
        return lark.Lark.load(marshal.loads(body))
    except Exception:  # whatever is wrong with a cache, building works
        return None


def _own(folder: Path) -> bool:
    if not hasattr(os, "getuid"):
        return True
    found = folder.stat()
    return found.st_uid == os.getuid() and not found.st_mode & 0o022


def _write(path: Path, stamp: str, built: lark.Lark) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    data, memo = built.memo_serialize([TerminalDef, Rule])
    data["options"].pop("edit_terminals", None)
    body = marshal.dumps(_plain({"data": data, "memo": memo}))
    head = f"{stamp} {hashlib.sha256(body).hexdigest()}\n".encode()
    # written beside and moved, so that another process never reads half a file
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(head + body)
        os.replace(name, path)
    except OSError:
        os.unlink(name)
        raise


def _plain(value: Any) -> Any:
    """Turn subclasses of text (tokens) into text, which marshal can write."""
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return (
            [_plain(item) for item in value]
            if isinstance(value, list)
            else tuple(map(_plain, value))
        )
    return str(value) if isinstance(value, str) else value
