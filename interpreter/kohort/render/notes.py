"""Lines under a result: its notes, and what its marks mean."""

from __future__ import annotations

from collections.abc import Sequence

from kohort.disclosure.released import Cell, Note
from kohort.messages import sentence
from kohort.render.characters import clean
from kohort.render.look import Look
from kohort.render.numbers import FIXED, number


def note_text(note: Note, look: Look, blank: str = " ") -> str:
    """Give one note as a sentence.

    Whole numbers in it are written as counts, others by the format that the word's name has.
    """
    words = {name: _word(name, word, blank) for name, word in note.words.items()}
    text = sentence("notes", note.key, words, look.language)
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
    lines = [note_text(note, look, blank) for note in notes]
    if any(cell.state in {"hidden", "folded"} for line in cells for cell in line):
        lines.append(sentence("legend", "hidden", {}, look.language))
    return list(dict.fromkeys(lines))
