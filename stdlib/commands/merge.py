"""Copy variables into another dataset by a key."""

from dataclasses import replace

from kohort import wording
from kohort.command import SteerCommand
from kohort.diagnostic import nearest, wrong
from kohort.phrases import Word, Words
from kohort.results import Raw
from kohort.scope import Kind, Scope, Shape, Type, Variable
from kohort.session import Session
from kohort.unit_type import PERSON


class Merge(SteerCommand, name="merge"):
    """Copy variables of the active dataset into another one, matching its rows by a key."""

    group = "data preparation"

    variables: Words
    into: Word
    on: Word | None

    def check(self, scope: Scope) -> None:
        """Variables, target and keys must match; the source must have one row per unit."""
        source = scope.shape(self.span)
        target = scope.dataset(self.into)
        if target.name == source.name:
            hint = "'use' the dataset that has the variables, then merge into the other one"
            wrong(
                "merge-into-itself", f"'{target.name}' is the active dataset", self.into.span, hint
            )
        self._check_source(source)
        if target.public and not source.public:
            wrong(
                "not-public",
                f"the rows of '{target.name}' are published, those of '{source.name}' are not",
                self.into.span,
                f"merge the other way: 'use {target.name}', then 'merge ... into {source.name}'",
            )
        found = [self._variable(scope, source, target, word) for word in self.variables]
        on = self._key(scope, source, target)
        for word, variable in zip(self.variables, found, strict=True):
            self._check_free(word, scope.datasets[target.name])
            meaning = wording.joined(variable.meaning, on.meaning, source.population)
            merged = replace(variable, meaning=meaning)
            scope.update(scope.datasets[target.name].with_variables(merged))

    def recover(self, scope: Scope) -> None:
        """Go on with variables of unknown type in the target."""
        target = scope.datasets.get(self.into.text)
        for word in self.variables:
            if target is not None and target.find(word.text) is None:
                target = target.with_variables(Variable(word.text, Type.UNKNOWN, wording.UNKNOWN))
                scope.update(target)

    def _check_source(self, source: Shape) -> None:
        if source.kind in (Kind.EVENT, Kind.PANEL):
            wrong(
                "key-not-unique",
                f"'{source.name}' has several rows per unit",
                self.span,
                "'collapse' it to one row per unit first",
            )
        if source.key is None:
            wrong("empty-dataset", f"'{source.name}' is empty", self.span, "import something first")

    def _variable(self, scope: Scope, source: Shape, target: Shape, word: Word) -> Variable:
        if source.find(word.text) is None and target.find(word.text) is not None:
            wrong(
                "unknown-variable",
                f"'{word.text}' is in '{target.name}', not in the active dataset '{source.name}'",
                word.span,
                f"'use {target.name}' first, then 'merge {word.text} into {source.name}'",
            )
        variable = scope.find(word, source)
        if source.key is not None and variable.name == source.key.name:
            wrong("key-stays", f"'{word.text}' is the unit key and cannot be copied", word.span)
        return variable

    def _check_free(self, word: Word, target: Shape) -> None:
        if target.find(word.text) is not None:
            wrong(
                "variable-exists",
                f"a variable '{word.text}' exists already in dataset '{target.name}'",
                word.span,
                f"'rename {word.text} NAME' first",
            )

    def _key(self, scope: Scope, source: Shape, target: Shape) -> Variable:
        assert source.key is not None
        if self.on is not None:
            on = scope.find(self.on, target)
        elif target.key is not None:
            on = target.key
        else:
            wrong("empty-dataset", f"'{target.name}' is empty", self.into.span)
        if Type.UNKNOWN not in (on.type, source.key.type) and not _matches(on, source.key):
            place = self.into.span if self.on is None else self.on.span
            wrong(
                "keys-differ",
                f"'{on.name}' of '{target.name}' does not hold keys of '{source.name}' "
                f"('{source.key.name}')",
                place,
                self._better_key(source.key, target),
            )
        return on

    def _better_key(self, key: Variable, target: Shape) -> str:
        if target.key is not None and _matches(target.key, key):
            return f"without 'on' the unit keys are matched ('{target.key.name}')"
        matching = [v.name for v in target.variables.values() if _matches(v, key)]
        if not matching:
            kinds = {_kind(v) for v in (target.key, *target.variables.values()) if v is not None}
            if key.domain is not None and _kind(key) in kinds:
                return "they come from databanks that give units different numbers"
            return "the keys must identify the same kind of unit"
        best = nearest(key.name, matching)
        if best is None and key.domain is None:
            # Any number could be meant; only the user knows.
            return f"name the variable of '{target.name}' that holds them: 'on VARIABLE'"
        return f"write 'on {best or matching[0]}'"

    def run(self, session: Session) -> Raw:
        """Join the columns to the target's rows."""
        assert session.scope.active is not None
        source = session.datasets[session.scope.active]
        target = session.datasets[self.into.text]
        names = [word.text for word in self.variables]
        on = None if self.on is None else session.scope.find(self.on, target.shape).name
        if on is not None and target.shape.key is not None and on == target.shape.key.name:
            on = None
        most = 0 if source.shape.public else session.gate.most_sharing
        free = [name for name in names if not most or _may_be_shared(source.shape, name)]
        own = [name for name in names if name not in free]
        merged = target.joined(source, free, on).joined(source, own, on, most)
        merged = merged.described(session.scope.datasets[self.into.text])
        words = {
            "variables": " ".join(names),
            "source": source.shape.name,
            "target": self.into.text,
        }
        status = merged.size("merged", words, change=False)
        session.put(merged, status, self.span)
        return status


def _may_be_shared(source: Shape, name: str) -> bool:
    """Whether any number of rows may have a unit's value: an attribute that a register gives firms.

    What belongs to a person or was worked out from persons would be told by the many who share it.
    """
    variable = source.find(name)
    return source.unit_type != PERSON and variable is not None and variable.source is not None


def _matches(a: Variable, b: Variable) -> bool:
    if a.domain is not None or b.domain is not None:
        return a.domain == b.domain
    return (a.type is b.type) or (a.type.numeric and b.type.numeric)


def _kind(variable: Variable) -> str | None:
    """Give the kind of identifier that a variable holds, whoever numbers the units."""
    return variable.domain and variable.domain.split()[0]
