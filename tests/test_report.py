"""Parts of the report: drawings let in, lines of the script, prose, numbers, the foot."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import banks
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kohort import HOME
from kohort.assembly import new_session
from kohort.disclosure.released import Context
from kohort.output import HtmlOutput
from kohort.render import Look
from kohort.render.html_text import escaped_number
from kohort.render.report_context import foot
from kohort.render.report_script import script_element
from kohort.render.report_svg import DrawingError, safe_svg

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


@pytest.mark.parametrize(
    "inside",
    [
        "<script>1</script>", '<rect onclick="1"/>', '<a href="https://a.no"><rect/></a>',
        '<image href="x.png"/>', '<use href="#a"/>', '<rect style="fill:red"/>',
        "<foreignObject/>", '<rect fill="url(https://a.no/x)"/>', '<animate onbegin="1"/>',
        '<g xlink:href="javascript:1"/>', '<x:g xmlns:x="urn:other"/>', "<set/>",
        "<style>a</style>", '<rect fill="url(#a) url(x)"/>', "<!-- a -->",
    ],
)  # fmt: skip
def test_a_drawing_that_could_act_is_not_let_in(inside: str) -> None:
    with pytest.raises(DrawingError):
        safe_svg(SVG.format(inside))


def test_no_drawing_at_all_is_not_let_in() -> None:
    for text in ("", "<svg>", "<div/>", '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;")):
        with pytest.raises(DrawingError):
            safe_svg(text)


def test_shapes_and_words_are_let_in() -> None:
    """Words stay escaped; references inside the drawing stay."""
    inside = '<g clip-path="url(#a)"><text x="1" aria-label="a &quot;b&quot;">&lt;b&gt;</text></g>'
    assert safe_svg(SVG.format(inside)) == (
        '<svg xmlns="http://www.w3.org/2000/svg"><g clip-path="url(#a)">'
        '<text x="1" aria-label="a &quot;b&quot;">&lt;b&gt;</text></g></svg>'
    )


def test_every_chart_of_the_gallery_is_let_in() -> None:
    """What the charts are drawn with today passes; a new sort of mark would be noticed here."""
    pictures = sorted((HOME / "tests" / "gallery").glob("*.svg"))
    assert len(pictures) >= 5
    for path in pictures:
        assert safe_svg(path.read_text("utf-8")).startswith("<svg")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("1\u202f794", "1<span class=g>794</span>"),
        ("593300", "593<span class=g>300</span>"),
        ("-1234567.25", "-1<span class=g>234</span><span class=g>567.25</span>"),
        # Years and codes are read as they are.
        ("1956", "1956"), ("0.12345", "0.12345"), ("<5 %", "&lt;5 %"), ("..", ".."), ("", ""),
        ("1.2e+20", "1.2e+20"),
    ],
)  # fmt: skip
def test_thousands_are_apart_without_a_sign_between(text: str, html: str) -> None:
    """What is copied is the number: the gap is a margin."""
    assert escaped_number(text) == html
    assert re.sub("<[^>]*>", "", html).replace("&lt;", "<") == text.replace("\u202f", "")


@settings(deadline=None)
@given(st.text(max_size=60) | st.text("tabulate if '\"<>&\n\t//x1.=,()", max_size=40))
def test_lines_of_a_script_are_whole_and_escaped(text: str) -> None:
    """Marks open and close within a line, and their text is the script's."""
    html = script_element(text, 7)
    assert 'style="counter-reset:line 6"' in html
    lines = re.findall(r"<span class=l>(.*?)</span>(?=<span class=l>|</code>)", html)
    assert len(lines) >= 1
    for line in lines:
        assert line.count("<span") == line.count("</span>")
        assert not re.search(r"<(?!/?span)", line)


def page_of(root: Path, script: str, language: str = "en") -> str:
    """Give the report of a script run on the small bank."""
    stream = StringIO()
    output = HtmlOutput(stream, Look(language), script, "a.mdscript")
    for event in new_session(banks.catalogue(root), "open").run(script, batch=False):
        output.put(event)
    output.end()
    return stream.getvalue()


SCRIPT = """// First
textblock
### Title
*prose*
endblock

require no.test.small:1 as db
create-dataset people

for name in first second
  import db/BEFOLKNING_FOEDSELS_AAR_MND as $name
end
summarize second
// last
"""


def test_script_and_results_stand_together_line_by_line(small_root: Path) -> None:
    html = page_of(small_root, SCRIPT)
    assert html.count("<h1>a.mdscript</h1>") == 1
    # Prose in place of its source; what stands before it and the numbers of lines stay.
    assert "<h2>Title</h2>" in html
    assert "textblock" not in html
    assert "endblock" not in html
    starts = [int(number) + 1 for number in re.findall(r"counter-reset:line (\d+)", html)]
    assert starts == [1, 7, 8, 10, 11, 12, 14]
    # A loop's lines are shown once, with what each round gave.
    assert html.count("db/<span class=n>BEFOLKNING_FOEDSELS_AAR_MND</span>") == 1
    assert html.count("imported from BEFOLKNING_FOEDSELS_AAR_MND") == 2
    assert "diagnostic error" not in html


def test_the_foot_names_banks_profiles_and_hashes_once() -> None:
    contexts = [Context("default", "ab12", ("a:1",)), Context("default", "ab12", ("a:1", "b:2"))]
    html = foot(contexts, Look("nb"))
    assert html.count("a:1") == 1
    assert "a:1<br>b:2" in html
    assert "<dd>default <code>ab12</code></dd>" in html
    assert "<dt>Avsløringskontroll</dt>" in html


def test_pages_are_the_same_every_time(small_root: Path) -> None:
    script = "require no.test.small:1 as db\ncreate-dataset p\n"
    assert page_of(small_root, script) == page_of(small_root, script)
