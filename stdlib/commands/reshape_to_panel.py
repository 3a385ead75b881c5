"""Turn variables of several times into a panel."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kohort import wording
from kohort.command import DataCommand
from kohort.dataset import Dataset
from kohort.diagnostic import nearest, wrong
from kohort.phrases import Word, Words
from kohort.results import Size
from kohort.scope import Kind, Scope, Shape, Type, Variable

from .import_panel import TIME, together

_SUFFIX = re.compile(r"[\W\d_]+")


@dataclass(frozen=True)
class _Layout:
    """What a reshape makes: the times as (value, suffix), each stem's variables by suffix."""

    times: tuple[tuple[int | str, str], ...]
    stems: dict[str, dict[str, Variable]]
    constants: tuple[Variable, ...]


class ReshapeToPanel(DataCommand, name="reshape-to-panel"):
    """Turn variables such as wage19 and wage20 into one row per unit and time."""

    group = "datasets"

    stems: Words

    def check(self, scope: Scope) -> None:
        """Every prefix must have variables of one type, and its name must be free."""
        shape = scope.filled(self.span)
        if shape.kind in (Kind.EVENT, Kind.PANEL):
            wrong(
                "wrong-kind",
                f"'{shape.name}' holds {shape.kind} data already, with several rows per unit",
                self.span,
                "'reshape-to-panel' needs a dataset with one row per unit",
            )
        if shape.find(TIME) is not None:
            wrong(
                "variable-exists",
                f"'{shape.name}' has a '{TIME}' already, which is the name of the new times",
                self.span,
                "'rename' or 'drop' it first, or give the key another name before 'collapse'",
            )
        layout = self._layout(shape)
        for word in self.stems:
            self._check_stem(shape, layout, word)
        scope.update(_long(shape, layout))

    def recover(self, scope: Scope) -> None:
        """Go on with variables of unknown type named like the prefixes."""
        shape = scope.datasets.get(scope.active or "")
        if shape is None:
            return
        for name in (TIME, *(word.text for word in self.stems)):
            if shape.find(name) is None:
                shape = shape.with_variables(Variable(name, Type.UNKNOWN, wording.UNKNOWN))
        scope.update(replace(shape, kind=Kind.PANEL))

    def _layout(self, shape: Shape) -> _Layout:
        stems = {word.text: _matching(shape, word.text) for word in self.stems}
        used = {variable.name for found in stems.values() for variable in found.values()}
        constants = tuple(v for v in shape.variables.values() if v.name not in used)
        return _Layout(_times({s for found in stems.values() for s in found}), stems, constants)

    def _check_stem(self, shape: Shape, layout: _Layout, word: Word) -> None:
        found = list(layout.stems[word.text].values())
        if sum(other.text == word.text for other in self.stems) > 1:
            wrong("duplicate-prefix", f"'{word.text}' is named twice", word.span)
        if not found:
            wrong(
                "no-such-prefix",
                f"no variable is called '{word.text}' and a number in dataset '{shape.name}'",
                word.span,
                _similar(shape, word.text),
            )
        if any(v.name == word.text for v in layout.constants):
            wrong(
                "variable-exists",
                f"a variable '{word.text}' exists already in dataset '{shape.name}'",
                word.span,
                f"'rename {word.text} NAME' or 'drop {word.text}' first",
            )
        _check_types(found, word)
        _check_times(layout, word)

    def run(self, dataset: Dataset, scope: Scope) -> Dataset:
        """Repeat each unit for every time and pick the values."""
        layout = self._layout(dataset.shape)
        suffixes = [suffix for _, suffix in layout.times]
        stems = {
            stem: [found[s].name if s in found else None for s in suffixes]
            for stem, found in layout.stems.items()
        }
        constants = [variable.name for variable in layout.constants]
        return dataset.lengthened([value for value, _ in layout.times], stems, constants, TIME)

    def status(self, dataset: Dataset, before: Shape) -> Size:
        """Name the variables and times, and count the units."""
        layout = self._layout(before)
        words = {
            "variables": " ".join(layout.stems),
            "times": ", ".join(suffix for _, suffix in layout.times),
            "dataset": dataset.shape.name,
        }
        return dataset.size("reshaped_to_panel", words, change=False)


def _matching(shape: Shape, stem: str) -> dict[str, Variable]:
    """Give the variables whose names are a stem and something without letters, by that."""
    return {
        name.removeprefix(stem): variable
        for name, variable in shape.variables.items()
        if name.startswith(stem) and _SUFFIX.fullmatch(name.removeprefix(stem))
    }


def _times(suffixes: Iterable[str]) -> tuple[tuple[int | str, str], ...]:
    """Give value and suffix of each time in order: numbers where all suffixes are digits."""
    found = sorted(suffixes)
    if all(suffix.isdecimal() for suffix in found):
        return tuple(sorted((int(suffix), suffix) for suffix in found))
    return tuple((suffix, suffix) for suffix in found)


def _check_types(found: Sequence[Variable], word: Word) -> None:
    known = [v for v in found if v.type is not Type.UNKNOWN]
    for variable in known:
        first = known[0]
        both_numeric = variable.type.numeric and first.type.numeric
        if variable.type is not first.type and not both_numeric:
            wrong(
                "type-clash",
                f"'{variable.name}' is {variable.type.value}, '{first.name}' {first.type.value}; "
                f"'{word.text}' can only be one of them",
                word.span,
                "'destring' the texts, or make texts with string()",
            )
        if variable.domain != first.domain and Type.KEY in (variable.type, first.type):
            wrong(
                "keys-differ",
                f"'{variable.name}' and '{first.name}' identify different kinds of units",
                word.span,
            )


def _check_times(layout: _Layout, word: Word) -> None:
    for (value, suffix), (other, another) in zip(layout.times, layout.times[1:], strict=False):
        if value == other:
            wrong(
                "same-time",
                f"'{suffix}' and '{another}' are the same number",
                word.span,
                "'rename' the variables so that each time is written in one way",
            )


def _similar(shape: Shape, stem: str) -> str | None:
    known = {re.sub(r"[\W\d_]+\Z", "", name) for name in shape.variables if name[-1:].isdecimal()}
    near = nearest(stem, known)
    return None if near is None else f"did you mean '{near}'?"


def _long(shape: Shape, layout: _Layout) -> Shape:
    suffixes = [suffix for _, suffix in layout.times]
    values = tuple(value for value, _ in layout.times)
    numeric = all(isinstance(value, int) for value in values)
    time = Variable(
        TIME, Type.INTEGER if numeric else Type.TEXT, wording.time("suffix"), codes=values,
        times=layout.times, title="Time",
    )  # fmt: skip
    columns = []
    for stem, found in layout.stems.items():
        parts = [found[s].meaning if s in found else wording.MISSING for s in suffixes]
        ordered = [found[s] for s in suffixes if s in found]
        columns.append(together(stem, ordered, wording.by_time(suffixes, parts)))
    population = shape.population.keep(wording.grid([f"_{suffix}" for suffix in suffixes]))
    long = replace(shape, kind=Kind.PANEL, variables={}, population=population)
    long = long.after("at_times", times=", ".join(suffixes))
    return long.with_variables(time, *columns, *layout.constants)
