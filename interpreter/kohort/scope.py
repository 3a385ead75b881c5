"""What is in sight while a script is checked: datasets, variables, types, labels, bindings.

No data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

from kohort import wording
from kohort.diagnostic import Diagnostic, Span, nearest, suggestion, wrong
from kohort.history import History, Step, texts
from kohort.phrases import Path, Word

if TYPE_CHECKING:
    from kohort.catalogue import Catalogue, Databank, RegisterVariable


class Type(Enum):
    """The type of a variable or expression.

    `KEY` is a pseudonym (a unit identifier or a reference to one); `UNKNOWN` stands for a variable
    whose definition was already reported as wrong, and fits everywhere so that one mistake gives
    one error.
    """

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    KEY = "key"
    UNKNOWN = "unknown"

    @property
    def numeric(self) -> bool:
        """Whether arithmetic and statistics are possible."""
        return self in (Type.INTEGER, Type.DECIMAL, Type.UNKNOWN)


class Kind(StrEnum):
    """How a dataset came about, which decides what may be imported into it (language 2.5)."""

    EMPTY = "empty"
    UNITS = "units"
    CROSS_SECTION = "cross-section"
    EVENT = "event"
    PANEL = "panel"
    AGGREGATED = "aggregated"


Code = int | float | str


@dataclass(frozen=True)
class Labels:
    """Code and label pairs in their order, and the codes flagged as missing by `recode`."""

    pairs: tuple[tuple[Code, str], ...] = ()
    missing: frozenset[Code] = frozenset()

    def label(self, code: Code) -> str | None:
        """Give the label of a code, or None."""
        return self.mapping.get(code)

    @property
    def mapping(self) -> dict[Code, str]:
        """Codes to labels, in order."""
        return dict(self.pairs)

    def extended(self, pairs: Iterable[tuple[Code, str]], missing: Iterable[Code] = ()) -> Labels:
        """Give these labels with the pairs added, replacing labels of the same code."""
        merged = {**self.mapping, **dict(pairs)}
        return Labels(tuple(merged.items()), self.missing | frozenset(missing))


@dataclass(frozen=True)
class Variable:
    """One column as the checker knows it.

    `codes` is the register's complete code list at the date of import (None for derived variables
    and open domains): tables show it whole, so that which categories appear says nothing about the
    data. `domain` is the kind of identifier that a key holds (`FNR`, `ORGNR` ..., or `KOMMUNE`),
    for matching in `merge`; `unit_type` what it identifies. `binary` follows from metadata or the
    expression, never from data. `meaning` is the normalised definition for the canonical wording.
    `source` says where it came from in words (`INNTEKT_WLONN 2022-12-31`), or None for derived
    variables. `times` marks the time of a panel: its values in order, each with the text that it
    has in the names of variables; it follows from the script, never from data.
    """

    name: str
    type: Type
    meaning: wording.Meaning
    labels: Labels | None = None
    codes: tuple[Code, ...] | None = None
    domain: str | None = None
    unit_type: str | None = None
    binary: bool = False
    sensitive: bool = False
    source: str | None = None
    title: str | None = None
    times: tuple[tuple[int | str, str], ...] = ()


@dataclass(frozen=True)
class Shape:
    """What is known of a dataset without its data. Never changed in place.

    `population` is the normalised history of the unit set, `history` tells it in the script's own
    words. `public` marks datasets collapsed to units that are not protected (municipalities,
    years): their rows are published numbers. `protected` names the unit types whose record keys
    ride along.
    """

    name: str
    kind: Kind = Kind.EMPTY
    unit_type: str | None = None
    key: Variable | None = None
    variables: Mapping[str, Variable] = field(default_factory=dict)
    population: wording.Population = wording.EVERYBODY
    public: bool = False
    event: str | None = None
    history: History = field(default=(), compare=False)

    def find(self, name: str) -> Variable | None:
        """Give the variable or key of this name, or None."""
        if self.key is not None and name == self.key.name:
            return self.key
        return self.variables.get(name)

    def sensitive(self, names: Iterable[str]) -> bool:
        """Whether any of these variables is sensitive, and with it what is made of them."""
        found = (self.find(name) for name in names)
        return any(variable is not None and variable.sensitive for variable in found)

    def with_variables(self, *added: Variable) -> Shape:
        """Give the shape with variables added or replaced (a replaced one keeps its position)."""
        return replace(self, variables={**self.variables, **{v.name: v for v in added}})

    def without(self, names: Iterable[str]) -> Shape:
        """Give the shape without these variables."""
        gone = set(names)
        left = {name: v for name, v in self.variables.items() if name not in gone}
        return replace(self, variables=left)

    def after(self, step: str, **words: object) -> Shape:
        """Give the shape with one more step in the history that readers are told."""
        return replace(self, history=(*self.history, Step(step, texts(words))))


BindingValue = int | float | str | Word
"""What a binding holds: a number, a text, or a symbol (a `Word`)."""


class Scope:
    """The session as the checker sees it; `check` of each command moves it on.

    The same object drives running: a statement is checked against it, then run. `copy` is cheap,
    since shapes never change in place.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.banks: dict[str, Databank] = {}
        self.datasets: dict[str, Shape] = {}
        self.active: str | None = None
        self.code_lists: dict[str, Labels] = {}
        self.bindings: dict[str, BindingValue] = {}
        self.settings: dict[str, str] = {}
        self.loops = 0
        self.sample_buckets = 16
        self.sample_rounded = True
        self.sources: dict[tuple[Databank, str], RegisterVariable] = {}
        """Register variables asked for so far, whatever was cleared since: what a study names."""
        self.diagnostics: list[Diagnostic] = []

    def copy(self) -> Scope:
        """Give an independent scope in the same state, without the diagnostics."""
        other = Scope(self.catalogue)
        other.banks = dict(self.banks)
        other.datasets = dict(self.datasets)
        other.active = self.active
        other.code_lists = dict(self.code_lists)
        other.bindings = dict(self.bindings)
        other.settings = dict(self.settings)
        other.loops = self.loops
        other.sample_buckets = self.sample_buckets
        other.sample_rounded = self.sample_rounded
        other.sources = dict(self.sources)
        return other

    def restore(self, saved: Scope) -> None:
        """Go back to a saved state (a `copy`)."""
        for name, value in vars(saved.copy()).items():
            setattr(self, name, value)

    def clear(self) -> None:
        """Forget everything but the catalogue and what is being told."""
        told, sources = self.diagnostics, self.sources
        self.restore(Scope(self.catalogue))
        self.diagnostics, self.sources = told, sources

    def report(self, diagnostic: Diagnostic) -> None:
        """Collect a diagnostic (a notice, or one of several errors) and go on."""
        self.diagnostics.append(diagnostic)

    def notice(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        """Collect a notice: nothing is wrong, but the user should know."""
        self.report(Diagnostic(code, message, span, hint, "notice"))

    # ---- datasets

    def shape(self, span: Span) -> Shape:
        """Give the active dataset, or raise `no-active-dataset`."""
        if self.active is None:
            wrong(
                "no-active-dataset",
                "there is no active dataset",
                span,
                "start with 'create-dataset NAME' or choose one with 'use NAME'",
            )
        return self.datasets[self.active]

    def filled(self, span: Span) -> Shape:
        """Give the active dataset, or raise `empty-dataset` while nothing has been imported."""
        shape = self.shape(span)
        if shape.kind is Kind.EMPTY:
            wrong("empty-dataset", f"'{shape.name}' is empty", span, "'import' something first")
        return shape

    def dataset(self, word: Word) -> Shape:
        """Give the dataset of this name, or raise `unknown-dataset` with the nearest."""
        if word.text not in self.datasets:
            known = ", ".join(list(self.datasets)[:6])
            hint = suggestion(word.text, self.datasets) or (f"there is: {known}" if known else None)
            wrong("unknown-dataset", f"there is no dataset '{word.text}'", word.span, hint)
        return self.datasets[word.text]

    def new_dataset(self, word: Word) -> None:
        """Check that a dataset of this name may be made."""
        if word.text in self.datasets:
            hint = f"'use {word.text}' makes it active, 'delete-dataset {word.text}' removes it"
            wrong("dataset-exists", f"a dataset '{word.text}' exists already", word.span, hint)

    def update(self, shape: Shape) -> None:
        """Put the changed shape of a dataset in place."""
        self.datasets[shape.name] = shape

    # ---- variables

    def find(self, word: Word, shape: Shape | None = None) -> Variable:
        """Give the variable or key of this name here, or raise `unknown-variable`."""
        inside = self.shape(word.span) if shape is None else shape
        found = inside.find(word.text)
        if found is None:
            wrong(
                "unknown-variable",
                f"there is no variable '{word.text}' in dataset '{inside.name}'",
                word.span,
                self._where(word, inside),
            )
        return found

    def _where(self, word: Word, inside: Shape) -> str | None:
        near = nearest(word.text, inside.variables)
        if near is not None:
            return f"did you mean '{near}'?"
        others = [n for n, s in self.datasets.items() if n != inside.name and s.find(word.text)]
        if others:
            return f"dataset '{others[0]}' has it: 'use {others[0]}' first"
        return "'import' something first" if inside.kind is Kind.EMPTY else None

    def new_variable(self, word: Word, shape: Shape | None = None) -> None:
        """Check that a variable of this name may be made in the active (or given) dataset."""
        inside = self.shape(word.span) if shape is None else shape
        if not word.text.isidentifier():
            wrong(
                "not-a-name",
                f"'{word.text}' cannot be the name of a variable",
                word.span,
                "a name begins with a letter or _ and holds letters, digits and _",
            )
        if inside.find(word.text) is not None:
            wrong(
                "variable-exists",
                f"a variable '{word.text}' exists already in dataset '{inside.name}'",
                word.span,
                f"use 'replace {word.text} = ...' to change it, or choose another name",
            )

    # ---- databanks

    def register_variable(self, path: Path) -> tuple[Databank, RegisterVariable]:
        """Give bank and entry of `alias/NAME`, or raise `unknown-...`."""
        bank = self.banks.get(path.alias.text)
        if bank is None:
            hint = (
                suggestion(path.alias.text, self.banks)
                or "connect with 'require BANK:VERSION as NAME'"
            )
            wrong(
                "unknown-alias",
                f"no databank is connected as '{path.alias.text}'",
                path.alias.span,
                hint,
            )
        entry = bank.find(path.name.text)
        if entry is None:
            wrong(
                "unknown-register-variable",
                f"databank '{bank.name}' has no variable '{path.name.text}'",
                path.name.span,
                bank.suggest(path.name.text),
            )
        self.sources[bank, entry.name] = entry
        return bank, entry
