"""Finds register variables by words of their names, titles, descriptions, codes and labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING

from kohort.folding import fold, pairs_of_letters, synonyms, words
from kohort.register import Pairs, RegisterVariable

if TYPE_CHECKING:
    from kohort.catalogue import Databank

# What a word in each field is worth, and how sure each way of matching is. Chosen by hand so that
# a title beats a label, and any exact word beats any part of a word in the same field. An English
# title is given to the variables that published scripts use, so these go first among equals.
_TITLE, _NAME, _LABEL, _CODE, _DESCRIPTION, _IN_USE = 4.0, 4.0, 2.0, 1.5, 1.0, 0.5
_EXACT, _PREFIX, _STEM, _INSIDE, _SYNONYM, _LIKE = 1.0, 0.8, 0.7, 0.5, 0.7, 0.4
_LIKENESS = 0.72  # ratio of matching letters from which two words may be the same, misspelt
_WHOLE_NAME = 100.0

Scores = dict[int, float]


@dataclass(frozen=True)
class Match:
    """A variable found in an index; `label` is the `code label` pair that holds a word, or None."""

    variable: RegisterVariable
    score: float
    label: str | None


@dataclass(frozen=True)
class Hit:
    """A variable found in a databank."""

    bank: Databank
    variable: RegisterVariable
    score: float
    label: str | None


def search(text: str, banks: Iterable[Databank], limit: int = 20) -> tuple[Hit, ...]:
    """Give the variables that fit the words best, best first, over all the banks.

    Offline, in Norwegian and English, without regard to case and diacritics. Every word must fit
    (whole, beginning, part, synonym, or misspelt); only where no variable fits every word, those
    that fit the most of them are given.
    """
    hits = [
        Hit(bank, match.variable, match.score, match.label)
        for bank in banks
        for match in bank.index.search(text, limit)
    ]
    hits.sort(key=lambda hit: (-hit.score, hit.variable.name, hit.bank.name))
    return tuple(hits[:limit])


class Index:
    """The words of a databank's variables, each with the variables that have it."""

    def __init__(self, variables: Iterable[RegisterVariable]) -> None:
        self._variables = tuple(variables)
        self._names: dict[str, Scores] = {}
        self._fields: tuple[dict[str, Scores], ...] = ({}, {}, {}, {})
        self._lists: dict[Pairs, list[int]] = {}
        self._in_lists: dict[str, dict[int, float]] = {}
        self._splits: dict[str, list[str]] = {}
        for place, variable in enumerate(self._variables):
            self._add(place, variable)
        self._list_users = list(self._lists.values())
        for place, pairs in enumerate(self._lists):
            self._add_list(place, pairs)

    def search(self, text: str, limit: int = 20) -> tuple[Match, ...]:
        """Give the best matches, best first."""
        asked = text.split()
        if not asked:
            return ()
        found: Scores = {}
        fitting: Counter[int] = Counter()
        for piece in asked:
            for place, score in self._piece(piece).items():
                found[place] = found.get(place, 0.0) + score
                fitting[place] += 1
        most = max(fitting.values(), default=0)
        for place in found:
            found[place] += _IN_USE if self._variables[place].title_en else 0.0
        ranked = sorted(
            (place for place in found if fitting[place] == most),
            key=lambda place: (-found[place], self._variables[place].name),
        )
        return tuple(
            Match(self._variables[p], round(found[p], 3), self._label(p, asked))
            for p in ranked[:limit]
        )

    # ---- building

    def _add(self, place: int, variable: RegisterVariable) -> None:
        self._names.setdefault(fold(variable.name), {})[place] = _WHOLE_NAME
        texts = (
            (variable.name, _NAME),
            (variable.title, _TITLE),
            (variable.title_en or "", _TITLE),
            (variable.description, _DESCRIPTION),
        )
        for (text, worth), field in zip(texts, self._fields, strict=True):
            parts = self._split(text)
            for word in dict.fromkeys(parts):
                # A title of one word says more of the variable than one of ten.
                share = worth + 1 / len(parts)
                field.setdefault(word, {})[place] = share
        pairs = variable.labels_at(None)
        if pairs:
            self._lists.setdefault(pairs, []).append(place)

    def _add_list(self, place: int, pairs: Pairs) -> None:
        """Enter a code list once, however many variables use it."""
        for code, label in pairs:
            self._in_lists.setdefault(fold(str(code)), {})[place] = _CODE
            for word in self._split(label):
                self._in_lists.setdefault(word, {})[place] = _LABEL

    def _split(self, text: str) -> list[str]:
        found = self._splits.get(text)
        if found is None:
            found = self._splits[text] = words(text)
        return found

    @cached_property
    def _vocabulary(self) -> tuple[str, ...]:
        return tuple(set(self._in_lists).union(*self._fields))

    @cached_property
    def _by_letters(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word in self._vocabulary:
            for pair in set(pairs_of_letters(word)):
                found.setdefault(pair, []).append(word)
        return found

    # ---- looking up

    def _piece(self, piece: str) -> Scores:
        """Score the variables that fit one piece of the query: a word, name, or code."""
        parts = words(piece)
        if parts != [fold(piece)]:
            whole = self._gather({fold(piece): _EXACT})
            whole.update(self._names.get(fold(piece), {}))
            if whole or not parts:
                return whole
        scored = [self._word(part) for part in parts]
        everywhere = set(scored[0]).intersection(*scored[1:])
        return {p: sum(s[p] for s in scored) / len(scored) for p in everywhere}

    def _word(self, word: str) -> Scores:
        sure = self._matching(word, 1.0)
        for same in synonyms().get(word, ()):
            for found, certainty in self._matching(same, _SYNONYM).items():
                sure[found] = max(sure.get(found, 0.0), certainty)
        return self._gather(sure or self._similar(word))

    def _matching(self, word: str, worth: float) -> dict[str, float]:
        """Give the known words that are, begin with, stem from or hold this one."""
        found: dict[str, float] = {}
        parts = len(word) >= 3
        for known in self._vocabulary:
            if known.startswith(word):
                found[known] = worth * (_EXACT if len(known) == len(word) else _PREFIX)
            elif parts and word in known:
                found[known] = worth * _INSIDE
            elif len(known) >= 4 and word.startswith(known) and len(word) <= len(known) + 3:
                found[known] = worth * _STEM
        return found

    def _similar(self, word: str) -> dict[str, float]:
        if len(word) < 4:
            return {}
        shared: Counter[str] = Counter()
        for pair in set(pairs_of_letters(word)):
            shared.update(self._by_letters.get(pair, ()))
        likely = sorted(shared, key=lambda known: -shared[known] / (len(known) + len(word)))
        matcher = SequenceMatcher(b=word, autojunk=False)
        found: dict[str, float] = {}
        for known in likely[:40]:
            matcher.set_seq1(known)
            ratio = matcher.ratio()
            if ratio >= _LIKENESS:
                found[known] = _LIKE * ratio
        return found

    def _gather(self, matching: Mapping[str, float]) -> Scores:
        """Add up, over the fields, the best that any of the words is worth there."""
        found: Scores = {}
        for field in self._fields:
            for place, score in _best(field, matching).items():
                found[place] = found.get(place, 0.0) + score
        for number, score in _best(self._in_lists, matching).items():
            for place in self._list_users[number]:
                found[place] = found.get(place, 0.0) + score
        return found

    # ---- showing

    def _label(self, place: int, asked: Iterable[str]) -> str | None:
        """Give the code and label that hold a word of the query which name and title lack."""
        variable = self._variables[place]
        shown = fold(f"{variable.name} {variable.title} {variable.title_en or ''}")
        hidden = [word for piece in asked if (word := fold(piece)) not in shown]
        part = None
        for code, label in variable.labels_at(None) if hidden else ():
            whole = {fold(str(code)), *words(label)}
            if not whole.isdisjoint(hidden):
                return f"{code} {label}"
            if part is None and any(word in fold(label) for word in hidden):
                part = f"{code} {label}"
        return part


def _best(field: Mapping[str, Scores], matching: Mapping[str, float]) -> Scores:
    """Give the best score of each place that has one of the words in the field."""
    best: Scores = {}
    for word, certainty in matching.items():
        for place, worth in field.get(word, {}).items():
            best[place] = max(best.get(place, 0.0), worth * certainty)
    return best
