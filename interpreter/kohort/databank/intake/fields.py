"""Reads the JSON of an owner's description by field, collecting every complaint with its path."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, Final

from kohort.databank.definition import epoch_day
from kohort.databank.intake.problems import Findings, shown
from kohort.diagnostic import nearest

_LANGUAGES: Final = ("no", "nb", "nn", "en")
"""Languages of a description, the one that is stored first."""


class Fields:
    """One JSON object of a description; what is wrong goes to `findings`, and reading goes on."""

    def __init__(self, value: object, path: str, findings: Findings) -> None:
        self.path = path
        self.findings = findings
        self.given: dict[str, Any] = {}
        if isinstance(value, dict):
            self.given = value
        else:
            findings.add(f"{path or 'the description'} is not an object")

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, complaint: str) -> None:
        """Note what is wrong with a field."""
        self.findings.add(f"{self._at(key)} {complaint}")

    def __contains__(self, key: str) -> bool:
        return self.given.get(key) is not None

    def only(self, known: Collection[str]) -> None:
        """Complain of keys that are not known."""
        for key in self.unknown(known):
            near = nearest(key, known)
            self.wrong(key, "is not known" + (f", did you mean '{near}'?" if near else ""))

    def unknown(self, known: Collection[str]) -> list[str]:
        """Give the keys that are not known."""
        return [key for key in self.given if key not in known]

    def word(self, key: str, allowed: Sequence[str]) -> str:
        """Give one of some words, or the first of them where there is something else."""
        value = self.given.get(key)
        if value is None:
            self.wrong(key, "is missing")
        elif value not in allowed:
            near = nearest(str(value), allowed)
            more = f", did you mean '{near}'?" if near else f", it is one of {', '.join(allowed)}"
            self.wrong(key, f"is {shown(value)}" + more)
        else:
            return str(value)
        return allowed[0]

    def plain(self, key: str) -> str | None:
        """Give a text or None."""
        value = self.given.get(key)
        if value is not None and not isinstance(value, str):
            self.wrong(key, "is not a text")
            return None
        return value

    def text(self, key: str, required: bool = True) -> str:
        """Give a text of several languages in the one that is stored."""
        value = self.given.get(key)
        if value is None:
            if required:
                self.wrong(key, "is missing")
            return ""
        return self._spoken(key, value)

    def _spoken(self, key: str, value: object) -> str:
        if not isinstance(value, list) or not value:
            self.wrong(key, "is not a list of texts with languageCode and value")
            return ""
        said: dict[str, str] = {}
        for item in value:
            language = item.get("languageCode") if isinstance(item, dict) else None
            text = item.get("value") if isinstance(item, dict) else None
            if language not in _LANGUAGES:
                self.wrong(key, f"has a languageCode that is not one of {', '.join(_LANGUAGES)}")
            elif not isinstance(text, str) or not text.strip():
                self.wrong(key, f"has no text for '{language}'")
            else:
                said[language] = text.strip()
        return next((said[language] for language in _LANGUAGES if language in said), "")

    def text_lists(self, key: str) -> tuple[str, ...]:
        """Give a list of texts, each of several languages; at least one."""
        value = self.given.get(key)
        if not isinstance(value, list) or not value:
            self.wrong(key, "is missing" if value is None else "is not a list of lists of texts")
            return ()
        return tuple(self._spoken(f"{key}[{place}]", item) for place, item in enumerate(value))

    def day(self, key: str, required: bool = False) -> int | None:
        """Give a date YYYY-MM-DD as days since 1970-01-01, or None."""
        value = self.given.get(key)
        if value is None:
            if required:
                self.wrong(key, "is missing")
            return None
        try:
            if not isinstance(value, str) or len(value) != 10:
                raise ValueError
            date.fromisoformat(value)
        except ValueError:
            self.wrong(key, f"is {shown(value)}, not a date YYYY-MM-DD")
            return None
        return epoch_day(value)

    def inner(self, key: str) -> Fields:
        """Give the object in a field; a missing one is complained of."""
        if self.given.get(key) is None:
            self.wrong(key, "is missing")
            return Fields({}, self._at(key), self.findings)
        return Fields(self.given[key], self._at(key), self.findings)

    def one(self, key: str) -> Fields:
        """Give the object of a list that must hold exactly one."""
        value = self.given.get(key)
        if not isinstance(value, list) or len(value) != 1:
            self.wrong(key, "is missing" if value is None else "is not a list of exactly one")
            return Fields({}, self._at(key), Findings(""))
        return Fields(value[0], f"{self._at(key)}[0]", self.findings)

    def each(self, key: str) -> Iterator[Fields]:
        """Give the objects of a list, none where it is missing."""
        value = self.given.get(key)
        if value is not None and not isinstance(value, list):
            self.wrong(key, "is not a list")
            return
        for place, item in enumerate(value or ()):
            yield Fields(item, f"{self._at(key)}[{place}]", self.findings)
