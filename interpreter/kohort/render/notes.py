"""Lines under a result: its notes, and what its marks mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kohort.disclosure.released import Cell, Note
from kohort.messages import sentence
from kohort.render.characters import clean
from kohort.render.look import Look
from kohort.render.numbers import FIXED, number

SAID: Final = frozenset({"parts_may_not_add", "winsorised", "noisy_estimates"})
"""Notes that the line about a result's context says as well."""


def note_text(note: Note, look: Look, blank: str = " ", section: str = "notes") -> str:
    """Give one note as a sentence, by its text in a section of the messages.

    Whole numbers in it are written as counts, others by the format that the word's name has.
    """
    words = {name: _word(name, word, blank) for name, word in note.words.items()}
    text = sentence(section, note.key, words, look.language)
    # A probability may be a bound: "P = <0.001" reads "P < 0.001".
    return clean(text.replace(" = <", " < "))


def _word(name: str, word: str | int | float, blank: str) -> str:
    if isinstance(word, str):
        return word
    if isinstance(word, int):
        return number(word, "freq", blank)
    return number(word, name if name in FIXED else "f", blank)


def note_lines(
    notes: Sequence[Note], cells: Sequence[Sequence[Cell]], look: Look, blank: str = " "
) -> list[str]:
    """Give the sentences under a result, each once; explains the mark of withheld cells if any."""
    told = [note for note in notes if not (look.context and note.key in SAID)]
    lines = [note_text(note, look, blank) for note in told]
    if any(cell.state in {"hidden", "folded"} for line in cells for cell in line):
        lines.append(sentence("legend", "hidden", {}, look.language))
    return list(dict.fromkeys(lines))
