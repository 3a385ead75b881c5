"""The release check: what must not leave is found in every kind of file, and results pass."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import banks
import openpyxl
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from kohort import HOME
from kohort.assembly import new_session
from kohort.output import Output, look_at, output_of
from kohort.release_check.counts import small_cells
from kohort.release_check.finding import RULES
from kohort.release_check.identifiers import danish, norwegian, swedish
from kohort.release_check.reading import content
from kohort.release_check.table import Sheet, count, letters, number

# Numbers of nobody: of the series that Skatteetaten keeps for tests (month + 80), and one that
# Skatteverket gives as its example. Check digits were worked out by hand (see test_archive.py).
NORWEGIAN = "29829290160"
SWEDISH = "811228-9874"
DANISH = "010190-1234"


def rules(name: str, raw: str | bytes, limit: int = 5) -> set[str]:
    data = raw if isinstance(raw, bytes) else raw.encode()
    return {finding.rule for finding in content(name, data, limit)}


def places(name: str, raw: str | bytes) -> list[str]:
    data = raw if isinstance(raw, bytes) else raw.encode()
    return [finding.place for finding in content(name, data, 5)]


# ---- identifiers


def test_numbers_of_persons_are_known_by_date_and_check_digits() -> None:
    assert norwegian(NORWEGIAN)
    assert not norwegian("29829290161")
    assert not norwegian("00129290160")
    assert swedish(SWEDISH.replace("-", ""))
    assert not swedish("8112289875")
    assert danish(DANISH.replace("-", ""))
    assert not danish("3201901234")


@pytest.mark.parametrize("number", [NORWEGIAN, SWEDISH, DANISH, "298292 90160", "19811228-9874"])
@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.do", "a.html", "a.json", "a.svg"])
def test_an_identifier_is_found_in_any_text(number: str, name: str) -> None:
    found = list(content(name, f"a,b\nx,{number}\n".encode(), 5))
    assert "identifier" in {finding.rule for finding in found}
    assert not any(number in finding.about + finding.place for finding in found)


@pytest.mark.parametrize(
    "text", ["12345678901", "2020-01-01", "123456-7890", "1.29829290160", "x29829290160", "0.5"]
)
def test_what_is_no_identifier(text: str) -> None:
    assert "identifier" not in rules("a.txt", f"value {text} here\n")


# ---- counts


CROSS = "sex;employed;not;Total\nmen;{a};40;{t}\nwomen;50;60;110\nTotal;{c};100;{g}\n"


def test_a_small_count_is_found_at_its_place() -> None:
    text = CROSS.format(a=3, t=43, c=53, g=153)
    assert rules("t.csv", text) == {"small-cell"}
    assert places("t.csv", text) == ["line 2, column 2"]


@pytest.mark.parametrize("count", ["5", "0", "17"])
def test_other_counts_pass(count: str) -> None:
    whole = int(count)
    text = CROSS.format(a=count, t=40 + whole, c=50 + whole, g=150 + whole)
    assert rules("t.csv", text) == set()


def test_a_blanked_count_that_totals_tell_is_found() -> None:
    """One cell blanked: its row total minus the rest tells it (3 = 43 - 40)."""
    text = CROSS.format(a="", t=43, c=53, g=153)
    assert rules("t.csv", text) == {"recoverable-cell"}
    assert places("t.csv", text) == ["line 2, column 2"]


def test_a_blanked_count_with_a_wide_interval_passes() -> None:
    """Two by two blanked in a table with large totals: each may be 0 to 100."""
    text = "g;a;b;Total\nx;;;100\ny;;;100\nTotal;100;100;200\n"
    assert rules("t.csv", text) == set()


def test_intervals_below_the_limit_are_found() -> None:
    """Row x: the two blanked cells share 4, so that each lies between 0 and 4."""
    text = "g;a;b;c;Total\nx;;;60;64\ny;;;70;190\nTotal;60;64;130;254\n"
    assert set(places("t.csv", text)) == {"line 2, column 2", "line 2, column 3"}


def test_totals_with_noise_tell_nothing() -> None:
    """kohort's totals need not add up: then nothing can be worked out from them."""
    text = "g;a;b;Total\nx;..;40;39\ny;50;60;112\nTotal;57;98;150\n"
    assert rules("t.csv", text) == set()


def test_a_share_of_a_total_tells_a_small_count() -> None:
    assert rules("t.csv", "group,n,ill %\na,200,1.5\nb,400,25.0\n") == {"small-share"}
    assert rules("t.csv", "group,n,ill %\na,200,12.5\nb,400,25.0\n") == set()


@pytest.mark.parametrize(
    "text",
    [
        "term,coef,se,p\nage,3,2,1\nsex,4,1,2\n",  # coefficients are no counts
        "year,mean\n2001,3\n2002,4\n",
        "variable,min p5,n\nwage,1,300\n",
        "g,n\na,<5\nb,17\n",  # a count that is said to be small tells enough
    ],
)
def test_numbers_that_are_no_counts_pass(text: str) -> None:
    assert "small-cell" not in rules("t.csv", text)


@given(
    st.lists(st.lists(st.integers(5, 60), min_size=3, max_size=3), min_size=2, max_size=4),
    st.integers(0, 2), st.integers(1, 4),
)  # fmt: skip
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_single_blank_in_a_table_with_totals_is_always_found(
    inner: list[list[int]], column: int, small: int
) -> None:
    """Whatever the table: the one blanked count is the total minus the others."""
    inner[0][column] = small
    rows = [[f"x{n}", *map(str, line), str(sum(line))] for n, line in enumerate(inner)]
    rows[0][1 + column] = ".."
    totals = [str(sum(line[c] for line in inner)) for c in range(3)]
    everything = str(sum(map(sum, inner)))
    sheet = Sheet("", [["g", "a", "b", "c", "Total"], *rows, ["Total", *totals, everything]])
    found = [(f.rule, f.place) for f in small_cells("t", sheet, 5)]
    assert found == [("recoverable-cell", f"line 2, column {column + 2}")]


def test_numbers_are_read_as_tables_write_them() -> None:
    assert [number(t) for t in ("1 234", "1\u202f234,5", "-0.5", "12 %", "x")] == [
        1234.0, None, -0.5, 12.0, None,
    ]  # fmt: skip
    assert [count(t) for t in ("1 234", "3", "3.0", "3 %", "-3", "..")] == [
        1234, 3, None, None, None, None,
    ]  # fmt: skip
    assert [letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


# ---- tables that are no results


def test_a_table_of_persons_is_found_once() -> None:
    rows = "\n".join(
        f"{n * 7919 + 100003},{n * 37 % 91},{n * 1009 + 17},{n % 2}" for n in range(300)
    )
    assert rules("p.csv", f"nr,age,wage,sex\n{rows}\n") == {"identifier-column", "row-per-person"}


def test_a_long_table_of_results_passes() -> None:
    rows = "\n".join(f"{1000 + n},{50 + n % 7}" for n in range(356))
    assert rules("m.csv", f"municipality,freq\n{rows}\n") == set()


def test_columns_named_as_identifiers_are_found() -> None:
    rows = "\n".join(f"{n},10" for n in range(12))
    assert rules("p.csv", f"fnr,freq\n{rows}\n") == {"identifier-column"}


def test_extremes_are_a_doubt() -> None:
    assert rules("s.csv", "variable,mean,max\nwage,500000,9182736\n") == {"extreme-value"}
    assert RULES["extreme-value"].severity == "doubt"


# ---- programs and logs


LOGS = {
    "stata.log": "     +-----+\n  1. | 4711 |\n  2. | 4712 |\n  3. | 4713 |\n",
    "sas.lst": "Obs    sex    wage\n1      1      100\n2      2      200\n3      1      300\n",
    "pandas.txt": "  sex   wage  age\n0   1  10200   33\n1   2  33100   41\n2   1  55100   59\n",
    "r.out": "  sex  wage age\n1   1 10200  33\n2   2 33100  41\n3   1 55100  59\n",
    "polars.txt": "shape: (3, 2)\n",
    "tibble.txt": "# A tibble: 10 x 3\n",
}


@pytest.mark.parametrize("name", LOGS)
def test_a_log_that_lists_observations_is_found(name: str) -> None:
    assert "listed-rows" in rules(name, f"some output\n\n{LOGS[name]}\nmore\n")


PROGRAMS = {
    "a.mdscript": "keep if inlist(id, " + ", ".join(str(700_000 + 13 * n) for n in range(12)) + ")",
    "a.sps": "begin data\n1 2\nend data.\n",
    "a.sas": "data x;\n  datalines;\n1 2\n;\n",
    "a.R": "x <- read.table(text = '1 2')\n",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_with_data_inside_is_found(name: str) -> None:
    assert rules(name, PROGRAMS[name]) == {"literal-data"}


def test_a_condition_that_singles_out_is_a_doubt() -> None:
    text = "keep if sex == 1 & born == 1970 & home == '0301' & school == 4 & job == '2221'\n"
    assert rules("a.do", text) == {"singled-out"}


def test_a_notebook_is_read_with_its_outputs() -> None:
    cells = [{"outputs": [{"data": {"text/plain": LOGS["pandas.txt"]}}], "source": "df.head()"}]
    assert "listed-rows" in rules("n.ipynb", json.dumps({"cells": cells}))


# ---- figures and pages


def test_a_scatter_of_persons_is_found_in_a_picture_of_lines() -> None:
    dots = "".join(f"<circle cx='{n}' cy='{n * 7 % 100}' r='1'/>" for n in range(900))
    assert rules("f.svg", f"<svg>{dots}</svg>") == {"embedded-data"}
    assert rules("f.svg", "<svg>" + "<rect/>" * 40 + "</svg>") == set()
    assert rules("f.svg", "<svg><image href='data:image/png;base64,xx'/></svg>") == {
        "hidden-content"
    }


def test_arrays_in_pages_and_specifications_are_found() -> None:
    values = ", ".join(str(n * 7919 % 1000) for n in range(600))
    page = f"<html><script>Plotly.newPlot('x', {{y: [{values}]}})</script></html>"
    assert rules("f.html", page) == {"embedded-data"}
    spec = json.dumps({"data": {"values": [{"x": n, "y": n} for n in range(500)]}})
    assert rules("f.json", spec) == {"embedded-data"}
    assert rules("f.json", json.dumps({"data": {"values": [1, 2, 3]}})) == set()


def test_tables_in_pages_are_checked() -> None:
    page = "<table><tr><th>g<th>n</tr><tr><td>a<td>3</tr><tr><td>b<td>40</tr></table>"
    assert rules("t.html", page) == {"small-cell"}


# ---- documents


def workbook(build: str) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("group", "n"), ("a", 30 if build != "small" else 3), ("b", 40)):
        sheet.append(row)
    if build == "hidden":
        book.create_sheet("raw").sheet_state = "hidden"
    if build == "comment":
        sheet["B2"].comment = Comment("was 3", "me")
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("build", "rule"),
    [("small", "small-cell"), ("hidden", "hidden-content"), ("comment", "hidden-content")],
)
def test_workbooks_are_read_with_what_is_not_seen(build: str, rule: str) -> None:
    assert rules("t.xlsx", workbook(build)) == {rule}
    assert rules("t.xlsx", workbook("clean")) == set()
    if build == "small":
        assert places("t.xlsx", workbook(build)) == ["Sheet!B2"]


def test_a_pdf_is_read_with_attachments_and_metadata() -> None:
    written = pypdf.PdfWriter()
    written.add_blank_page(100, 100)
    clean = io.BytesIO()
    written.write(clean)
    assert rules("t.pdf", clean.getvalue()) == set()
    written.add_attachment("raw.csv", b"1,2")
    written.add_metadata({"/Subject": NORWEGIAN})
    dirty = io.BytesIO()
    written.write(dirty)
    assert rules("t.pdf", dirty.getvalue()) == {"hidden-content", "identifier"}


def test_metadata_of_pictures_is_read() -> None:
    made, info = io.BytesIO(), PngInfo()
    info.add_text("data", "1,2\n" * 100)
    Image.new("L", (8, 8)).save(made, "png", pnginfo=info)
    assert rules("f.png", made.getvalue()) == {"hidden-content"}
    clean = io.BytesIO()
    Image.new("L", (8, 8)).save(clean, "png")
    assert rules("f.png", clean.getvalue()) == set()


@pytest.mark.parametrize("name", ["t.xlsx", "t.pdf", "f.png", "a.zip", "a.dta", "a.csv", "n.ipynb"])
def test_what_cannot_be_read_is_said(name: str) -> None:
    raw = b"\0\1\2 this is none of that" if name != "n.ipynb" else b"[1]"
    assert rules(name, raw) == {"unreadable"}


def test_a_zip_is_read_within_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("t.csv", "g,n\na,3\nb,40\n")
        opened.writestr("zeros.txt", b"0" * 5_000_000)
    assert rules("s.zip", made.getvalue()) == {"small-cell"}
    from kohort.release_check import reading

    monkeypatch.setattr(reading, "MOST_BYTES", 1_000_000)
    assert rules("s.zip", made.getvalue()) == {"small-cell", "unreadable"}


ENDINGS = ("csv", "html", "svg", "json", "xlsx", "pdf", "png", "zip", "txt", "ipynb")


@given(st.binary(max_size=300), st.sampled_from([f"a.{ending}" for ending in ENDINGS]))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_nothing_breaks_the_check(raw: bytes, name: str) -> None:
    for finding in content(name, raw, 5):
        assert finding.rule in RULES


# ---- kohort's own results pass


class Kept:
    """A stream that is kept."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


@pytest.mark.parametrize("form", ["text", "html", "json"])
def test_results_of_kohort_may_leave(form: str, demo_root: Path) -> None:
    script = (HOME / "examples" / "first.mdscript").read_text("utf-8")
    kept = Kept()
    output: Output = output_of(form, kept, kept, look_at(kept, "en"), script)  # type: ignore[arg-type]
    for event in new_session(banks.catalogue(demo_root)).run(script):
        output.put(event)
    output.end()
    ending = {"text": "log", "html": "html", "json": "jsonl"}[form]
    if form == "json":
        for line in kept.text.splitlines():
            assert rules("r.json", line) <= set()
    else:
        found = [(f.rule, f.place) for f in content(f"r.{ending}", kept.text.encode(), 5)]
        assert found == []


def test_the_command_explains_each_rule_once(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(CROSS.format(a=3, t=43, c=53, g=153), "utf-8")
    (tmp_path / "ok.csv").write_text("g,n\na,30\n", "utf-8")
    command = [sys.executable, "-m", "kohort", "release-check"]
    run = subprocess.run([*command, "."], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stdout == (
        "t.csv\n"
        "  breach small-cell line 2, column 2: a count from 1 to 4\n"
        f"    why: {RULES['small-cell'].why}\n"
        f"    mend: {RULES['small-cell'].mend}\n"
        "1 findings, 1 of them breaches\n"
    )
    clean = subprocess.run(
        [*command, "ok.csv", "--output", "json"], cwd=tmp_path, capture_output=True, check=False
    )
    assert (clean.returncode, json.loads(clean.stdout)) == (0, {"findings": []})
