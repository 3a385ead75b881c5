"""What is said when a line cannot be parsed: the place, what was expected, the likely meaning."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from lark import UnexpectedInput, UnexpectedToken

from kohort.command import commands
from kohort.diagnostic import Diagnostic, Span, nearest, suggestion
from kohort.habits import foreign_commands, habit
from kohort.parser import accepted, keywords, language, sentences

_WORD: Final = re.compile(r"\$?[\w@]+(-[\w@]+)*")
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")
_MOST: Final = 6
_LONGEST: Final = 64
"""Characters of a word that are looked at or shown."""

_KINDS: Final = {
    "NAME": "a variable", "VARIABLE": "a variable", "RENAMED": "a variable",
    "LABELLED": "a variable", "STEM": "the beginning of a name", "NEW_VARIABLE": "a new name",
    "DATASET": "a dataset",
    "NEW_DATASET": "a new name", "CODE_LIST": "a code list",
    "SETTING": "a setting", "NEW_CODE_LIST": "a new name",
    "NEW_ALIAS": "a new name", "NEW_BINDING": "a new name", "ITERATOR": "a new name",
    "SYMBOL": "a word", "STATISTIC": "a statistic", "OPTION": "an option", "CODE": "a code",
    "LABEL": "a label", "NUMBER": "a number", "STRING": "a text in quotes", "DATE": "a date",
    "PATH": "a register variable (alias/NAME)", "BANK": "a databank", "FILE": "a file",
    "SEARCHED": "a word", "TOPIC": "a command or function", "GROUP": "'missing'",
    "EXTREME": "'min' or 'max'", "COMPARE": "an operator", "OR": "an operator",
    "AND": "an operator", "PLUS": "an operator", "TIMES": "an operator",
    "DIVIDE": "an operator", "POWER": "an operator", "$END": "the end of the line",
}  # fmt: skip
"""What may stand in a place, in the user's words, by the grammar's terminals."""

_NAMES: Final = frozenset({
    "VARIABLE", "RENAMED", "LABELLED", "STEM", "NEW_VARIABLE", "DATASET", "NEW_DATASET",
    "CODE_LIST", "NEW_CODE_LIST",
})  # fmt: skip
_BARE: Final = _NAMES | {"NAME", "SYMBOL", "CODE", "LABEL", "OPTION", "FILE", "SEARCHED", "DATE"}
_UNSAID: Final = frozenset({
    "BINDING",
    "FUNCTION",
    "MINUS",
    "NOT",
    "MISSING",
    "PREFIX",
    "INTERACTION",
    "FLAGGED",
})

_OPERATORS: Final = {
    "&&": "write '&' once",
    "||": "write '|' once",
    "**": "the power operator is '^'",
    "<>": "write '!='",
    "=<": "write '<='",
    "=>": "write '>='",
    "=!": "write '!='",
    "==": "'==' compares; to assign, write '='",
    "${": "a binding is read as $name, without braces",
    "≤": "write '<='",
    "≥": "write '>='",
    "≠": "write '!='",
    "−": "write '-', the plain hyphen",
    "–": "write '-', the plain hyphen",
    "=": "'=' assigns; to compare, write '=='",
    "%": "there is no '%' operator",
    "[": "there are no brackets in this language; the items of a list are separated by blanks",
    "{": "there are no braces in this language; a block ends with 'end'",
}
_SPOKEN: Final = {"and": "&", "or": "|", "not": "!"}


# ---- the command


def unknown_command(text: str, span: Span, word: str) -> Diagnostic:
    """Say that a line begins with no command."""
    if not word:
        hint = "type 'help' for all commands"
        where = Span(span.start, span.start + 1)
        return Diagnostic("unknown-command", "a statement begins with a command", where, hint)
    where = Span(span.start, span.start + len(word))
    meant = _command_hint(word, text[text.find(word) + len(word) :].lstrip())
    message = f"there is no command '{_shown(word)}'"
    return Diagnostic("unknown-command", message, where, meant)


def _command_hint(word: str, rest: str) -> str | None:
    if rest.startswith("=") and not rest.startswith("=="):
        return f"write 'generate {word} = ...' for a variable, 'let {word} = ...' for a constant"
    if len(word) > _LONGEST:
        return None
    if word.casefold() in foreign_commands():
        return foreign_commands()[word.casefold()]
    if len(word) > 1:
        begun = sorted(name for name in commands() if name.startswith(word.casefold()))
        if begun:
            return f"did you mean '{begun[0]}'?"
    near = nearest(word, commands()) or nearest(word.split("-")[0], commands())
    return suggestion(word, language()) if near is None else f"did you mean '{near}'?"


# ---- the rest of the line


@dataclass(frozen=True)
class _Place:
    """Where the parser stopped: line, offset in it, and the terminals it would have taken."""

    text: str
    offset: int
    accepted: frozenset[str]
    command: str

    @property
    def rest(self) -> str:
        return self.text[self.offset :]

    @property
    def before(self) -> str:
        """What stands before, with the insides of texts blanked out."""
        return _QUOTED.sub(lambda found: " " * len(found[0]), self.text[: self.offset])

    @property
    def stem(self) -> str:
        """The name that ends right here, or nothing."""
        near = self.text[max(0, self.offset - _LONGEST) : self.offset]
        found = re.search(r"[^\W\d]\w*$", near)
        return "" if found is None else found[0]

    @property
    def word(self) -> str:
        found = _WORD.match(self.text, self.offset)
        return found[0] if found is not None else self.rest[:1]


@dataclass(frozen=True)
class _Found:
    """A mistake that has an explanation of its own; `start` and `width` within the line."""

    code: str
    message: str
    hint: str | None
    start: int
    width: int


def explained(error: UnexpectedInput, text: str, at: int, command: str) -> Diagnostic:
    """Give the diagnostic for a line that the parser refused; `at` is the line's offset."""
    offset = _offset(error, text)
    # asked anew: when an error is raised, the parser has already given up some of the alternatives
    place = _Place(text, offset, accepted(text[:offset]), command)
    for look in (_quote, _condition, _operator, _comma, _parenthesis, _join):
        special = look(place)
        if special is not None:
            span = Span(at + special.start, at + special.start + special.width)
            return Diagnostic(special.code, special.message, span, special.hint)
    expected = _listed(place.accepted)
    if offset >= len(text):
        end = Span(at + len(text), at + len(text))
        message = f"the statement is not complete; expected {expected}"
        return Diagnostic("incomplete", message, end, _completing_hint(place))
    word = place.word
    span = Span(at + offset, at + offset + len(word))
    message = f"'{_shown(word)}' cannot stand here; expected {expected}"
    return Diagnostic("unexpected", message, span, _hint(place))


def _offset(error: UnexpectedInput, text: str) -> int:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return len(text)
    return error.pos_in_stream or 0


def _quote(place: _Place) -> _Found | None:
    quote = place.rest[:1]
    if quote not in ("'", '"') or place.text.find(quote, place.offset + 1) >= 0:
        return None
    hint = "a text ends with the quote that it begins with"
    width = len(place.rest)
    return _Found("unclosed-text", "this text is never closed", hint, place.offset, width)


def _condition(place: _Place) -> _Found | None:
    late = _after_comma(place)
    if late is not None:
        message = "an 'if' stands before the comma, not among the options"
        return _Found("late-condition", message, "write '... if CONDITION, OPTIONS'", late, 2)
    message, hint = f"'{place.command}' takes no condition", "'keep if' narrows the dataset first"
    earlier = re.search(r"(?<![\w$])if\b", place.before)
    if place.word != "if" or not {"$END", "OR"} & place.accepted:
        # A list of names takes the word for one of them; what comes after it gives it away.
        if earlier is None or "condition" in commands()[place.command].__annotations__:
            return None
        return _Found("no-condition", message, hint, earlier.start(), 2)
    if earlier is not None:
        hint = "join the conditions with '&'"
        return _Found("second-condition", "'if' stands twice", hint, place.offset, 2)
    return _Found("no-condition", message, hint, place.offset, 2)


def _after_comma(place: _Place) -> int | None:
    if not {"OPTION", "COMMA"} & place.accepted:
        return None
    written = place.before + place.word
    depth = 0
    for found in re.finditer(r"[(),]|\bif\b", written):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if found[0] == "," and depth == 0:
            late = re.search(r"\bif\b", written[found.end() :])
            return None if late is None else found.end() + late.start()
    return None


def _operator(place: _Place) -> _Found | None:
    for sign, hint in _OPERATORS.items():
        # the parser stops at the second character where the first is an operator itself
        for start in sorted({place.offset, place.offset - len(sign) + 1}):
            if start < 0 or place.text[start : start + len(sign)] != sign:
                continue
            if sign == "=" and "COMPARE" not in place.accepted:
                continue
            if sign == "==" and start == place.offset:
                continue
            return _Found("unexpected", f"'{sign}' cannot stand here", hint, start, len(sign))
    return None


def _comma(place: _Place) -> _Found | None:
    if place.rest[:1] != "," or "$END" not in place.accepted or sentences()[place.command]:
        return None
    message = f"'{place.command}' takes no options"
    listing = {"VARIABLE", "PATH", "SEARCHED"} & place.accepted
    hint = "the items of a list are separated by blanks" if listing else None
    return _Found("no-options", message, hint, place.offset, len(place.rest))


def _parenthesis(place: _Place) -> _Found | None:
    before = place.before
    depth = before.count("(") - before.count(")")
    if not place.rest and depth > 0 and "RPAR" in place.accepted:
        start = _last_open(before)
        return _Found("unclosed-parenthesis", "this parenthesis is never closed", None, start, 1)
    if place.rest[:1] == ")" and depth == 0:
        message = "this parenthesis closes nothing"
        return _Found("unmatched-parenthesis", message, None, place.offset, 1)
    return None


def _last_open(before: str) -> int:
    depth = 0
    for offset in range(len(before) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(before[offset], 0)
        if depth < 0:
            return offset
    return 0


def _join(place: _Place) -> _Found | None:
    found = re.match(r"\$[^\W\d]\w*", place.rest)
    if found is None:
        return None
    if {"NEW_BINDING", "ITERATOR"} & place.accepted:
        message = "a new binding is named without '$'"
        return _Found("unexpected", message, f"write {found[0][1:]}", place.offset, len(found[0]))
    stem = place.stem
    if not stem:
        return None
    message = f"'{stem}{found[0]}' is not one name"
    hint = f"to join them, write {stem} ++ {found[0]}"
    start = place.offset - len(stem)
    return _Found("unexpected", message, hint, start, len(stem) + len(found[0]))


# ---- words


def _shown(word: str) -> str:
    return word if len(word) <= _LONGEST else f"{word[:_LONGEST]}..."


def _listed(terminals: Iterable[str]) -> str:
    """Give what may stand in a place as words: kinds of things first, then keywords and signs."""
    given = set(terminals) - _UNSAID
    if given & _NAMES:
        given -= {"STRING", "LPAR"}
    if given & {"NAME", "COMPARE"}:
        given -= {"LPAR"}
    if len(given) > 1:
        given -= {name for name in given if keywords().get(name) == "++"}
    kinds = {_KINDS[name] for name in given if name in _KINDS}
    words = {f"'{keywords()[name]}'" for name in given - set(_KINDS) if name in keywords()}
    last = [kind for kind in ("an operator", "the end of the line") if kind in kinds]
    parts = [*sorted(kinds - set(last)), *sorted(words), *last]
    if len(parts) > _MOST:
        parts = parts[:_MOST]
    if not parts:
        return "something else"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def _keywords(terminals: Collection[str]) -> list[str]:
    known = (keywords()[name] for name in terminals if name in keywords())
    return [word for word in known if word[0].isalpha()]


def _hint(place: _Place) -> str | None:
    word, known = place.word, place.accepted
    known_habit = habit(place.text, place.offset, word, place.command, known)
    if known_habit is not None:
        return known_habit
    if _keywords(known) == ["to"]:
        return "a period is written DATE to DATE"
    if word == "as" and "DATE" in known:
        return "the variables get their register names; 'rename' them afterwards"
    if word in _SPOKEN and ("AND" in known or word == "not"):
        return f"write '{_SPOKEN[word]}'"
    if "DATE" in known and word[:1].isdigit():
        return "a date is written YYYY-MM-DD"
    if "PATH" in known:
        return "a register variable is written alias/NAME, without blanks"
    if "LPAR" in known and not known & {"NAME", "COMPARE"}:
        inside = accepted(f"{place.text[: place.offset]}(")
        if "STATISTIC" in inside and (few := _statistics(place)):
            return f"write a statistic in parentheses: {few}"
        for terminal, example in _PARENTHESES.items():
            if terminal in inside:
                return f"a parenthesis is needed here, as in {example}"
    if "STATISTIC" in known and (few := _statistics(place)):
        return f"one of: {few}"
    if word == "-" and "VARIABLE" in known:
        return "a name holds letters, digits and _, and a list has no ranges"
    if word[:1].isdigit() and not word.isdigit():
        return "a name begins with a letter or _; a code that is a text stands in quotes"
    if "LABEL" in known:
        return "a label of more than letters stands in quotes"
    rest = re.match(r"-([^\W\d]\w*)", place.rest)
    if place.stem and rest is not None:
        return f"a name holds letters, digits and _, as in '{place.stem}_{rest[1]}'"
    if word in "=<>!&|" and "IF" in known:
        return "a condition begins with 'if'"
    if word[:1].isalpha() and "STRING" in known and not known & _BARE:
        return f"a text stands in quotes: '{_shown(word)}'"
    near = nearest(word, _keywords(known)) if len(word) <= _LONGEST else None
    return None if near is None else f"did you mean '{near}'?"


def _statistics(place: _Place) -> str:
    """Name the statistics of a command that has few of them."""
    offered = commands()[place.command].offers.get("STATISTIC", ())
    return ", ".join(offered) if len(offered) <= _FEW else ""


_FEW: Final = 8
_PARENTHESES: Final = {"STATISTIC": "(mean) income", "GROUP": "(1 2 = 3)"}


def _completing_hint(place: _Place) -> str:
    wanted = _keywords(place.accepted)
    for word in place.text.split()[1:_LONGEST]:
        near = nearest(word, wanted) if len(word) <= _LONGEST else None
        if near is not None and word != near:
            return f"is '{word}' meant to be '{near}'?"
    return f"'help {place.command}' shows how it is written"
