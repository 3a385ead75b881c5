"""What has passed the filter: all that renderers accept, and how it crosses between processes.

This module imports nothing heavy, since the front end reads results with it. Only
`kohort.disclosure.release` holds the seal; `from_wire` is called by the worker's client alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, final

from kohort.disclosure.file_kinds import FILE_KINDS
from kohort.disclosure.released_figure import Figure, FigureKind, Role
from kohort.disclosure.released_table import STATES, Cell, Key, KeyKind, Note, State, Table
from kohort.disclosure.schema import TAG, WireError, plain, read

__all__ = [
    "KINDS",
    "STATES",
    "Cell",
    "Content",
    "Context",
    "Figure",
    "FigureKind",
    "Key",
    "KeyKind",
    "Lines",
    "Listing",
    "Model",
    "Note",
    "Paragraph",
    "Released",
    "Role",
    "Several",
    "State",
    "Status",
    "Table",
    "Text",
    "WireError",
    "from_wire",
    "to_wire",
]


@dataclass(frozen=True)
class Model:
    """An estimated model: a header of named numbers and words, and the coefficient table.

    A `df` of words such as `4, 9807` is drawn behind the statistic before it: `F(4, 9807)`.
    """

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
    """A table of words (catalogue entries, code lists); `headings` are keys of the catalogue."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.headings) for row in self.rows):
            raise ValueError("a row has other words than the headings")


@dataclass(frozen=True)
class Lines:
    """Preformatted lines (history, a script)."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """A document of paragraphs, listings and lines."""

    blocks: tuple[Paragraph | Listing | Lines, ...]


@dataclass(frozen=True)
class Several:
    """Results that one command gives together, in the order in which they are shown."""

    parts: tuple[Table | Model | Figure, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("a result has at least one part")


Content = Table | Model | Figure | Status | Text | Several
KINDS: Final = {
    "table": Table,
    "model": Model,
    "figure": Figure,
    "status": Status,
    "text": Text,
    "several": Several,
}


@dataclass(frozen=True)
class Context:
    """Where a result comes from; words and published numbers only.

    `population` holds the steps that led to the units (message section `history`), in order;
    `sources` the variables of the result, each with the register variables and dates that it is
    made of; `missing` what became of missing values: `left_out`, `shown`, or nothing where that is
    no question; `protection` what the filter did (message section `protection`) and how much it can
    have changed. `zero_display` is the profile's: how a published zero prints, `0` or the limit
    below which counts are not told, `<5`; `formats` the kinds of files that it may leave in (a
    study made before there were any says nothing, and was allowed to leave as it is).
    """

    profile: str = ""
    profile_hash: str = ""
    databanks: tuple[str, ...] = ()
    dataset: str = ""
    unit_type: str = ""
    population: tuple[Note, ...] = ()
    zero_display: str = "0"
    sources: tuple[tuple[str, tuple[str, ...]], ...] = ()
    missing: str = ""
    protection: tuple[Note, ...] = ()
    formats: tuple[str, ...] = FILE_KINDS

    def __post_init__(self) -> None:
        sign, digits = self.zero_display[:1], self.zero_display.removeprefix("<")
        if self.zero_display != "0" and not (sign == "<" and digits.isascii() and digits.isdigit()):
            raise ValueError("a zero prints as 0 or as below a limit")


class _Seal:
    """Only the release module has the one instance."""


_SEAL: Final = _Seal()


@final
class Released:
    """A result that has passed the filter."""

    __slots__ = ("_content", "_context")
    _content: Content
    _context: Context

    def __init__(self, seal: _Seal, content: Content, context: Context) -> None:
        if seal is not _SEAL:
            raise TypeError("only the disclosure module releases results")
        if type(content) not in KINDS.values():
            raise TypeError("a result is a table, a model, a figure, a status line or a text")
        object.__setattr__(self, "_content", content)
        object.__setattr__(self, "_context", context)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a released result does not change")

    def __init_subclass__(cls) -> None:
        raise TypeError("Released has no subclasses")

    @property
    def content(self) -> Content:
        """The table, model, figure, status line, text, or several of them."""
        return self._content

    @property
    def context(self) -> Context:
        """Profile, databanks and population that the result belongs to."""
        return self._context


def to_wire(released: Released) -> dict[str, Any]:
    """Give the JSON form of a released result: `kind`, `content` and `context`."""
    content = released.content
    kind = next(name for name, made in KINDS.items() if type(content) is made)
    made = plain(content)
    if isinstance(content, Text):
        _tag(content.blocks, made["blocks"])
    if isinstance(content, Several):
        _tag(content.parts, made["parts"])
    return {"kind": kind, "content": made, "context": plain(released.context)}


def _tag(blocks: tuple[object, ...], written: list[dict[str, Any]]) -> None:
    """Write beside each member of a union which of its classes it is."""
    for block, made in zip(blocks, written, strict=True):
        made[TAG] = type(block).__name__.lower()


def from_wire(message: object) -> Released:
    """Give the released result that `to_wire` wrote. Only the worker's client calls this.

    Raises `WireError` for an unknown kind, key, state or type, a grid whose sizes differ, a number
    in a withheld cell.
    """
    if not isinstance(message, dict) or message.keys() != {"kind", "content", "context"}:
        raise WireError("message: other keys than those of a result")
    kind = message["kind"]
    if type(kind) is not str or kind not in KINDS:
        raise WireError("message.kind: unknown kind")
    content = read(KINDS[kind], message["content"], "content")
    return Released(_SEAL, content, read(Context, message["context"], "context"))
