"""Columns that the script alone makes redundant, whatever the data: they are dropped and named."""

from collections.abc import Mapping

from kohort import wording
from kohort.scope import Code
from kohort.wording import Meaning


class Redundancy:
    """What the columns so far span, by their meanings.

    Found are repetitions (with a constant up to shift and positive scale), a dummy whose opposite
    or whose category is there already, and the last of a set of dummies that covers a code list.
    """

    def __init__(self, constant: bool, lists: Mapping[Meaning, tuple[Code, ...]]) -> None:
        self._constant = constant
        self._spanned: set[Meaning] = set()
        self._unspanned = {
            wording.code_cell(variable, code): (variable, frozenset(codes))
            for variable, codes in lists.items()
            for code in codes
        }
        self._covered: dict[Meaning, set[Meaning]] = {}

    def covers(self, meaning: Meaning) -> bool:
        """Whether a column of this meaning adds nothing to those so far."""
        if self._standard(meaning) in self._spanned:
            return True
        if not self._constant or not meaning.logical:
            return False
        return meaning.negated in self._spanned or self._completes(meaning)

    def add(self, meaning: Meaning) -> None:
        """Note that a column of this meaning is in the model, or spanned by its columns."""
        self._spanned.add(self._standard(meaning))
        if meaning in self._unspanned:
            variable, _ = self._unspanned[meaning]
            self._covered.setdefault(variable, set()).add(meaning)

    def add_spanned(self, reference: Meaning) -> None:
        """Note that a factor is in the model, whose columns and the constant span its reference."""
        if self._constant:
            self.add(reference)

    def _standard(self, meaning: Meaning) -> Meaning:
        return wording.standardised(meaning) if self._constant else meaning

    def _completes(self, meaning: Meaning) -> bool:
        if meaning not in self._unspanned:
            return False
        variable, codes = self._unspanned[meaning]
        return len(self._covered.get(variable, set()) | {meaning}) == len(codes)
