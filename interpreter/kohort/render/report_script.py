"""Lines of a script in a page: numbered, coloured by what the words are, every word escaped."""

from __future__ import annotations

from collections.abc import Iterator

from kohort.render.html_text import escaped

_CLASSES = (
    ("Token.Comment", "c"),
    ("Token.Keyword", "k"),
    ("Token.Literal.String", "s"),
    ("Token.Literal.Date", "s"),
    ("Token.Name.Function", "n"),
    ("Token.Name.Constant", "n"),
)
"""The class of a kind of words, by the beginning of its name in pygments."""


def script_element(text: str, line: int) -> str:
    """Give lines of a script; the first of them is number `line`."""
    lines = "".join(f"<span class=l>{told}</span>" for told in _lines(text))
    return f'<pre class=script style="counter-reset:line {line - 1}"><code>{lines}</code></pre>'


def _lines(text: str) -> Iterator[str]:
    """Give each line with its words marked up; marks never go across the end of a line."""
    told = ""
    for kind, words in _words(text):
        for place, part in enumerate(words.split("\n")):
            if place:
                yield told
                told = ""
            shown = escaped(part.replace("\t", "    "))
            told += f"<span class={kind}>{shown}</span>" if kind and shown.strip() else shown
    yield told


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Give the words with their classes; together they are the text."""
    from kohort.highlight import MdscriptLexer

    lexer = MdscriptLexer(stripnl=False, ensurenl=False)
    for kind, words in lexer.get_tokens(text):
        name = str(kind)
        found = (mark for start, mark in _CLASSES if name.startswith(start))
        yield next(found, ""), words
