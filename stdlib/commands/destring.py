"""Turn texts into numbers."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from kohort import wording
from kohort.command import Option, SteerCommand
from kohort.dataset import Dataset
from kohort.diagnostic import wrong
from kohort.phrases import Options, Word, Words
from kohort.results import Done, Raw
from kohort.scope import Code, Labels, Scope, Type, Variable
from kohort.session import Session

from .replace import ordinary_variable

_MOST_NAMED = 3


class Destring(SteerCommand, name="destring"):
    """Turn alphanumeric variables into numeric ones.

    A text that is not a number is an error, or becomes missing with `force`. Where values of the
    data may not be named, and an error would tell that there are some, it always becomes missing.
    """

    group = "data preparation"
    options_table = {
        "prefix": Option(
            "keep the texts, write the numbers with this text before the name", "text"
        ),
        "ignore": Option("characters to leave out, in quotes", "text"),
        "force": Option("texts that are not numbers become missing"),
        "dpcomma": Option("the texts have a decimal comma"),
    }

    variables: Words
    options: Options

    def check(self, scope: Scope) -> None:
        """The variables must be texts; the type of the numbers follows from the code lists."""
        for word in self.variables:
            variable = ordinary_variable(scope, word, "turned into numbers")
            if variable.type.numeric and variable.type is not Type.UNKNOWN:
                wrong("already-numeric", f"'{word.text}' is numeric already", word.span)
            target = self._target(word)
            if target.text != word.text:
                scope.new_variable(target, scope.shape(self.span))
            scope.update(scope.shape(self.span).with_variables(self._numeric(variable, target)))

    def _target(self, word: Word) -> Word:
        return Word((self.options.text("prefix") or "") + word.text, word.span)

    def _number(self, code: Code) -> float | None:
        return parsed(str(code), *self._reading)

    def _type(self, variable: Variable) -> Type:
        codes = variable.codes
        if codes is None and variable.labels is not None:
            codes = tuple(variable.labels.mapping)
        if not codes:
            return Type.DECIMAL
        numbers = [self._number(code) for code in codes]
        whole = all(n is None or float(n).is_integer() for n in numbers)
        return Type.INTEGER if whole else Type.DECIMAL

    def _numeric(self, variable: Variable, target: Word) -> Variable:
        type_ = self._type(variable)
        ignored = self.options.text("ignore") or ""
        options = f"{ignored}\x1e{'dpcomma' in self.options}\x1e{type_.value}"
        convert = int if type_ is Type.INTEGER else float
        codes = _converted(variable.codes or (), self._number, convert)
        return replace(
            variable, name=target.text, type=type_,
            meaning=wording.parsed(options, variable.meaning),
            labels=self._labels(variable.labels, convert), codes=tuple(codes) or None,
            binary=set(codes) == {0, 1}, domain=None, unit_type=None, times=(),
        )  # fmt: skip

    def _labels(self, labels: Labels | None, convert: type[int] | type[float]) -> Labels | None:
        if labels is None:
            return None
        pairs = [(self._number(code), label) for code, label in labels.pairs]
        return Labels(
            tuple((convert(number), label) for number, label in pairs if number is not None),
            frozenset(_converted(labels.missing, self._number, convert)),
        )

    def run(self, session: Session) -> Raw:
        """Parse the columns, if all texts are numbers or need not be."""
        shape = session.scope.shape(self.span)
        dataset = session.datasets[shape.name]
        strict = session.gate.names_values and "force" not in self.options
        if strict:
            self._check_texts(dataset)
        for word in self.variables:
            type_ = self._type(_before(dataset, word))
            dataset = dataset.parsed(word.text, self._target(word).text, *self._reading, type_)
        names = " ".join(self._target(word).text for word in self.variables)
        status = Done("destringed" if strict else "destringed_forced", {"names": names})
        session.put(dataset.described(shape), status, self.span)
        return status

    @property
    def _reading(self) -> tuple[str, bool]:
        return self.options.text("ignore") or "", "dpcomma" in self.options

    def _check_texts(self, dataset: Dataset) -> None:
        for word in self.variables:
            found = dataset.unparsable(word.text, *self._reading, _MOST_NAMED)
            if found:
                wrong(
                    "not-numbers",
                    f"'{word.text}' holds texts that are not numbers, such as "
                    + ", ".join(f"'{text}'" for text in found),
                    word.span,
                    "with 'force' they become missing; 'ignore()' leaves characters out",
                )


def _before(dataset: Dataset, word: Word) -> Variable:
    """Give a variable as it is before the statement."""
    variable = dataset.shape.find(word.text)
    assert variable is not None
    return variable


def _converted(
    codes: Iterable[Code], number: Callable[[Code], float | None], convert: type[int] | type[float]
) -> list[int | float]:
    found = (number(code) for code in codes)
    return [convert(n) for n in found if n is not None]


def parsed(text: str, ignore: str, comma: bool) -> float | None:
    """Give the number a text says after removing characters, or None."""
    for character in ignore:
        text = text.replace(character, "")
    if comma:
        text = text.replace(",", ".")
    text = text.strip()
    if not text or "_" in text:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None
