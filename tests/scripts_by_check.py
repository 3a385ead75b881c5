"""Random scripts that check finds nothing wrong with: every data command, every function."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from kohort import program
from kohort.catalogue import Catalogue
from kohort.function import Function, Takes, functions
from kohort.scope import Scope, Shape, Type, Variable

CONNECT = "require no.test.small:1 as db"
SOURCES = (
    "db/BEFOLKNING_KJOENN", "db/BEFOLKNING_FOEDSELS_AAR_MND", "db/BEFOLKNING_MOR_FNR",
    "db/BEFOLKNING_FAR_FNR", "db/BEFOLKNING_KOMMNR_FORMELL 2021-01-01",
    "db/BEFOLKNING_KOMMNR_FORMELL 2019-01-01", "db/BEFOLKNING_REGSTAT_FAMNR 2021-01-01",
    "db/INNTEKT_WLONN 2020-12-31", "db/SIVSTANDFDT_SIVSTAND 2015-01-01",
)  # fmt: skip
STATISTICS = (
    "mean", "min", "max", "sum", "median", "count", "sd", "semean", "sebinomial", "percent", "iqr",
    "gini",
)  # fmt: skip
_RESULTS = {
    "number": {"number", "integer", "decimal", "flag", "widest", "first"},
    "integer": {"integer", "flag", "widest", "first"},
    "decimal": {"decimal", "number"},
    "text": {"text", "first"},
    "flag": {"flag"},
}


class Writer:
    """Writes one statement after the other; `scope` is what check knows after them."""

    def __init__(self, catalogue: Catalogue, seed: int) -> None:
        self.dice = random.Random(seed)
        self.scope = Scope(catalogue)
        chosen = self.dice.sample(SOURCES[1:], 4)
        imports = [f"import {source} as x{place}" for place, source in enumerate(chosen, 1)]
        self.head = [CONNECT, "create-dataset a", f"import {SOURCES[0]} as sex", *imports]
        assert all(self.accept(statement) for statement in self.head)

    def accept(self, statement: str) -> bool:
        """Move the scope on, if check finds nothing wrong."""
        ahead = self.scope.copy()
        if program.check(program.read(statement), ahead).wrong:
            return False
        self.scope = ahead
        return True

    def statement(self) -> str:
        """Write a statement that check accepts."""
        for _ in range(1000):
            name = self.dice.choice(sorted(MAKERS))
            written = MAKERS[name](self)
            if self.accept(written):
                return written
        raise AssertionError("check accepts nothing any more")

    # ---- names

    def pick(self, *choices: str) -> str:
        return self.dice.choice(choices)

    @property
    def shape(self) -> Shape:
        return self.scope.datasets.get(self.scope.active or "") or Shape("none")

    def dataset(self) -> str:
        return self.dice.choice(sorted(self.scope.datasets) or ["none"])

    def variable(self, *types: Type) -> str:
        """Name a variable of one of some types (of any, where none are given)."""
        found = [v.name for v in self.shape.variables.values() if not types or v.type in types]
        return self.dice.choice(found or ["none"])

    def found(self) -> Variable | None:
        return self.shape.find(self.variable())

    def new(self) -> str:
        return f"{self.pick('n', 'm', 'wage')}{self.dice.randrange(40)}"

    # ---- expressions

    def value(self, kind: str, depth: int) -> str:
        """Write an expression of a kind: number, integer, decimal, text, flag."""
        if kind == "any":
            kind = self.pick("number", "text")
        roll = self.dice.random()
        if depth <= 0 or roll < 0.3:
            return self.atom(kind)
        if kind == "flag" and roll < 0.6:
            return self.condition(depth)
        if kind in ("number", "decimal") and roll < 0.6:
            operator = self.pick("+", "-", "*", "/", "^")
            return f"({self.value(kind, depth - 1)} {operator} {self.value(kind, depth - 1)})"
        fitting = [f for f in functions().values() if f.result in _RESULTS[kind]]
        return self.call(self.dice.choice(sorted(fitting, key=lambda f: f.name)), depth)

    def atom(self, kind: str) -> str:
        if kind == "text":
            return self.pick(self.variable(Type.TEXT), "'1'", "'0301'", "'abc'")
        if kind == "flag":
            return f"sysmiss({self.variable()})"
        types = {"integer": (Type.INTEGER,), "decimal": (Type.DECIMAL,)}
        named = self.variable(*types.get(kind, (Type.INTEGER, Type.DECIMAL)))
        return self.pick(named, named, self.pick("0", "1", "2", "7", "0.5", "196001", "-3"))

    def call(self, function: Function, depth: int) -> str:
        given = list(function.parameters)
        given = given[: self.dice.randint(function.least, len(given))]
        if function.rest is not None:
            given += [function.rest] * self.dice.randint(1, 2)
        alike = self.pick("number", "text")
        parts = [self.argument(parameter.takes, alike, depth - 1) for parameter in given]
        return f"{function.name}({', '.join(parts)})"

    def argument(self, takes: Takes, alike: str, depth: int) -> str:
        if takes.variable:
            return self.variable()
        kind = alike if takes.kind == "alike" else takes.kind
        if takes.constant and kind == "text":
            return self.pick("'Mann'", "'Kvinne'", "'Gift'", "'an'")
        if takes.constant:
            return self.pick("2", "3", "10")
        return self.value("number" if kind in ("first", "widest") else kind, depth)

    def condition(self, depth: int = 2) -> str:
        kind = self.dice.randrange(5)
        if kind == 0 and depth:
            left, right = self.condition(depth - 1), self.condition(depth - 1)
            return f"({left} {self.pick('&', '|')} {right})"
        if kind == 1 and depth:
            return f"!({self.condition(depth - 1)})"
        if kind == 2:
            return f"{self.value('text', 1)} {self.pick('==', '!=')} {self.atom('text')}"
        operator = self.pick("==", "!=", "<", "<=", ">", ">=")
        return f"{self.value('number', 1)} {operator} {self.atom('number')}"

    def clause(self, share: float = 0.4) -> str:
        return f" if {self.condition()}" if self.dice.random() < share else ""

    # ---- statements

    def generate(self) -> str:
        kind = self.pick("number", "number", "text", "flag")
        return f"generate {self.new()} = {self.value(kind, 2)}{self.clause()}"

    def replace(self) -> str:
        kind = self.pick("number", "text", "flag")
        value = self.pick(".", self.value(kind, 2), self.value(kind, 2))
        return f"replace {self.variable()} = {value}{self.clause()}"

    def keep(self) -> str:
        word = self.pick("keep", "drop")
        if self.dice.random() < 0.8:
            return f"{word} if {self.condition()}"
        names = " ".join(self.dice.sample(sorted(self.shape.variables), k=min(
            len(self.shape.variables), 4 if word == "keep" else 1)))  # fmt: skip
        return f"{word} {names}"

    def recode(self) -> str:
        text = (variable := self.found()) is not None and variable.type is Type.TEXT
        old = self.pick("'1'", "'0301'") if text else self.pick("1", "min/5", "0/max", "-1 2")
        new = self.pick("'9'", "'x'") if text else self.pick("9", "0.5", "-1")
        if self.dice.random() < 0.2:
            new = self.pick("9", "'9'")
        label = self.pick("", " 'named'", " 'gone' missing")
        rest = self.pick("", f" (* = {new})", f" (missing = {new})", f" (nonmissing = {new})")
        options = self.pick("", "", ", prefix(r_)")
        name = "none" if variable is None else variable.name
        return f"recode {name} ({old} = {new}{label}){rest}{self.clause(0.2)}{options}"

    def destring(self) -> str:
        options = self.pick("", " prefix(d_)", " dpcomma", " ignore('ax')")
        return f"destring {self.variable(Type.TEXT)}, force{options}"

    def clone_variables(self) -> str:
        name = self.variable()
        arrow, ending = self.pick(f" -> {self.new()}|", "|, prefix(c_)", "|, suffix(_c)").split("|")
        return f"clone-variables {name}{arrow}{ending}"

    def labels(self) -> str:
        variable = self.found()
        text = variable is not None and variable.type is Type.TEXT
        pairs = "'1' one '2' two" if text else "1 one 2.5 two"
        name = "none" if variable is None else variable.name
        return f"define-labels l{len(self.scope.code_lists)} {pairs}\n" + (
            f"assign-labels {name} l{len(self.scope.code_lists)}"
        )

    def groups(self, word: str) -> str:
        by = self.pick(self.variable(), self.variable(Type.KEY), self.pick("PERSONID_1", "sex"))
        results = " ".join(
            f"({self.pick(*STATISTICS)}) {self.variable()}{self.pick('', f' -> {self.new()}')}"
            for _ in range(self.dice.randint(1, 3))
        )
        return f"{word} {results}, by({by})"

    def collapse(self) -> str:
        return self.groups("collapse") if self.dice.random() < 0.5 else "use none"

    def merge(self) -> str:
        on = self.pick("", f" on {self.variable()}", " on PERSONID_1", " on x1", " on x2", " on x3")
        return f"merge {self.variable()} into {self.dataset()}{on}"

    def imports(self) -> str:
        outer = self.pick("", "", ", outer_join")
        return f"import {self.dice.choice(SOURCES)} as {self.new()}{outer}"

    def events(self) -> str:
        return f"import-event db/SIVSTANDFDT_SIVSTAND 2005-01-01 to 2019-12-31 as {self.new()}"

    def panel(self) -> str:
        names = " ".join(self.dice.sample(
            ("db/INNTEKT_WLONN", "db/SIVSTANDFDT_SIVSTAND", "db/BEFOLKNING_KJOENN"), k=2
        ))  # fmt: skip
        return f"import-panel {names} 2020-12-31 2021-12-31"

    def wide(self) -> str:
        name = self.new()
        return (
            f"generate {name}_1 = {self.value('number', 1)}\n"
            f"generate {name}_20 = {self.value('number', 1)}\nreshape-to-panel {name}_"
        )

    def prediction(self) -> str:
        outcome, term, other = self.variable(), self.variable(), self.variable()
        name = self.pick("", f", predicted({self.new()})")
        model = self.dice.choice(PREDICTIONS)
        if model == "ivregress-predict":
            return f"{model} {outcome} ({term} = i.{other}){name}"
        groups = f" by {other}" if model == "regress-mml-predict" else ""
        return f"{model} {outcome} {self.pick('', 'i.')}{term}{groups}{name}"

    def fresh(self) -> str:
        name = f"d{len(self.scope.datasets)}{self.dice.randrange(9)}"
        if self.dice.random() < 0.3:
            return f"create-dataset {name}\n{self.pick(self.events(), self.panel())}"
        word = self.pick("clone-dataset", "clone-units")
        return f"{word} {self.dataset()} {name}" + self.pick("", f"\nuse {name}")


PREDICTIONS = (
    "regress-predict", "logit-predict", "probit-predict", "mlogit-predict", "poisson-predict",
    "negative-binomial-predict", "ivregress-predict", "regress-panel-predict",
    "regress-mml-predict",
)  # fmt: skip
MAKERS: Mapping[str, Callable[[Writer], str]] = {
    "generate": Writer.generate,
    "replace": Writer.replace,
    "keep": Writer.keep,
    "recode": Writer.recode,
    "destring": Writer.destring,
    "clone-variables": Writer.clone_variables,
    "assign-labels": Writer.labels,
    "aggregate": lambda writer: writer.groups("aggregate"),
    "collapse": Writer.collapse,
    "merge": Writer.merge,
    "import": Writer.imports,
    "import-event": Writer.events,
    "import-panel": Writer.panel,
    "reshape-to-panel": Writer.wide,
    "reshape-from-panel": lambda _: "reshape-from-panel",
    "clone-units": Writer.fresh,
    " ".join(PREDICTIONS): Writer.prediction,
    "use": lambda writer: f"use {writer.dataset()}",
    "rename": lambda writer: f"rename {writer.variable()} {writer.new()}",
    "rename-dataset": lambda writer: (
        f"rename-dataset {writer.dataset()} e{writer.dice.randrange(9)}"
    ),
    "sample": lambda writer: f"sample {writer.pick('0.7', '5000')} 17",
    "let": lambda writer: f"let b = {writer.dice.randrange(9)}\ngenerate {writer.new()} = $b / 2",
}
