"""The gallery: every picture on the page about charts is what its script draws."""

from __future__ import annotations

import re
from pathlib import Path

import banks
import pytest
from pages import Page

from kohort.assembly import new_session
from kohort.command import commands
from kohort.disclosure.released import Figure, Several
from kohort.event import Result
from kohort.render.chart_file import drawn

FOLDER = Path(__file__).parent
PAGE = FOLDER / "language" / "charts.md"
GALLERY = FOLDER / "gallery"
LINK = re.compile(r"^!\[(.+)\]\(\.\./gallery/(\w+\.svg)\)$", re.MULTILINE)


@pytest.fixture(scope="module")
def figures(norway_root: Path) -> list[Figure]:
    """What the scripts of the page draw, in order."""
    page = Page.read(PAGE)
    session = new_session(banks.catalogue(norway_root), page.front["profile"])
    found: list[Figure] = []

    def run(script: str, _: str) -> str:
        results = [e.released for e in session.run(script, batch=False) if isinstance(e, Result)]
        parts = (
            r.content.parts if isinstance(r.content, Several) else (r.content,) for r in results
        )
        found.extend(part for one in parts for part in one if isinstance(part, Figure))
        return ""

    page.rewritten(run)
    return found


def test_every_picture_is_what_its_script_draws(
    figures: list[Figure], request: pytest.FixtureRequest
) -> None:
    names = [name for _, name in LINK.findall(PAGE.read_text(encoding="utf-8"))]
    assert len(names) == len(set(names)) == len(figures)
    for name, figure in zip(names, figures, strict=True):
        path, picture = GALLERY / name, drawn(figure, ".svg")
        if request.config.getoption("--accept"):
            GALLERY.mkdir(exist_ok=True)
            path.write_bytes(picture)
        assert path.read_bytes() == picture, f"{name}: pytest --accept draws it anew"
    assert {path.name for path in GALLERY.glob("*.svg")} == set(names)


def test_every_chart_command_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    charts = {name for name, command in commands().items() if command.group == "charts"}
    assert len(charts) >= 6
    assert not {name for name in charts if not re.search(rf"^{name}\b", page, re.MULTILINE)}


def test_pictures_hold_no_script_and_fetch_nothing() -> None:
    for path in GALLERY.glob("*.svg"):
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert "<script" not in text
        assert "http" not in text
        assert "href" not in text
