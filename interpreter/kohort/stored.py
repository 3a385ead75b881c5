"""Reads stored JSON field by field, with the place of every complaint in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from kohort.diagnostic import Diagnostic, ScriptError

_LARGEST = 512 * 1024 * 1024  # bytes; the real bank's metadata are a few megabytes
FIRST_DAY, LAST_DAY = -719162, 2932896  # years 1 to 9999: what a calendar date can show


class CatalogueError(ScriptError):
    """A databank or the configuration cannot be read; the diagnostic says which file and why."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(Diagnostic("unreadable-databank", message, hint=hint, severity="failure"))


def read_json(path: Path) -> Node:
    """Read a JSON file whose top is an object, or raise CatalogueError."""
    return Node(parse_json(read_text(path), str(path)), str(path))


def read_text(path: Path) -> str:
    """Read a file of UTF-8, or raise CatalogueError."""
    try:
        if path.stat().st_size > _LARGEST:
            raise CatalogueError(f"{path} is too large to be metadata")
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise CatalogueError(f"{path} is not JSON in UTF-8") from None


def parse_json(text: str, where: str) -> object:
    """Parse JSON, or raise the CatalogueError that says where it stood."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise CatalogueError(f"{where} is not JSON in UTF-8") from None


class Node:
    """A JSON object from a file, read by field; `where` says in words where it stands."""

    __slots__ = ("_fields", "_where")

    def __init__(self, value: object, where: str) -> None:
        self._where = where
        if not isinstance(value, dict):
            self.damaged("is not an object")
        self._fields: dict[str, Any] = value

    def damaged(self, complaint: str) -> NoReturn:
        """Raise the CatalogueError that names this place."""
        raise CatalogueError(f"{self._where} {complaint}")

    def __contains__(self, field: str) -> bool:
        return self._fields.get(field) is not None

    def text(self, field: str, default: str | None = None) -> str:
        """Give a text; a missing one is the default where there is one."""
        value = self._fields.get(field)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            self.damaged(f"has no text in '{field}'")
        return value

    def days(self, field: str) -> int | None:
        """Give a day number that a calendar can show, or None."""
        return self._day(self._fields.get(field), field)

    def _day(self, value: object, field: str) -> int | None:
        if value is None:
            return None
        if type(value) is not int or not FIRST_DAY <= value <= LAST_DAY:
            self.damaged(f"has no day number in '{field}'")
        return value

    def truth(self, field: str, default: bool) -> bool:
        """Give a truth value."""
        value = self._fields.get(field, default)
        if not isinstance(value, bool):
            self.damaged(f"has no truth value in '{field}'")
        return value

    def values(self, field: str) -> list[Any]:
        """Give a list, empty where the field is missing."""
        value = self._fields.get(field)
        if value is None:
            return []
        if not isinstance(value, list):
            self.damaged(f"has no list in '{field}'")
        return value

    def codes(self, field: str) -> list[str]:
        """Give a list of codes as texts; the platform writes texts, its users also integers."""
        values = self.values(field)
        if not all(type(value) in (str, int) for value in values):
            self.damaged(f"has a code that is neither text nor integer in '{field}'")
        return [str(value) for value in values]

    def code(self, field: str) -> str:
        """Give one code as text."""
        value = self._fields.get(field)
        if type(value) not in (str, int):
            self.damaged(f"has no code in '{field}'")
        return str(value)

    def day_list(self, field: str) -> tuple[int, ...]:
        """Give day numbers in ascending order, each once."""
        days = {self._day(value, field) for value in self.values(field)}
        return tuple(sorted(day for day in days if day is not None))

    def node(self, field: str) -> Node:
        """Give the object in a field."""
        return Node(self._fields.get(field), f"{self._where}, {field}")

    def nodes(self, field: str) -> Iterator[Node]:
        """Give the objects of a list."""
        place = f"{self._where}, {field}"
        return (Node(value, place) for value in self.values(field))

    def texts(self) -> Iterator[tuple[str, str]]:
        """Give all fields, whose values must be texts."""
        return ((field, self.text(field)) for field in self._fields)

    def named(self, words: str) -> Node:
        """Give the same object under a better name for complaints."""
        return Node(self._fields, words)
