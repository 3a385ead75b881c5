"""Texts by key and language: both languages say the same things, and say all that is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort import HOME
from kohort.diagnostic import Diagnostic, Span
from kohort.messages import (
    fill,
    find,
    languages,
    placeholders,
    sentence,
    texts,
    translated,
    wordings,
)
from kohort.render import Look, render

STATUS = {
    "created": {"dataset"},
    "active": {"dataset"},
    "cloned": {"source", "new"},
    "deleted": {"dataset"},
    "renamed_dataset": {"old", "new"},
    "imported": {"dataset", "variable", "alias", "date", "units"},
    "kept": {"dataset", "units"},
    "dropped": {"dataset", "units"},
    "sampled": {"dataset", "units"},
    "merged": {"variables", "source", "target"},
    "collapsed": {"dataset", "by", "units"},
    "generated": {"name"},
    "replaced": {"name"},
    "recoded": {"names"},
    "renamed": {"old", "new"},
    "cloned_variables": {"names"},
    "destringed": {"names"},
    "labels_defined": {"list"},
    "labels_assigned": {"variable", "list"},
    "dropped_variables": {"names"},
    "kept_variables": {"names"},
    "connected": {"bank", "version", "alias"},
    "bound": {"name", "value"},
    "saved": {"file"},
    "edited": {"file"},
}


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    """No text is missing, left over, empty, or takes other words than its twin."""
    for read in (texts, wordings):
        same_keys(read("en"), read("nb"))


def same_keys(
    english: Mapping[str, Mapping[str, str]], norwegian: Mapping[str, Mapping[str, str]]
) -> None:
    assert english.keys() == norwegian.keys()
    for section, told in english.items():
        assert told.keys() == norwegian[section].keys(), section
        for key, text in told.items():
            other = norwegian[section][key]
            assert placeholders(text) == placeholders(other), (section, key)
            assert (not text.strip()) == (not other.strip()), (section, key)
            assert text.strip() or (section, key) == ("severity", "error")


def test_there_are_english_and_norwegian_texts() -> None:
    """The two languages of decision 7, and nothing that a path could reach besides."""
    assert languages() == ("en", "nb")
    for unknown in ("de", "../profiles/default", ""):
        with pytest.raises(LookupError):
            texts(unknown)


@pytest.mark.parametrize("key", STATUS)
@pytest.mark.parametrize("language", ["en", "nb"])
def test_every_status_line_says_all_its_words(key: str, language: str) -> None:
    """Each word that a command gives is in the sentence, and none is asked for in vain."""
    words = {name: f"<{name}>" for name in STATUS[key]}
    told = sentence("status", key, words, language)
    assert "?" not in told
    assert all(word in told for word in words.values())
    assert not re.search(r"[{}\[\]|]", told)


def test_every_message_that_commands_name_has_a_text() -> None:
    """The keys of status lines in the library's commands are keys of the catalogue."""
    used: set[str] = set()
    for path in (HOME / "stdlib" / "commands").glob("*.py"):
        used |= set(re.findall(r'(?:Done|size)\(\s*"(\w+)"', path.read_text(encoding="utf-8")))
    assert used
    assert {key for key in used if find("status", key) is None} == set()


def test_every_heading_that_listings_name_has_a_text() -> None:
    """Keys of headings in listings, here and in the library, are keys of the catalogue."""
    used: set[str] = set()
    for folder in (HOME / "stdlib" / "commands", HOME / "interpreter" / "kohort" / "disclosure"):
        for path in folder.glob("*.py"):
            text = path.read_text(encoding="utf-8")
            for found in re.findall(r"(?:Listing\(|HEADINGS = )\(([^()]*)\)", text):
                used |= set(re.findall(r'"(\w+)"', found))
    assert "variable" in used
    assert {key for key in used if find("headings", key) is None} == set()


def test_every_note_that_results_carry_has_a_text() -> None:
    """The keys of notes in the disclosure modules are keys of the catalogue."""
    used: set[str] = set()
    for path in (HOME / "interpreter" / "kohort" / "disclosure").glob("*.py"):
        used |= set(re.findall(r'Note\(\s*"(\w+)"', path.read_text(encoding="utf-8")))
    assert used
    assert {key for key in used if find("notes", key) is None} == set()


@pytest.mark.parametrize(
    ("text", "words", "made"),
    [
        ("{a} and {b}", {"a": "x", "b": "y"}, "x and y"),
        ("{n:unit|units} left", {"n": "1"}, "1 unit left"),
        ("{n:unit|units} left", {"n": "98 412"}, "98 412 units left"),
        ("{n:unit|units} left", {"n": ".."}, ".. units left"),
        ("a[, at {date}]", {"date": "2020-01-01"}, "a, at 2020-01-01"),
        ("a[, at {date}]", {"date": ""}, "a"),
        ("a[, {b} of {c}].", {"b": "x"}, "a."),
        ("{a}[ from {b}][, {c}]", {"a": "x", "b": "y", "c": "z"}, "x from y, z"),
        ("{a}[ from {b}][, {c}]", {"a": "x", "b": "x", "c": "z"}, "x, z"),
        ("{a}", {}, "?"),
        ("{a} {b}", {"a": "{b}", "b": "[c]"}, "{b} [c]"),
        ("${name} = {value}", {"name": "x", "value": "3"}, "$x = 3"),
    ],
)
def test_texts_are_filled_with_words(text: str, words: dict[str, str], made: str) -> None:
    """Words, plurals, optional parts; what a word holds is never read as a placeholder."""
    assert fill(text, words) == made


words = st.from_regex(r"[\w æøå.-]{1,20}", fullmatch=True)


@given(words, words)
def test_diagnostics_are_translated_by_their_texts(name: str, dataset: str) -> None:
    """The words of the English sentence stand in the Norwegian one."""
    text = wordings("en")["diagnostics"]["unknown-variable"]
    told = fill(text, {"name": name, "dataset": dataset})
    made = translated("diagnostics", "unknown-variable", told, "nb")
    assert made == f"det er ingen variabel '{name}' i datasettet '{dataset}'"
    assert translated("diagnostics", "unknown-variable", told, "en") == told


def test_a_diagnostic_without_a_text_keeps_its_words() -> None:
    """Severity, place and hint are translated; an unknown message is shown as it is."""
    source = "keep if sx == 1"
    diagnostic = Diagnostic("new-code", "as written", Span(8, 10), "did you mean 'sex'?", "refusal")
    assert render(diagnostic, Look("nb"), source=source).split("\n") == [
        "avvist new-code linje 1: as written",
        "  keep if sx == 1",
        "          ^^",
        "  tips: mente du 'sex'?",
    ]
