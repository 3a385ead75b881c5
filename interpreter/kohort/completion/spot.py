"""Where the cursor stands in a statement: the word begun, and the kinds of things it may become.

Pure text and grammar; names, labels and dates come later, in `candidates`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lark import UnexpectedInput

from kohort.parser import parser
from kohort.syntax import raw_blocks

COMMAND: Final = "COMMAND"
"""The kind of the first word of a statement; all other kinds are terminals of the grammar."""

VALUE: Final = "VALUE"
"""The kind of a code of the variable in `Spot.compared`."""

_BEGUN: Final = re.compile(r"[\w@~./][\w@.:/~-]*$|$")
_NAME_BEGUN: Final = re.compile(r"[^\W\d][\w@]*$|$")
_PREFIX: Final = re.compile(r"(?<![\w.])[ic]\.$")
_COMPARED: Final = re.compile(r"([^\W\d][\w@]*)\s*(?:==|!=|<=|>=|<|>)\s*$")
_LISTED: Final = re.compile(r"\b(?:inlist|inrange)\s*\(\s*([^\W\d][\w@]*)\s*,[^()]*$")
_RECODED: Final = re.compile(r"^\s*recode\s+([^\W\d][\w@]*)[^(]*(?:\([^()]*\)\s*)*\([^()=]*$")
_OPTION: Final = re.compile(r"([^\W\d]\w*)\s*\([^()]*$")
_IMPORTED: Final = re.compile(r"^\s*import(?:-event|-panel)?\s+([^\W\d]\w*)/(\w+)\s")
_WHOLE: Final = frozenset({"PATH", "DATE", "BANK", "TOPIC", "FILE"})
_VALUE_KINDS: Final = frozenset({"STRING", "NUMBER"})


@dataclass(frozen=True)
class Spot:
    """A place in a statement.

    `word` is what is begun there, `length` how many characters before the cursor it takes (an
    opening quote or `$` included). `kinds` are terminals of the grammar, `COMMAND` or `VALUE`.
    `quote` is the quote that is open. `compared` is the variable whose codes may follow, `option`
    the option whose parentheses are open, `path` the register variable that waits for a date.
    `language` is the reader's, for titles.
    """

    kinds: frozenset[str]
    word: str = ""
    length: int = 0
    command: str = ""
    quote: str = ""
    compared: str | None = None
    option: str | None = None
    path: tuple[str, str] | None = None
    language: str = "nb"


def spot(text: str) -> Spot | None:
    """Give the place at the end of a script, or None in comments, text blocks and nonsense."""
    line = _statement(text)
    if line is None:
        return None
    quote = _open_quote(line)
    if quote is None:
        return None
    if quote:
        begins = line.rindex(quote)
        return _placed(line[:begins], line[begins + 1 :], len(line) - begins, quote)
    begun = _BEGUN.search(line)
    begins = begun.start() if begun else len(line)
    found = _placed(line[:begins], line[begins:], len(line) - begins)
    if found is not None and found.kinds & (_WHOLE | {COMMAND}):
        return found
    # Elsewhere a word is a name: what stands before it may touch it (`a/b`, `-x`, `i.x`).
    name = _NAME_BEGUN.search(line)
    begins = name.start() if name else len(line)
    return _placed(line[:begins], line[begins:], len(line) - begins)


def _statement(text: str) -> str | None:
    """Give the last statement, continuation lines joined, or None inside a block of raw text."""
    blocks = raw_blocks()
    closer: str | None = None
    parts: list[str] = []
    for line in text.split("\n"):
        if closer is not None:
            closer = None if line.strip() == closer else closer
            parts = []
            continue
        if not (parts and parts[-1].endswith("\\")):
            parts = []
        parts.append(line)
        closer = blocks.get(line.strip())
    if closer is not None:
        return None
    return " ".join(part.removesuffix("\\") for part in parts)


def _open_quote(line: str) -> str | None:
    """Give the quote that is open at the end, nothing where none is, None in a comment."""
    quote = ""
    for place, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif line.startswith("//", place) or (character == "#" and not line[:place].strip()):
            return None
    return quote


def _placed(before: str, word: str, length: int, quote: str = "") -> Spot | None:
    if not before.strip():
        return None if quote else Spot(frozenset({COMMAND}), word, length)
    command = before.split()[0]
    if before.endswith("$"):
        return Spot(frozenset({"BINDING"}), word, length + 1, command)
    prefixed = _PREFIX.search(before)
    kinds = _expected(before[: prefixed.start()] if prefixed else before)
    if prefixed:
        kinds &= {"VARIABLE"}
    if quote:
        kinds &= {"STRING"}
    compared = _compared(before)
    if compared and kinds & _VALUE_KINDS:
        kinds |= {VALUE}
    if not kinds:
        return None
    option = _OPTION.search(before) if "COMMA" not in kinds or "RPAR" in kinds else None
    path = _IMPORTED.match(before)
    return Spot(
        kinds, word, length, command, quote, compared,
        option[1] if option else None, (path[1], path[2]) if path else None,
    )  # fmt: skip


def _compared(before: str) -> str | None:
    for pattern in (_COMPARED, _LISTED, _RECODED):
        found = pattern.search(before)
        if found:
            return found[1]
    return None


def _expected(before: str) -> frozenset[str]:
    """Give the terminals that the grammar accepts after a text; none where it has a mistake."""
    try:
        state = parser().parse_interactive(before)
        state.exhaust_lexer()
    except UnexpectedInput:
        return frozenset()
    accepted: set[str] = state.accepts()  # type: ignore[no-untyped-call]
    return frozenset(accepted) - {"$END"}
