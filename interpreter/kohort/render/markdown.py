"""Prose in Markdown as HTML: CommonMark with tables, without any HTML of its own, then sanitised.

Two walls: tags in the text are text to the parser, and what it makes passes an allow-list of tags,
attributes and schemes of addresses. Pictures are never fetched: they stand as links.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from kohort.render.characters import clean

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_TAGS: Final = frozenset(
    re.findall(
        r"\w+",
        "h1 h2 h3 h4 h5 h6 p ul ol li em strong s code pre blockquote hr br a "
        "table thead tbody tr th td",
    )
)
_ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}, "th": {"scope"}}
_SCHEMES: Final = frozenset({"http", "https", "mailto"})
_LOWEST: Final = 6


def html_of_markdown(text: str, top: int = 3) -> str:
    """Give HTML for a document; its highest headings become `<h{top}>`.

    No level of headings is left out on the way down. Tags and entities in the text are shown as
    they are written; addresses other than of the web and of mail are no links.
    """
    import nh3

    tokens = _parser().parse(_readable(text))
    _settle_headings(tokens, top)
    for token in tokens:
        if token.type == "th_open":
            token.attrSet("scope", "col")
    drawn = _parser().renderer.render(tokens, _parser().options, {})
    return nh3.clean(
        str(drawn).strip(),
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes=set(_SCHEMES),
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )


def _readable(text: str) -> str:
    """Leave out what steers a reader's display, or cannot be written as UTF-8."""
    return "\n".join(clean(line.replace("\t", "    ")) for line in text.splitlines())


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False})
    # Entities would let a text show characters that a reader of the script does not see.
    return parser.enable(["table", "strikethrough"]).disable(["image", "entity", "html_block"])


def _settle_headings(tokens: Sequence[Token], top: int) -> None:
    """Give headings their levels from `top` on: one further down at most from one to the next."""
    before = top - 1
    for token in tokens:
        if token.type == "heading_open":
            before = min(int(token.tag[1]) + top - 1, before + 1, _LOWEST)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{before}"
