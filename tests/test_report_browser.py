"""The report in a browser: nothing fetched, nothing injected runs, tables sort, charts show."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import banks
import pytest

from kohort.assembly import new_session
from kohort.output import HtmlOutput
from kohort.render import Look

CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium here")

RUNS: Final = "document.title=13"
TAG: Final = f'<img src=x onerror="{RUNS}">'
SCRIPT: Final = f"""textblock
# Report {TAG}
<script>{RUNS}</script>

[link](javascript:{RUNS}) **bold** `code`
endblock
require no.test.small:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/SIVSTANDFDT_SIVSTAND 2020-01-01 as civil
import db/INNTEKT_WLONN 2020-12-31 as wage
// <script>{RUNS}</script>
define-labels evil '1' '</td><script>{RUNS}</script>' '2' '<svg onload="{RUNS}">'
assign-labels sex evil
tabulate civil sex, freq rowpct
tabulate sex, summarize(wage) mean freq
barchart (count) civil, over(sex)
regress wage i.sex
tabulate wage if wage > 0 & sex != '</pre><script>{RUNS}</script>'
summarize wag
"""


def written(root: Path, folder: Path, script: str, language: str = "en") -> Path:
    """Write the report of a script; mistakes in it are told in their place."""
    stream = StringIO()
    output = HtmlOutput(stream, Look(language), script, f"{TAG}.mdscript")
    for event in new_session(banks.catalogue(root), "open").run(script, batch=False):
        output.put(event)
    output.end()
    path = folder / f"report-{language}.html"
    path.write_text(stream.getvalue(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as started:
        found = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def report(small_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(small_root, tmp_path_factory.mktemp("report"), SCRIPT)


class Opened:
    """A report in a browser, and all that the browser said and asked for."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self.context = browser.new_context(
            viewport={"width": 1280, "height": 900}, permissions=["clipboard-read"], **options
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", lambda message: self.said.append(f"{message.type} {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error {error}"))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())
        self.page.wait_for_selector(".vega-embed svg")

    def column(self, caption: str, place: int) -> list[str]:
        """Give the texts of a column of the table with this caption."""
        rows = self.page.locator("table", has_text=caption).first.locator("tbody tr")
        return [row.locator("th, td").nth(place).inner_text() for row in rows.all()]


@pytest.fixture(scope="module")
def opened(browser: Any, report: Path) -> Iterator[Opened]:
    page = Opened(browser, report, color_scheme="light")
    yield page
    page.context.close()


def test_nothing_is_fetched_and_nothing_goes_wrong(opened: Opened, report: Path) -> None:
    assert opened.asked == [report.as_uri()]
    assert opened.said == []


def test_nothing_that_a_script_holds_runs(opened: Opened) -> None:
    """Tags in prose, comments, labels, conditions, titles and errors are text."""
    page = opened.page
    assert page.title() == f"{TAG}.mdscript"
    assert page.locator("h1").inner_text() == f"{TAG}.mdscript"
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    assert page.locator("[onerror], [onload], a[href^=javascript]").count() == 0
    assert page.locator(".prose h2").inner_text() == f"Report {TAG}"
    assert page.locator("td, th", has_text="</td><script>").count() > 0


def test_an_injected_script_would_not_run(browser: Any, report: Path, tmp_path: Path) -> None:
    """Should an escape ever be forgotten, the policy stops what got in."""
    spoilt = report.read_text("utf-8").replace("<main>", f"<main>{TAG}<script>{RUNS}</script>", 1)
    path = tmp_path / "spoilt.html"
    path.write_text(spoilt, encoding="utf-8")
    page = Opened(browser, path)
    assert page.page.title() == f"{TAG}.mdscript"
    assert any("Content Security Policy" in text for text in page.said)
    page.context.close()


def test_a_page_is_accessible(opened: Opened) -> None:
    """One main heading, no level left out, tables with names and scopes, pictures with texts."""
    page = opened.page
    assert page.locator("html").get_attribute("lang") == "en"
    levels = [
        int(heading.evaluate("h => h.tagName")[1]) for heading in page.locator("h1,h2,h3,h4").all()
    ]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    for table in page.locator(".grid > table").all():
        assert table.locator("caption").count() or table.get_attribute("aria-label")
        assert table.locator("th:not([scope])").count() == 0
    assert page.locator("[role=img]:not([aria-label])").count() == 0
    assert page.locator(".drawing[role=img]").first.get_attribute("aria-label")


def test_charts_are_there_and_become_interactive(opened: Opened) -> None:
    box = opened.page.locator(".chart .vega-embed svg").first.bounding_box()
    assert box["width"] > 100
    assert box["height"] > 100
    assert opened.page.locator(".chart .drawing:not(.vega-embed)").count() == 0


def test_a_table_sorts_by_number_and_back(opened: Opened) -> None:
    """Rows of one category stay together and the total stays last."""
    caption = "tabulate civil sex"
    before = opened.column(caption, 0)
    head = opened.page.locator("table", has_text=caption).first.locator("thead th button").last
    head.click()
    numbers = [float(text) for text in opened.column(caption, -1)]
    counts = numbers[::2]
    assert counts[:-1] == sorted(counts[:-1])
    assert counts[-1] == max(counts)
    assert numbers[1::2] == [100.0] * len(counts)
    head.click()
    counts = [float(text) for text in opened.column(caption, -1)][::2]
    assert counts[:-1] == sorted(counts[:-1], reverse=True)
    head.click()
    assert opened.column(caption, 0) == before


def test_a_copied_table_is_cells_with_plain_numbers(opened: Opened) -> None:
    """Numbers without gaps between thousands, headings repeated in each row."""
    result = opened.page.locator(".result", has_text="summarize(wage)").first
    result.locator("button", has_text="Copy table").click()
    text = opened.page.evaluate("navigator.clipboard.readText()")
    lines = [line.split("\t") for line in text.splitlines()]
    assert lines[0] == ["sex", "Mean", "Frequency"]
    # Persons 1 to 15 earn 100 000 each more than the one before; men are the odd ones.
    assert [line[1:] for line in lines[1:]] == [["800000.0", "8"], ["800000.0", "7"],
                                                ["800000.0", "15"]]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(browser: Any, report: Path, scheme: str) -> None:
    """Text and ground swap, and stay readable: the contrast is that of WCAG AA at least."""
    page = Opened(browser, report, color_scheme=scheme)
    lightness = "e => getComputedStyle(e).{}.match(/[\\d.]+/g).slice(0, 3).map(Number)"
    for chosen in ("body", ".diagnostic", ".status", ".script .k", "summary"):
        place = page.page.locator(chosen).first
        ink, paper = place.evaluate(lightness.format("color")), page.page.locator(
            "body").evaluate(lightness.format("backgroundColor"))  # fmt: skip
        assert contrast(ink, paper) >= 4.5, chosen
        assert (luminance(paper) > 0.5) is (scheme == "light")
    page.context.close()


def luminance(color: list[float]) -> float:
    """Give the relative luminance of an sRGB colour (WCAG 2.2)."""
    parts = [c / 255 for c in color]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: list[float], b: list[float]) -> float:
    """Give the contrast of two colours (WCAG 2.2)."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_a_page_fits_a_telephone(browser: Any, report: Path) -> None:
    page = Opened(browser, report)
    page.page.set_viewport_size({"width": 380, "height": 800})
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 380
    page.context.close()


def test_norwegian(browser: Any, small_root: Path, tmp_path: Path) -> None:
    page = Opened(browser, written(small_root, tmp_path, SCRIPT, "nb"))
    assert page.page.locator("html").get_attribute("lang") == "nb"
    assert page.page.locator("button", has_text="Kopier tabellen").count() > 0
    assert page.page.locator("summary", has_text="manglende utelatt").count() > 0
    assert page.said == []
    page.context.close()
