"""Results as JSON lines and as an HTML page: stable names, everything escaped, nothing loaded."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kohort.diagnostic import Diagnostic, Span
from kohort.disclosure import released as module
from kohort.disclosure.released import (
    Cell,
    Content,
    Context,
    Key,
    Lines,
    Listing,
    Model,
    Note,
    Paragraph,
    Released,
    Status,
    Table,
    Text,
)
from kohort.render import Look, render
from kohort.render.markdown import html_of_markdown
from kohort.render.page import Section, page

SEAL: Any = vars(module)["_SEAL"]
ATTACK: Final = "<img src=x onerror=alert(1)>\"' &amp; </script><b>"


def contents(text: str) -> list[Content]:
    """Give a content of each kind with the text wherever a text can stand."""
    table = Table(
        text,
        (Key("variable", text, text), Key("statistic", text)),
        (
            (Key("code", text, text), Key("statistic", "freq")),
            (Key("reference", text, text), Key("total")),
            (Key("term", text, text), Key("variable", text, text)),
        ),
        ((Key("code", text, text),), (Key("total"),)),
        ((Cell(98412), Cell(None, "hidden")), (Cell(0.5), Cell(None, "zero")), (Cell(1), Cell(2))),
        (Note("dropped_terms", {"names": text}), Note(text, {text: text})),
        heads=(Key("variable", text, text),),
    )
    return [
        table,
        Model(text, ((text, text), ("errors", text), ("nobs", Cell(5))), table, (Note(text),)),
        Status("kept", {"dataset": text}, {"units": Cell(98412)}),
        Status(text, {text: text}),
        Text((
            Paragraph(text),
            Listing(("name", text), ((text, text),), text),
            Lines((text, text)),
        )),
    ]


def results(text: str) -> tuple[Released | Diagnostic, ...]:
    """Give results of each kind and a diagnostic, the text wherever a text can stand."""
    steps = (Note("kept", {"condition": text}), Note(text, {text: text}))
    context = Context(text, text, (text,), text, text, steps, "0", ((text, (text,)),), "", steps)
    drawn = [Released(SEAL, content, context) for content in contents(text)]
    return (*drawn, Diagnostic(text, text, Span(0, 4), text, "refusal"))


class Reader(HTMLParser):
    """Collects tags, attributes and texts, and whether the tags nest."""

    VOID: Final = frozenset({"meta", "br", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.styled: set[str] = set()
        self.scripts = 0
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value for name, value in attrs if name == "href" and value}
        self.styled |= {tag for name, _ in attrs if name == "style"}
        self.scripts += tag == "script"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(html: str) -> Reader:
    """Parse a page or fragment; every tag must be closed in turn."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


TAGS: Final = frozenset(
    re.findall(
        r"\w+",
        "html head meta title style script body header main footer h1 h2 h3 h4 h5 h6 section div "
        "pre p table caption thead tbody tr th td dl dt dd ul ol li em strong s code blockquote hr "
        "br a span details summary",
    )
)
ATTRIBUTES: Final = frozenset([
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "scope",
    "title",
    "rowspan",
    "colspan",
    "aria-label",
    "data-v",
    "data-unit",
    "data-words",
    "style",
    "start",
    "href",
    "rel",
])

texts = st.text(max_size=30) | st.text("<>&\"'`*_#-[]() \nab/!=", max_size=30)


@settings(deadline=None, max_examples=50)
@given(texts)
def test_no_text_becomes_a_tag_or_an_attribute(text: str) -> None:
    """Whatever names and labels hold, a page has our tags and attributes only, properly nested."""
    reader = read(page([Section(text, results(text))], Look(), source=text, title=text))
    assert reader.tags <= TAGS
    assert reader.attributes <= ATTRIBUTES
    assert reader.scripts == 1
    assert reader.styled <= {"pre"}
    assert all(re.match(r"(?i)https?:|mailto:", address) for address in reader.addresses)


def test_an_attack_is_shown_as_it_was_written() -> None:
    """Tags in labels, names and prose are text for the reader."""
    html = page([Section(ATTACK, results(ATTACK))], Look("nb"), source=ATTACK)
    assert "<img" not in html
    assert html.count("</script") == 1
    told = "".join(read(html).texts)
    assert told.count(ATTACK) >= 20


def test_a_page_loads_nothing() -> None:
    """No link, image, import or address; the policy forbids them, and every script but its own."""
    html = page([Section("tabulate a", results("plain"))], Look())
    for word in ("<link", "<img", "url(", "@import", "src=", "href=", "http://", "https:"):
        assert word not in html
    policy = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    assert len(policy) == 1
    assert policy[0].startswith("default-src 'none'; ")
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    assert re.findall(r"'sha256-([^']*)'", policy[0]) == hashes
    assert "script-src 'sha256-" in policy[0]
    assert policy[0].count("unsafe") == 1  # for styles


def test_a_page_shows_scripts_results_and_where_they_come_from() -> None:
    """Sections in order, counts grouped by a narrow blank, contexts named once."""
    html = page(
        [Section("keep if a == 1", results("x")[2:3]), Section("tabulate a", results("x")[:1])],
        Look("nb"),
        title="Min rapport",
    )
    lines = [html.index(f"<span class=k>{word}</span>") for word in ("keep", "tabulate")]
    assert lines[0] < html.index("98\u202f412 enheter") < lines[1]
    assert html.count("<h1>Min rapport</h1>") == 1
    steps = "<dt>Populasjon</dt><dd><ol><li>beholdt der x</li><li>x: x x</li></ol></dd>"
    assert html.count(steps) == 1
    assert '<html lang="nb">' in html
    assert "<td class=hidden>..</td>" in html


def test_levels_of_a_factor_are_indented() -> None:
    """Blanks at the start of a cell would collapse; an em space does not."""
    table = Table(
        "",
        (Key("statistic", "term"),),
        ((Key("reference", "utd", "Lav"),), (Key("term", "u2", "utd = 2"),), (Key("term", "b"),)),
        ((Key("statistic", "coef"),),),
        ((Cell(None, "missing"),), (Cell(1.5),), (Cell(2.5),)),
    )
    html = render(Released(SEAL, table, Context()), form="html")
    assert "<th scope=row class=stub>\u2003utd = 2</th><td data-v=1.5>1.5</td>" in html
    assert "<th scope=row class=stub>b</th>" in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Title", "<h3>Title</h3>"),
        # No level is left out on the way down.
        ("#### Deep\n\n# Top\n\n### Third", "<h3>Deep</h3>\n<h3>Top</h3>\n<h4>Third</h4>"),
        ("one\ntwo\n\nthree", "<p>one\ntwo</p>\n<p>three</p>"),
        ("*a* **b** _c_ snake_case_name", "<p><em>a</em> <strong>b</strong> <em>c</em> "
         "snake_case_name</p>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
        ("`a*b*c` and <b>", "<p><code>a*b*c</code> and &lt;b&gt;</p>"),
        ("- a\n- *b*", "<ul>\n<li>a</li>\n<li><em>b</em></li>\n</ul>"),
        ("3. c\n4. d", '<ol start="3">\n<li>c</li>\n<li>d</li>\n</ol>'),
        ("```\n# <x>\n- y\n```\nz", "<pre><code># &lt;x&gt;\n- y\n</code></pre>\n<p>z</p>"),
        ("|a|\n|-|\n|<b>|", '<table>\n<thead>\n<tr>\n<th scope="col">a</th>\n</tr>\n</thead>\n'
         "<tbody>\n<tr>\n<td>&lt;b&gt;</td>\n</tr>\n</tbody>\n</table>"),
        ("[x](https://a.no/b?c=d&e)", '<p><a href="https://a.no/b?c=d&amp;e" '
         'rel="noopener noreferrer nofollow">x</a></p>'),
        # What a browser would fetch or run is no address.
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](data:text/html,hei)", "<p>[x](data:text/html,hei)</p>"),
        ("[x](file:///etc/passwd)", "<p>[x](file:///etc/passwd)</p>"),
        ("[x](//a.no) [y](b.html) [z](#c)", '<p><a rel="noopener noreferrer nofollow">x</a> '
         '<a rel="noopener noreferrer nofollow">y</a> <a rel="noopener noreferrer nofollow">z</a>'
         "</p>"),
        ("![x](https://a.no/b.png)", '<p>!<a href="https://a.no/b.png" '
         'rel="noopener noreferrer nofollow">x</a></p>'),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
        ("a\n<!-- b -->\n<script>c</script>", "<p>a\n&lt;!-- b --&gt;\n"
         "&lt;script&gt;c&lt;/script&gt;</p>"),
        ("&lt; &#60;", "<p>&amp;lt; &amp;#60;</p>"),
        ("a\u202eb\ud800", "<p>a\ufffdb\ufffd</p>"),
        ("", ""),
    ],
)  # fmt: skip
def test_prose_is_safe(text: str, html: str) -> None:
    """Headings, lists, tables, emphasis, code, links; tags and entities as they are written."""
    assert html_of_markdown(text) == html


def test_a_table_as_json_has_stable_names() -> None:
    """The documented form, written out by hand."""
    table = Table(
        "tabulate sex",
        (Key("variable", "sex", "Kjønn"),),
        ((Key("code", "1", "Mann"),), (Key("total"),)),
        ((Key("statistic", "freq"),),),
        ((Cell(None, "zero"),), (Cell(98412),)),
        (Note("folded_rows", {"rows": 1, "limit": 5}),),
    )
    context = Context(
        "default", "ab12", ("db:3",), "d", "person", (Note("kept", {"condition": "age >= 18"}),),
        "<5", (("age", ("BIRTH",)),), "left_out", (Note("digits", {"digits": 4}),),
        ("csv", "pdf"),
    )  # fmt: skip
    line = render(Released(SEAL, table, context), Look("nb"), form="json", span=Span(3, 9))
    assert json.loads(line) == {
        "type": "result",
        "format": 1,
        "kind": "table",
        "span": [3, 9],
        "context": {
            "profile": "default",
            "profile_hash": "ab12",
            "databanks": ["db:3"],
            "dataset": "d",
            "unit_type": "person",
            "population": ["beholdt der age >= 18"],
            "zero_display": "<5",
            "sources": [{"name": "age", "from": ["BIRTH"]}],
            "missing": "left_out",
            "protection": [
                {
                    "key": "digits",
                    "words": {"digits": 4},
                    "text": "Disse er avrundet til 4 gjeldende siffer.",
                }
            ],
            "formats": ["csv", "pdf"],
        },
        "title": "tabulate sex",
        "stub": [{"kind": "variable", "code": "sex", "label": "Kjønn", "heading": "sex"}],
        "heads": [],
        "rows": [
            [{"kind": "code", "code": "1", "label": "Mann", "heading": "Mann"}],
            [{"kind": "total", "code": None, "label": None, "heading": "Total"}],
        ],
        "columns": [
            [{"kind": "statistic", "code": "freq", "label": None, "heading": "Antall"}],
        ],
        "cells": [[{"v": None, "state": "zero"}], [{"v": 98412, "state": "shown"}]],
        "notes": [
            {
                "key": "folded_rows",
                "words": {"rows": 1, "limit": 5},
                "text": "1 rad med færre enn 5 enheter er ikke vist",
            }
        ],
        "flatten": False,
    }


def test_a_zero_in_json_is_a_number_where_it_prints_as_one() -> None:
    """With `0` the cell holds 0; with a limit it holds nothing, whatever was released."""
    table = Table("", (), ((),), ((Key("statistic", "freq"),),), ((Cell(0, "zero"),),))
    for zero, v in (("0", 0), ("<5", None)):
        line = render(Released(SEAL, table, Context(zero_display=zero)), form="json")
        assert json.loads(line)["cells"] == [[{"v": v, "state": "zero"}]]


@settings(deadline=None)
@given(st.text(max_size=30))
def test_every_result_is_one_line_of_json(text: str) -> None:
    """One line whatever the texts hold, writable as UTF-8, with the keys of its kind."""
    keys = {
        "table": {"title", "stub", "heads", "rows", "columns", "cells", "notes", "flatten"},
        "model": {"title", "header", "table", "notes"},
        "status": {"message", "words", "numbers", "text"},
        "text": {"blocks"},
    }
    for item in results(text):
        line = render(item, form="json", source=text)
        assert len(line.splitlines()) == 1
        made = json.loads(line.encode())
        if made["type"] == "result":
            common = {"type", "format", "kind", "span", "context"}
            assert made.keys() == common | keys[made["kind"]]


def test_blocks_of_a_text_as_json_are_tagged() -> None:
    """Each block says what it is."""
    text = Text((Paragraph("p"), Listing(("name",), (("n",),), "t"), Lines(("l",))))
    made = json.loads(render(Released(SEAL, text, Context()), form="json"))
    assert made["blocks"] == [
        {"block": "paragraph", "text": "p"},
        {"block": "listing", "headings": ["name"], "rows": [["n"]], "title": "t"},
        {"block": "lines", "lines": ["l"]},
    ]
