"""Saving charts: which files the command line asks for, what is in them, what is said."""

from __future__ import annotations

from pathlib import Path

import pytest
import replies
from kept import Kept

from kohort.chart_files import ChartFiles, Wanted, beside, wanted
from kohort.disclosure.released import Figure
from kohort.event import Event, Finished, Result
from kohort.render.chart_file import drawn
from kohort.trouble import Trouble

SCRIPT = """require no.test.small:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/INNTEKT_WLONN 2020-12-31 as wage
"""


@pytest.fixture(scope="module")
def events(small_root: Path) -> list[Event]:
    session = replies.session_of(small_root, "open", SCRIPT)
    return replies.asked(session, "barchart (mean) wage\ntabulate sex\npiechart sex").events


def saved(files: Wanted, events: list[Event]) -> Kept:
    """Give what the output beside the files got."""
    kept = Kept()
    output = ChartFiles(kept, files, "en")
    for event in events:
        output.put(event)
    output.end()
    return kept


def test_every_chart_goes_to_the_folder(events: list[Event], tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "charts"
    files = wanted(str(folder), "png", None)
    assert files is not None
    kept = saved(files, events)
    assert sorted(path.name for path in folder.iterdir()) == ["01-barchart.png", "02-piechart.png"]
    assert kept.events == events
    assert kept.ended
    figure = next(e.released.content for e in events if isinstance(e, Result))
    assert isinstance(figure, Figure)
    assert (folder / "01-barchart.png").read_bytes() == drawn(figure, ".png")


def test_further_charts_of_one_file_are_numbered(events: list[Event], tmp_path: Path) -> None:
    files = wanted(None, None, str(tmp_path / "picture.SVG"))
    assert files is not None
    saved(files, events)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["picture-2.svg", "picture.svg"]


def test_a_script_without_charts_says_so(tmp_path: Path) -> None:
    file = tmp_path / "picture.pdf"
    output = ChartFiles(Kept(), Wanted(file=file), "en")
    output.put(Finished(0))
    with pytest.raises(Trouble, match="draws no chart"):
        output.end()
    assert not file.exists()


def test_nothing_is_saved_unless_asked_for() -> None:
    kept = Kept()
    assert wanted(None, None, "results.html") is None
    assert beside(kept, None, "en") is kept


def test_what_does_not_go_together(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="needs --charts"):
        wanted(None, "png", None)
    with pytest.raises(Trouble, match="choose one"):
        wanted(str(tmp_path), None, "picture.svg")
    (tmp_path / "file").write_text("")
    with pytest.raises(Trouble, match="cannot be made"):
        wanted(str(tmp_path / "file"), None, None)


def test_a_place_that_cannot_be_written(events: list[Event], tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="cannot be written"):
        saved(Wanted(file=tmp_path / "nowhere" / "picture.svg"), events)
