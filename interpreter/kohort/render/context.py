"""Where a result comes from, in words: one line under a result, all of it in reports and JSON."""

from __future__ import annotations

from typing import Any, Final

from kohort.disclosure.released import Content, Context, Note, Status, Text
from kohort.messages import find, sentence
from kohort.render.characters import breadth, clean, shortened
from kohort.render.look import Look
from kohort.render.notes import note_text

_BETWEEN: Final = "; "
_FILTERS: Final = frozenset({"kept", "where"})


def concerns(content: Content) -> bool:
    """Tell whether a result shows numbers of units, so that readers ask where they come from."""
    return not isinstance(content, Status | Text)


def context_lines(context: Context, look: Look) -> list[str]:
    """Give the line under a result: units and filters, missing values, what protection did.

    None where a result is not about units. What does not fit the width goes on in the next line.
    """
    if not context.dataset:
        return []
    missing = find("briefly", context.missing, look.language) if context.missing else ""
    brief = [missing, *(brief_text(note, look) for note in context.protection)]
    parts = [_filtered(context, look), *dict.fromkeys(text for text in brief if text)]
    if look.width is None:
        return [_BETWEEN.join(parts)]
    lines = [shortened(parts[0], look.width)]
    for part in parts[1:]:
        longer = f"{lines[-1]}{_BETWEEN}{part}"
        if breadth(longer) <= look.width:
            lines[-1] = longer
        else:
            lines.append(shortened(part, look.width))
    return lines


def brief_text(note: Note, look: Look) -> str:
    """Give an effect of protection in a few words, or nothing where only reports tell it."""
    return note_text(note, look, section="briefly") if find("briefly", note.key) else ""


def _filtered(context: Context, look: Look) -> str:
    """Give the units, and the conditions that hold for all of them."""
    conditions = [
        clean(str(note.words.get("condition", "")))
        for note in context.population
        if note.key in _FILTERS
    ]
    units = unit_word(context.unit_type, look) or context.dataset
    if not conditions:
        return units
    return f"{units} {sentence('briefly', 'where', {}, look.language)} {', '.join(conditions)}"


def unit_word(unit_type: str, look: Look) -> str:
    """Give what units of a type are called, in the plural; a type without a word names itself."""
    return clean(find("units", unit_type, look.language) or unit_type.lower())


def steps(context: Context, look: Look) -> list[str]:
    """Give the steps that led to the units of a result, in order."""
    return [_step(note, look) for note in context.population]


def _step(note: Note, look: Look) -> str:
    unit = str(note.words.get("unit", ""))
    words = {**note.words, "unit": unit_word(unit, look)} if unit else note.words
    return note_text(Note(note.key, words), look, section="history")


def effect_texts(context: Context, look: Look, blank: str = " ") -> list[str]:
    """Give what protection did, and how much it can have changed, a sentence each."""
    return [note_text(note, look, blank, "protection") for note in context.protection]


def context_object(context: Context, look: Look) -> dict[str, Any]:
    """Give the JSON object of a context; its sentences in the reader's language."""
    effects = zip(context.protection, effect_texts(context, look), strict=True)
    return {
        "profile": context.profile,
        "profile_hash": context.profile_hash,
        "databanks": list(context.databanks),
        "dataset": context.dataset,
        "unit_type": context.unit_type,
        "population": steps(context, look),
        "zero_display": context.zero_display,
        "sources": [{"name": name, "from": list(origins)} for name, origins in context.sources],
        "missing": context.missing,
        "protection": [
            {"key": note.key, "words": dict(note.words), "text": text} for note, text in effects
        ],
        "formats": list(context.formats),
    }
