"""What has passed the filter: the only thing that renderers accept, and how it crosses the process boundary.

This module imports nothing heavy, since the front end reads results with it. Only `kohort.disclosure.release` holds the seal;
`from_wire` is called by the worker's client alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, final

State = Literal["shown", "zero", "hidden", "missing", "folded", "low", "high"]
STATES: Final = frozenset({"shown", "zero", "hidden", "missing", "folded", "low", "high"})


@dataclass(frozen=True)
class Cell:
    """One published number, already rounded.

    `zero`: prints as `0` or `<5` by the profile. `hidden`: withheld. `missing`: no value exists. `folded`: part of a note.
    `low`, `high`: a share printed as `<5 %` or `>95 %`.
    """

    v: float | int | None
    state: State = "shown"


@dataclass(frozen=True)
class Key:
    """A heading: a code of a variable, or a word of the heading catalogue.

    `kind`: `code` (with `code` and `label`), `variable` (name in `code`, title in `label`), `statistic` (`freq`, `mean` ...),
    `total`, `missing`, `term` (stable id in `code`, printed name in `label`), `reference` (the reference category of a factor).
    """

    kind: str
    code: int | float | str | None = None
    label: str | None = None


@dataclass(frozen=True)
class Note:
    """A line under a result: a message key and the words and released numbers put into it."""

    key: str
    words: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A grid. `stub` heads the row keys; every row has as many keys as `stub`, every column as many as `heads`.

    `cells[r][c]` belongs to `rows[r]` and `columns[c]`; the statistic that decides the number format is the row's or
    the column's key of kind `statistic`; without one it is `freq`.
    """

    title: str
    stub: tuple[Key, ...]
    rows: tuple[tuple[Key, ...], ...]
    columns: tuple[tuple[Key, ...], ...]
    cells: tuple[tuple[Cell, ...], ...]
    notes: tuple[Note, ...] = ()
    flatten: bool = False
    heads: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Model:
    """An estimated model: a header of named numbers and words, and the coefficient table."""

    title: str
    header: tuple[tuple[str, Cell | str], ...]
    table: Table
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Status:
    """The short line after a data command: a message key, names, and published numbers."""

    message: str
    words: Mapping[str, str]
    numbers: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True)
class Paragraph:
    """Prose in Markdown (help, text blocks)."""

    text: str


@dataclass(frozen=True)
class Listing:
    """A table of words (catalogue entries, code lists, datasets); `headings` are keys of the heading catalogue."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""


@dataclass(frozen=True)
class Lines:
    """Preformatted lines (history, a script)."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """A document of paragraphs, listings and lines."""

    blocks: tuple[Paragraph | Listing | Lines, ...]


Content = Table | Model | Status | Text
KINDS: Final = {"table": Table, "model": Model, "status": Status, "text": Text}


@dataclass(frozen=True)
class Context:
    """What a reader needs to know about where a result comes from; words and published numbers only."""

    profile: str = ""
    profile_hash: str = ""
    databanks: tuple[str, ...] = ()
    dataset: str = ""
    unit_type: str = ""
    population: tuple[str, ...] = ()


class _Seal:
    """Only the release module has the one instance."""


_SEAL: Final = _Seal()


@final
class Released:
    """A result that has passed the filter."""

    __slots__ = ("_content", "_context")

    def __init__(self, seal: _Seal, content: Content, context: Context) -> None:
        if seal is not _SEAL:
            raise TypeError("only the disclosure module releases results")
        object.__setattr__(self, "_content", content)
        object.__setattr__(self, "_context", context)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a released result does not change")

    def __init_subclass__(cls) -> None:
        raise TypeError("Released has no subclasses")

    @property
    def content(self) -> Content:
        """The table, model, status line or text."""
        content: Content = self._content  # type: ignore[attr-defined]
        return content

    @property
    def context(self) -> Context:
        """Profile, databanks and population that the result belongs to."""
        context: Context = self._context  # type: ignore[attr-defined]
        return context


def to_wire(released: Released) -> dict[str, Any]:
    """Give the JSON form of a released result."""
    content = released.content
    kind = next(name for name, made in KINDS.items() if type(content) is made)
    return {"kind": kind, "content": _plain(content), "context": asdict(released.context)}


def _plain(content: Content) -> dict[str, Any]:
    made = asdict(content)
    if isinstance(content, Text):
        blocks = [dict(asdict(b), block=type(b).__name__.lower()) for b in content.blocks]
        made["blocks"] = blocks
    return made
