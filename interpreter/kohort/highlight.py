"""Colours for scripts: a pygments lexer that takes its words from the registries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, ClassVar, TypeAlias

from pygments.lexer import RegexLexer, default, include
from pygments.token import (
    Comment,
    Error,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Whitespace,
)

from kohort.parser import language

# pygments keeps the name of its tokens' type to itself.
_Found: TypeAlias = tuple[int, Any, str]

_NAME = r"[^\W\d]\w*(?:@[^\W\d]\w*)?"
_CLAUSE_WORDS = r"(?:if|as|on|into|to|in)(?![\w-])"


@cache
def _function_names() -> frozenset[str]:
    from kohort.function import functions

    return frozenset(functions())


def _command(_: MdscriptLexer, found: re.Match[str], __: object = None) -> Iterator[_Found]:
    known = found[0] in language()
    yield found.start(), Keyword.Reserved if known else Error, found[0]


def _call(_: MdscriptLexer, found: re.Match[str], __: object = None) -> Iterator[_Found]:
    known = found[0] in _function_names()
    yield found.start(), Name.Function if known else Name, found[0]


def _text_block(_: MdscriptLexer, found: re.Match[str], __: object = None) -> Iterator[_Found]:
    kinds = (Keyword.Reserved, Whitespace, String.Doc, Whitespace, Keyword.Reserved)
    for group, kind in enumerate(kinds, 1):
        if found[group]:
            yield found.start(group), kind, found[group]


def _with_name(kind: Any) -> Callable[..., Iterator[_Found]]:
    """Give the rule for a command whose first word may hold signs: a databank, a file."""

    def rule(_: MdscriptLexer, found: re.Match[str], __: object = None) -> Iterator[_Found]:
        for group, own in enumerate((Keyword.Reserved, Whitespace, kind), 1):
            yield found.start(group), own, found[group]

    return rule


class MdscriptLexer(RegexLexer):
    """The microdata.no command language."""

    name = "mdscript"
    aliases: ClassVar[Sequence[str]] = ["mdscript", "microdata"]
    filenames: ClassVar[Sequence[str]] = ["*.mdscript"]
    mimetypes: ClassVar[Sequence[str]] = ["text/x-mdscript"]
    url = "https://microdata.no"
    flags = re.MULTILINE

    tokens: ClassVar[dict[str, list[object]]] = {  # pyright: ignore[reportIncompatibleVariableOverride]
        "root": [
            (r"\s+", Whitespace),
            (r"//.*|#.*", Comment.Single),
            (r"(textblock)([ \t]*\n)((?s:.*?))^([ \t]*)(endblock)(?=[ \t]*$)", _text_block),
            (r"textblock(?=[ \t]*$)", Keyword.Reserved, "unclosed text"),
            (r"(require)([^\S\n]+)([^\s'\"$]+)", _with_name(Name.Namespace), "statement"),
            (r"(run|save)([^\S\n]+)([^\s'\"$]+)", _with_name(String), "statement"),
            (r"[^\W\d][\w-]*", _command, "statement"),
            (r"\S", Error, "statement"),
        ],
        "unclosed text": [(r"(?s:.+)", String.Doc)],
        "statement": [
            (r"\n", Whitespace, "#pop"),
            (r",", Punctuation, ("#pop", "options")),
            include("words"),
        ],
        "options": [
            (r"\n", Whitespace, "#pop"),
            (_NAME, Name.Attribute),
            include("words"),
        ],
        "parentheses": [
            (r"\)", Punctuation, "#pop"),
            include("words"),
            default("#pop"),  # the end of the line
        ],
        "words": [
            (r"//.*", Comment.Single),
            (r"\\[ \t]*\n", String.Escape),
            (r"[^\S\n]+", Whitespace),
            (r"'[^'\n]*'|\"[^\"\n]*\"", String),
            (r"‘[^’\n]*’|“[^”\n]*”", String),
            (r"\d{4}-\d\d-\d\d(?!\w)", Literal.Date),
            (r"\$[^\W\d]\w*", Name.Variable),
            (r"[^\W\d]\w*(?=/[^\W\d])", Name.Namespace, "path"),
            (_CLAUSE_WORDS, Keyword),
            (_NAME + r"(?=\()", _call),
            (r"[ic]\.(?=[^\W\d$])", Keyword.Type),
            (_NAME, Name),
            (r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", Number),
            (r"\(", Punctuation, "parentheses"),
            (r"->|\+\+|==|!=|<=|>=|##|[-+*/^<>&|!=#.:;]", Operator),
            (r"[,)]", Punctuation),
            (r".", Error),
        ],
        "path": [(r"/", Punctuation), (r"\w+", Name.Constant, "#pop")],
    }
