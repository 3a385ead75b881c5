"""Texts of headings: categories by label or code, statistics by the heading catalogue."""

from __future__ import annotations

from kohort.disclosure.released import Cell, Key, Listing, Model, Status, Table
from kohort.messages import fill, find, sentence
from kohort.render.characters import clean
from kohort.render.look import Look
from kohort.render.numbers import COUNTS, grouped, is_percentile, number, written

_WORDS = frozenset({
    "skewness", "kurtosis", "s_k", "jarque_bera", "shapiro_wilk", "residual", "total",
})  # fmt: skip
"""Terms without a name of their own, which the catalogue names."""


def heading(key: Key, look: Look) -> str:
    """Give the text of a heading on one line."""
    match key.kind:
        case "code":
            return clean(_category(key, look))
        case "term" if key.code in {"_cons", "constant"} and key.label is None:
            return word("constant", look)
        case "term" if key.label is None:
            return word(str(key.code), look)
        case "equation" if key.label is None:
            return word(str(key.code), look)
        case "term" if key.label is None and key.code in _WORDS:
            return word(str(key.code), look)
        case "term" | "equation":
            return clean(_name(key.code if key.label is None else key.label))
        case "variable":
            return clean(_name(key.code))
        case "reference":
            words = {"name": _name(key.code), "label": key.label or ""}
            return clean(sentence("headings", "reference", words, look.language))
        case "statistic":
            return "" if key.code is None else word(str(key.code), look, level=key.label or "95")
        case "total" | "missing":
            return word(key.kind, look)


def word(code: str, look: Look, **words: str) -> str:
    """Give the catalogue's text of a heading; a code that the catalogue lacks stands for itself."""
    if text := find("headings", code, look.language):
        return clean(fill(text, words))
    return f"{code[1:]}%" if is_percentile(code) else clean(code)


def _category(key: Key, look: Look) -> str:
    if key.label is None or look.labels == "code":
        return _name(key.code)
    return key.label if look.labels == "label" else f"{_name(key.code)} {key.label}"


def _name(code: int | float | str | None) -> str:
    if isinstance(code, float):
        return number(code, "")
    return "" if code is None else str(code)


def column_headings(table: Table, look: Look) -> list[tuple[str, ...]]:
    """Give the texts over each column, outermost first.

    A flat table has one text for each column: codes joined by colons.
    """
    if table.flatten:
        codes = Look(look.language, labels="code")
        return [(":".join(_flat(key, codes) for key in column),) for column in table.columns]
    tested = {key.code for column in table.columns for key in column if key.kind == "statistic"}
    renamed = {"p": "p_t" if "t" in tested else "p_z" if "z" in tested else "p"}
    return [
        tuple(
            word(renamed[str(key.code)], look)
            if key.kind == "statistic" and key.code in renamed
            else heading(key, look)
            for key in column
        )
        for column in table.columns
    ]


def _flat(key: Key, look: Look) -> str:
    return clean(str(key.code)) if key.kind == "statistic" else heading(key, look)


def statistic(row: tuple[Key, ...], column: tuple[Key, ...]) -> str:
    """Give the statistic that decides a cell's format: the row's, the column's, or `freq`."""
    found = (key.code for key in (*row, *column) if key.kind == "statistic" and key.code)
    return str(next(found, "freq"))


def header(model: Model, look: Look, zero: str, blank: str = " ") -> list[tuple[str, str]]:
    """Give names and values of a model's header; degrees of freedom stand behind a statistic."""
    made: list[tuple[str, str]] = []
    for name, value in model.header:
        if name == "df" and isinstance(value, str) and made:
            made[-1] = (f"{made[-1][0]}({clean(value)})", made[-1][1])
        elif isinstance(value, Cell):
            text = written(value, name, zero, blank)
            made.append((word(name, look), grouped(text, blank) if look.grouped else text))
        else:
            told = find("words", value, look.language) if name == "errors" else None
            made.append((word(name, look), clean(told or value)))
    return made


def stub_texts(table: Table, look: Look) -> list[list[str]]:
    """Give each row's texts in the stub.

    A key that the row before has too is blank, unless the table is flat; levels of a factor are
    indented by two blanks.
    """
    texts: list[list[str]] = []
    before: tuple[Key, ...] = ()
    factor = ""
    for row in table.rows:
        factor = _factor(row, factor)
        line = []
        for place, key in enumerate(row):
            same = row[: place + 1] == before[: place + 1] and place + 1 < len(row)
            text = "" if same and not table.flatten else heading(key, look)
            line.append(f"  {text}" if factor and key.kind == "term" else text)
        texts.append(line)
        before = row
    return texts


def _factor(row: tuple[Key, ...], factor: str) -> str:
    """Give the factor whose levels are listed here: from its reference on, while names fit."""
    for key in row:
        if key.kind == "reference":
            return str(key.code)
        if key.kind == "term" and factor:
            name = str(key.code if key.label is None else key.label)
            return factor if name.startswith(f"{factor} = ") else ""
    return factor


def listed_rows(listing: Listing, blank: str = " ") -> list[tuple[str, ...]]:
    """Give the rows of a table of words, with the thousands of its counts grouped."""
    counted = [key in COUNTS for key in listing.headings]
    return [
        tuple(
            number(int(text), "n", blank) if count and text.isdecimal() else text
            for text, count in zip(row, counted, strict=True)
        )
        for row in listing.rows
    ]


def status_line(status: Status, look: Look, zero: str, blank: str = " ") -> str:
    """Give the sentence that a data command's result says."""
    numbers = {name: written(cell, "freq", zero, blank) for name, cell in status.numbers.items()}
    return clean(sentence("status", status.message, {**status.words, **numbers}, look.language))
