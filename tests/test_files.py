"""Tables as files: what stands in them is what was released, and no text acts as anything else."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, Final

import banks
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kohort import table_files
from kohort.assembly import new_session
from kohort.disclosure import released as module
from kohort.disclosure.released import (
    Cell,
    Context,
    Key,
    Listing,
    Model,
    Note,
    Released,
    Several,
    Table,
    Text,
)
from kohort.event import Result
from kohort.output import JsonOutput
from kohort.render import Look
from kohort.render.files_csv import csv_text, harmless, notes_text
from kohort.render.files_excel import excel_bytes
from kohort.render.files_grid import Grid, grids
from kohort.render.files_latex import latex_text
from kohort.render.files_markdown import markdown_text
from kohort.trouble import Trouble

SEAL: Any = vars(module)["_SEAL"]
LOOK: Final = Look()
FORMULA: Final = '=HYPERLINK("http://evil.example";"x")'
CONTEXT: Final = Context(
    "default", "ab12", ("db:3",), "d", "PERSON", (Note("kept", {"condition": "a > 1"}),), "<5",
    (("a", ("A 2020-01-01",)),), "left_out", (Note("counts", {"most": 10}),),
)  # fmt: skip


def table(text: str = "sex") -> Table:
    """Give a table with every state of a cell, the text wherever a text can stand."""
    return Table(
        text,
        (Key("variable", text), Key("statistic")),
        (
            (Key("code", "1", text), Key("statistic", "freq")),
            (Key("code", "1", text), Key("statistic", "rowpct")),
            (Key("total"), Key("statistic", "freq")),
        ),
        ((Key("code", "a", text), Key("code", 1, "one")), (Key("code", "a", text), Key("total"))),
        (
            (Cell(98412), Cell(None, "hidden")),
            (Cell(62.5), Cell(None, "low")),
            (Cell(None, "zero"), Cell(None, "missing")),
        ),
        (Note("folded_rows", {"rows": 2, "limit": 5}), Note("dropped_terms", {"names": text})),
        heads=(Key("variable", text), Key("variable", "b")),
    )


def model() -> Model:
    """Give a model with a probability that prints as a bound."""
    coefficients = Table(
        "",
        (Key("statistic", "term"),),
        ((Key("term", "age"),), (Key("term", "_cons"),)),
        ((Key("statistic", "coef"),), (Key("statistic", "p"),)),
        ((Cell(-1234.5), Cell(0.0)), (Cell(None, "hidden"), Cell(0.25))),
    )
    head = (("outcome", "wage"), ("nobs", Cell(2672)), ("f", Cell(108.4)), ("df", "2, 2669"))
    return Model("regress wage", head, coefficients, (Note("uncentred_r2"),))


def grid(text: str = "sex") -> Grid:
    """Give the grid of the table."""
    (made,) = grids(table(text), CONTEXT, LOOK)
    return made


def test_csv_holds_released_numbers_and_all_keys() -> None:
    """One line of headings, keys repeated, numbers without blanks, marks as tables show them."""
    assert csv_text(grid(), LOOK) == (
        "sex,Statistic,sex / one,sex / Total\n"
        "sex,Frequency,98412,..\n"
        "sex,Row %,62.5,<5 %\n"
        "Total,Frequency,<5,\n"
    )


def test_notes_of_a_table_stand_beside_it() -> None:
    """Title, notes, and where the numbers come from with their protection."""
    assert notes_text(grid()) == (
        "sex\n\n"
        "2 rows with fewer than 5 units not shown\n"
        "left out because of collinearity: sex\n"
        ".. withheld by disclosure control\n\n"
        "Population: kept where a > 1\n"
        "Variables: a (A 2020-01-01)\n"
        "Missing values: left out\n"
        "Counts may differ by up to 10 from the true ones. Every cell and every total differs on "
        "its own, so parts need not add up.\n"
        "Databank: db:3\n"
        "Disclosure profile: default ab12\n"
    )


def test_a_model_has_its_fit_and_its_coefficients() -> None:
    """Degrees of freedom behind their statistic; a bound is no number."""
    (made,) = grids(model(), CONTEXT, LOOK)
    assert [(name, entry.text, entry.value) for name, entry in made.pairs] == [
        ("Dependent variable", "wage", None), ("N", "2 672", 2672), ("F(2, 2669)", "108.4", 108.4),
    ]  # fmt: skip
    assert csv_text(made, LOOK) == "Term,Coef.,P\nage,-1234.5,<0.001\nConstant,..,0.25\n"
    assert made.notes == ("no constant: R² is not centred", ".. withheld by disclosure control")


def test_several_results_are_several_tables_and_words_are_none() -> None:
    found = list(grids(Several((table(), model())), CONTEXT, LOOK))
    assert [made.title for made in found] == ["sex", "regress wage"]
    assert not list(grids(Text((Listing(("name",), (("a",),)),)), CONTEXT, LOOK))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"), ("+1+cmd", "'+1+cmd"), ("-x", "'-x"), ("@SUM(A1)", "'@SUM(A1)"),
        ("-5", "-5"), ("+5.5", "+5.5"), ("-1e3", "-1e3"), ("-1_0", "'-1_0"), ("a=1", "a=1"),
        ("", ""), ("-", "'-"),
    ],
)  # fmt: skip
def test_no_text_in_csv_is_a_formula(text: str, written: str) -> None:
    assert harmless(text) == written


@settings(deadline=None)
@given(st.text(max_size=20) | st.text("=+-@|;,'\"\n\t !A1()", max_size=12))
def test_csv_is_read_back_whole_and_without_formulas(text: str) -> None:
    """Whatever a label holds, lines and columns stay, and no cell begins like a formula."""
    rows = list(csv.reader(StringIO(csv_text(grid(text), LOOK), newline="")))
    assert [len(row) for row in rows] == [4, 4, 4, 4]
    for word in (word for row in rows for word in row):
        assert not word.startswith(("=", "@", "\t", "\r"))
        assert not word.startswith(("+", "-")) or float(word) is not None


def test_a_workbook_has_numbers_texts_and_no_formula() -> None:
    """A sheet for each table; what looks like a formula or an address is text."""
    made = [grid(FORMULA), *grids(model(), CONTEXT, LOOK)]
    content = excel_bytes(made)
    book = openpyxl.load_workbook(BytesIO(content))
    assert len(book.sheetnames) == 2
    assert book.sheetnames[1] == "2 regress wage"
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert FORMULA in [cell.value for cell in cells]
    assert not any(cell.hyperlink for cell in cells)
    values = {
        cell.value: cell.number_format for cell in cells if isinstance(cell.value, int | float)
    }
    assert values == {
        98412: "#,##0", 62.5: "0.0", 2672: "#,##0", 108.4: "#,##0.0", -1234.5: "#,##0.0",
        0.25: "0.000",
    }  # fmt: skip
    names = zipfile.ZipFile(BytesIO(content)).namelist()
    assert not [name for name in names if "external" in name.lower() or "vba" in name.lower()]
    assert content == excel_bytes(made)


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=20))
def test_any_title_becomes_a_sheet(text: str) -> None:
    book = openpyxl.load_workbook(BytesIO(excel_bytes([grid(text), grid(text)])))
    assert len(book.sheetnames) == 2
    assert all(len(name) <= 31 for name in book.sheetnames)


@settings(deadline=None)
@given(st.text(max_size=20) | st.text("\\{}$&#^_~%<>|*[]`!-", max_size=12))
def test_markdown_shows_each_text_as_it_is(text: str) -> None:
    """A reader of Markdown finds a table of 4 lines, no other mark, and the words unchanged."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown_text(grid(text), LOOK))
    kinds = [token.type for token in tokens]
    assert kinds.count("table_open") == 1
    assert kinds.count("tr_open") == 4
    assert kinds.count("th_open") == 4
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inline} <= {"text", "strong_open", "strong_close", "softbreak",
                                                "text_special"}  # fmt: skip


def test_latex_heads_span_their_columns() -> None:
    text = latex_text(grid("a_b"))
    assert "    \\multicolumn" not in text.splitlines()[0]
    assert r" &  & \multicolumn{2}{c}{a\_b} \\" in text
    assert r"a\_b &  & one & Total \\" in text
    assert r"    a\_b & Frequency & 98\,412 & .. \\" in text
    # The same key again is not repeated.
    assert r"     & Row \% & 62.5 & \textless{}5 \% \\" in text
    assert r"\caption{a\_b}" in text
    assert "  \\par{\\footnotesize 2 rows with fewer than 5 units not shown\\par}" in text


@settings(deadline=None)
@given(st.text(max_size=20) | st.text("\\{}$&#^_~%", max_size=12))
def test_no_text_is_a_command_of_latex(text: str) -> None:
    """Braces balance, and each sign with a meaning stands behind a backslash or inside one."""
    known = ("textbackslash", "textasciicircum", "textasciitilde", "textless", "textgreater",
             "textbar", "textquotedbl", "textquotesingle", "textasciigrave", "textsuperscript",
             "textpm", "multicolumn", "begin", "end", "caption", "toprule", "midrule", "bottomrule",
             "centering", "par", "footnotesize", "medskip")  # fmt: skip
    made = latex_text(grid(text))
    plain = made.replace("\\\\", " ").replace(r"\,", " ").replace("$-$", " ")
    for sign in "{}$&#_%":
        plain = plain.replace(f"\\{sign}", " ")
    assert plain.count("{") == plain.count("}")
    assert not set("$#_%~^") & set(plain)
    commands = {part.split("{")[0].split("\n")[0].split(" ")[0].split("}")[0]
                for part in plain.split("\\")[1:]}  # fmt: skip
    assert commands <= set(known)


# ---- the command line


def test_saved_tables_are_the_released_ones(small_root: Path, tmp_path: Path) -> None:
    """Each table's numbers in its file are those of the JSON of the same run."""
    script = (
        "require no.test.small:1 as db\ncreate-dataset people\n"
        "import db/BEFOLKNING_KJOENN as sex\nimport db/INNTEKT_WLONN 2020-12-31 as wage\n"
        "tabulate sex\nregress wage i.sex\n"
    )
    stream = StringIO()
    files = table_files.wanted(str(tmp_path / "t"), "csv")
    output = table_files.beside(JsonOutput(stream, LOOK, script), files, "en")
    for event in new_session(banks.catalogue(small_root), "open").run(script, batch=True):
        output.put(event)
    output.end()
    assert sorted(path.name for path in (tmp_path / "t").iterdir()) == [
        "01-tabulate-notes.txt", "01-tabulate.csv", "02-regress-notes.txt", "02-regress.csv",
    ]  # fmt: skip
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    first = next(line for line in lines if line.get("kind") == "table")
    rows = list(csv.reader(StringIO((tmp_path / "t" / "01-tabulate.csv").read_text("utf-8"))))
    assert [int(row[1]) for row in rows[1:]] == [cells[0]["v"] for cells in first["cells"]]
    assert rows[1:] == [["Mann", "10"], ["Kvinne", "10"], ["Total", "20"]]


def test_a_workbook_waits_for_the_end(tmp_path: Path) -> None:
    """All tables in one file; without any there is no file."""

    class Nowhere:
        def put(self, event: object) -> None: ...

        def end(self) -> None: ...

    cases: tuple[list[Table | Model], ...] = ([table(), model()], [])
    for number, contents in enumerate(cases):
        folder = tmp_path / str(number)
        output = table_files.beside(Nowhere(), table_files.wanted(str(folder), "xlsx"), "nb")
        for content in contents:
            output.put(Result(Released(SEAL, content, CONTEXT)))
        output.end()
        assert [path.name for path in folder.iterdir()] == ["tables.xlsx"] * bool(contents)


def test_mistakes_are_told(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="--tables-as needs --tables"):
        table_files.wanted(None, "csv")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Trouble, match="cannot be made"):
        table_files.wanted(str(tmp_path / "file" / "below"), "csv")
    assert table_files.wanted(None, None) is None


def test_the_workbook_writer_is_loaded_only_for_workbooks() -> None:
    told = "import sys, kohort.table_files, kohort.render.files_csv, kohort.batch\n"
    told += "sys.stdout.write(str('xlsxwriter' in sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "False"
