"""What is said when a line cannot be parsed: the place, what was expected, the likely meaning."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from lark import UnexpectedInput, UnexpectedToken

from kohort.command import commands
from kohort.diagnostic import Diagnostic, Span, nearest, suggestion
from kohort.parser import keywords, language, sentences

_WORD: Final = re.compile(r"\$?[\w@-]+")
_NAME: Final = re.compile(r"[^\W\d]\w*(-[^\W\d]\w*)+")

KINDS: Final = {
    "NAME": "a variable", "VARIABLE": "a variable", "RENAMED": "a variable",
    "LABELLED": "a variable", "NEW_VARIABLE": "a new name", "DATASET": "a dataset",
    "NEW_DATASET": "a new name", "CODE_LIST": "a code list", "NEW_CODE_LIST": "a new name",
    "NEW_ALIAS": "a new name", "NEW_BINDING": "a new name", "ITERATOR": "a new name",
    "SYMBOL": "a word", "STATISTIC": "a statistic", "OPTION": "an option", "CODE": "a code",
    "LABEL": "a label", "NUMBER": "a number", "STRING": "a text in quotes", "DATE": "a date",
    "PATH": "a register variable (alias/NAME)", "BANK": "a databank", "FILE": "a file",
    "SEARCHED": "a word", "TOPIC": "a command or function", "GROUP": "'missing'",
    "EXTREME": "'min' or 'max'", "COMPARE": "an operator", "OR": "an operator",
    "AND": "an operator", "PLUS": "an operator", "TIMES": "an operator",
    "DIVIDE": "an operator", "POWER": "an operator",
}  # fmt: skip
"""What may stand in a place, in the user's words, by the grammar's terminals."""

_UNSAID: Final = frozenset({
    "BINDING", "FUNCTION", "MINUS", "NOT", "MISSING", "PREFIX", "INTERACTION", "FLAGGED", "LPAR",
    "$END",
})  # fmt: skip
_MOST: Final = 6

_OPERATORS: Final = {
    "&&": "write '&' once",
    "||": "write '|' once",
    "**": "the power operator is '^'",
    "=": "'=' assigns; to compare, write '=='",
    "==": "'==' compares; to assign, write '='",
    "%": "there is no '%' operator",
    "<>": "write '!='",
    "=<": "write '<='",
    "=>": "write '>='",
    "${": "a binding is read as $name, without braces",
    "[": "there are no brackets in this language; lists are separated by blanks",
    "{": "there are no braces in this language; a block ends with 'end'",
}
_SPOKEN: Final = {"and": "&", "or": "|", "not": "!"}


def unknown_command(text: str, span: Span, word: str) -> Diagnostic:
    """Say that a line begins with no command, or with one that is not built yet."""
    if not word:
        hint = "type 'help' for all commands"
        where = Span(span.start, span.start + 1)
        return Diagnostic("unknown-command", "a statement begins with a command", where, hint)
    where = Span(span.start, span.start + len(word))
    if word in language() or word in sentences():
        message = f"'{word}' belongs to the language but is not built yet"
        return Diagnostic("not-built-yet", message, where)
    rest = text[text.find(word) + len(word) :].lstrip()
    hint = _command_hint(word, rest)
    return Diagnostic("unknown-command", f"there is no command '{word}'", where, hint)


def _command_hint(word: str, rest: str) -> str | None:
    if rest.startswith("=") and not rest.startswith("=="):
        return f"write 'generate {word} = ...' for a variable, 'let {word} = ...' for a constant"
    if word == "endblock":
        return "it belongs to a 'textblock'"
    if len(word) > 1:
        begun = sorted(name for name in commands() if name.startswith(word.casefold()))
        if begun:
            return f"did you mean '{begun[0]}'?"
    return suggestion(word, commands()) or suggestion(word, language())


def explained(error: UnexpectedInput, text: str, at: int, command: str) -> Diagnostic:
    """Give the diagnostic for a line that the parser refused; `at` is the line's offset."""
    place = _place(error, text)
    accepted = _accepted(error)
    found = _WORD.match(text, place)
    word = found[0] if found is not None else text[place : place + 1]
    span = Span(at + place, at + place + max(len(word), 1))
    special = _special(text, place, accepted, command)
    if special is not None:
        code, message, hint, width = special
        return Diagnostic(code, message, Span(span.start, span.start + width), hint)
    expected = _listed(accepted)
    if place >= len(text):
        end = Span(at + len(text), at + len(text))
        message = f"the statement is not complete; expected {expected}"
        return Diagnostic("incomplete", message, end, _example(command))
    message = f"'{word}' cannot stand here; expected {expected}"
    return Diagnostic("unexpected", message, span, _hint(word, accepted, text, place))


def _place(error: UnexpectedInput, text: str) -> int:
    token = error.token if isinstance(error, UnexpectedToken) else None
    if token is not None and token.type == "$END":
        return len(text)
    return error.pos_in_stream or 0


def _accepted(error: UnexpectedInput) -> frozenset[str]:
    state = getattr(error, "interactive_parser", None)
    return frozenset() if state is None else frozenset(state.accepts())


_Special = tuple[str, str, str | None, int]


def _special(text: str, place: int, accepted: Collection[str], command: str) -> _Special | None:
    """Give code, message, hint and width for mistakes that have an explanation of their own."""
    here = text[place : place + 1]
    if here in ("'", '"') and here and text.find(here, place + 1) < 0:
        hint = "a text ends with the quote that it begins with"
        return "unclosed-text", "this text is never closed", hint, len(text) - place
    operator = _operator(text, place, accepted)
    if operator is not None:
        sign, hint = operator
        return "unexpected", f"'{sign}' cannot stand here", hint, len(sign)
    if here == "," and "$END" in accepted and not sentences()[command]:
        message = f"'{command}' takes no options"
        hint = "names are separated by blanks, without commas" if _listing(accepted) else None
        return "no-options", message, hint, len(text) - place
    if re.match(r"if\b", text[place:]) and "$END" in accepted and "IF" not in accepted:
        if _late(text, place):
            message = "an 'if' stands before the comma, not among the options"
            return "late-condition", message, "write '... if CONDITION, OPTIONS'", 2
        message = f"'{command}' takes no condition"
        return "no-condition", message, "use 'keep if' or 'generate ... if'", 2
    depth = _open_parentheses(text[:place])
    if place >= len(text) and depth > 0 and "RPAR" in accepted:
        return "unclosed-parenthesis", "a parenthesis is never closed", None, 1
    if here == ")" and depth == 0:
        return "unmatched-parenthesis", "this parenthesis closes nothing", None, 1
    return None


def _late(text: str, place: int) -> bool:
    return "," in text[:place]


def _operator(text: str, place: int, accepted: Collection[str]) -> tuple[str, str] | None:
    for sign in ("&&", "||", "**", "<>", "=<", "=>", "==", "${"):
        # the parser stops at the second character where the first is an operator itself
        for start in (place, place - 1):
            if start >= 0 and text[start : start + 2] == sign:
                if sign == "==" and "EQUAL" not in accepted:
                    continue
                return sign, _OPERATORS[sign]
    sign = text[place : place + 1]
    if sign == "=" and "COMPARE" not in accepted:
        return None
    return (sign, _OPERATORS[sign]) if sign and sign in _OPERATORS else None


def _listing(accepted: Collection[str]) -> bool:
    return bool({"VARIABLE", "SYMBOL"} & set(accepted))


def _open_parentheses(text: str) -> int:
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", text)
    return bare.count("(") - bare.count(")")


def _listed(accepted: Iterable[str]) -> str:
    """Give what may stand in a place as words: kinds of things first, then keywords and signs."""
    given = [name for name in accepted if name not in _UNSAID]
    kinds = sorted({KINDS[name] for name in given if name in KINDS and name != "COMPARE"})
    operators = [kind for kind in kinds if kind == "an operator"]
    things = [kind for kind in kinds if kind != "an operator"]
    words = sorted(
        f"'{keywords()[name]}'" for name in given if name in keywords() and name not in KINDS
    )
    parts = [*things, *words, *operators][:_MOST]
    if not parts:
        return "the end of the line"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"


def _hint(word: str, accepted: Collection[str], text: str, place: int) -> str | None:
    known = [keywords()[name] for name in accepted if name in keywords()]
    words = [name for name in known if name[0].isalpha()]
    if word in _SPOKEN and ("AND" in accepted or word == "not"):
        return f"write '{_SPOKEN[word]}'"
    if "DATE" in accepted and word[:1].isdigit():
        return "a date is written YYYY-MM-DD"
    if "PATH" in accepted:
        return "a register variable is written alias/NAME, without blanks"
    hyphenated = _hyphenated(text, place)
    if hyphenated is not None and "EQUAL" in accepted:
        return f"a name holds letters, digits and _: '{hyphenated.replace('-', '_')}'"
    if word[:1].isdigit() and not word.isdigit():
        return "a name begins with a letter or _; a code that is a text stands in quotes"
    near = nearest(word, words)
    return None if near is None else f"did you mean '{near}'?"


def _hyphenated(text: str, place: int) -> str | None:
    for found in _NAME.finditer(text):
        if found.start() < place < found.end():
            return found[0]
    return None


def _example(command: str) -> str:
    return f"'help {command}' shows how it is written"
