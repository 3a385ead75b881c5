"""Normalised definitions: what a value or a condition is, freed from how it was written.

Rules are applied only where they are exact for every value that can occur: comparisons are
two-valued (language 1.7), so logic may be rearranged freely; arithmetic may not, since whole
numbers overflow (to missing) and decimals round. What is not recognised as the same is another
definition, which is the harmless direction (disclosure 4.2).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import isfinite, prod
from typing import Final

_LOGIC: Final = frozenset({
    "eq", "lt", "le", "not", "and", "or", "missing", "truth", "true", "false", "flag", "grid",
    "spells",
})  # fmt: skip
_ROWWISE: Final = frozenset({"spell", "spells", "panel", "time", "grid", "long"})
_EXACT: Final = 2**53
"""Whole numbers below this are the same as integers and as decimals."""
_REGISTER: Final = 2.0**40
"""No register holds a number as large as this (a thousand billion kroner)."""
_DEEPEST: Final = 100
_WIDEST: Final = 1000
_BRANCHES: Final = 8
_SHIFT: Final = 1e9
"""Shifts and scales beyond this may cost a decimal its last digits."""


@dataclass(frozen=True, eq=False)
class Meaning:
    """A normalised definition. Two are equal when their digests are.

    `digest` is 128 bits of SHA-256 over kind, text and the digests of the parts, as hex; `depth`
    the levels of the definition; `bound` what the absolute value never exceeds, or None; `rowwise`
    whether it may differ between the rows of one unit (spells, panels).
    """

    kind: str
    text: str = ""
    parts: tuple[Meaning, ...] = ()
    digest: str = field(init=False, repr=False)
    depth: int = field(init=False, repr=False)
    bound: float | None = field(init=False, repr=False)
    rowwise: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Worked out at once: definitions grow by one level a statement, too deep to recurse into.
        body = "\x1f".join((self.kind, repr(self.text), *(p.digest for p in self.parts)))
        digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        object.__setattr__(self, "digest", digest)
        object.__setattr__(self, "depth", 1 + max((p.depth for p in self.parts), default=0))
        object.__setattr__(self, "bound", _bound(self))
        object.__setattr__(self, "rowwise", _rowwise(self))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Meaning) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def logical(self) -> bool:
        """Whether this is 1 or 0 and never missing."""
        return self.kind in _LOGIC

    @property
    def constant(self) -> bool:
        """Whether this is a number or text of the script, or the missing value."""
        return self.kind in ("num", "txt", "nothing")

    @property
    def negated(self) -> Meaning:
        """The opposite condition, with the negation pushed down."""
        match self.kind:
            case "true":
                return FALSE
            case "false":
                return TRUE
            case "not":
                return self.parts[0]
            case "and" if self.depth <= _DEEPEST:
                return either(p.negated for p in self.parts)
            case "or" if self.depth <= _DEEPEST:
                return both(p.negated for p in self.parts)
            case _:
                return Meaning("not", "", (self,))


def _rowwise(meaning: Meaning) -> bool:
    if meaning.kind == "when":
        return False
    return meaning.kind in _ROWWISE or any(part.rowwise for part in meaning.parts)


def _bound(meaning: Meaning) -> float | None:
    if meaning.logical:
        return 1.0
    bounds = [part.bound for part in meaning.parts]
    known = [bound for bound in bounds if bound is not None]
    if len(known) < len(bounds):
        return None
    match meaning.kind:
        case "num":
            return abs(value_of(meaning))
        case "source":
            return _REGISTER
        case "add" | "sub" | "neg":
            return sum(known)
        case "mul":
            return prod(known)
        case "div" if _divisor(meaning):
            return known[0] / abs(value_of(meaning.parts[1]))
        case _:
            return None


def _divisor(quotient: Meaning) -> bool:
    """Whether a quotient has a constant divisor that makes nothing missing."""
    return quotient.parts[1].kind == "num" and value_of(quotient.parts[1]) != 0


TRUE: Final = Meaning("true")
FALSE: Final = Meaning("false")
MISSING: Final = Meaning("nothing")
UNKNOWN: Final = Meaning("unknown")
"""Stands for variables whose definition was reported as wrong; nothing that uses one is run."""


# ---- logic


def both(conditions: Iterable[Meaning]) -> Meaning:
    """Give the conjunction: flattened, sorted, without repetition."""
    return _joined("and", conditions, neutral=TRUE, absorbing=FALSE)


def either(conditions: Iterable[Meaning]) -> Meaning:
    """Give the disjunction: flattened, sorted, without repetition."""
    return _joined("or", conditions, neutral=FALSE, absorbing=TRUE)


def _joined(
    kind: str, conditions: Iterable[Meaning], neutral: Meaning, absorbing: Meaning
) -> Meaning:
    parts = _flattened(kind, conditions, neutral, absorbing)
    if len(parts) == 1:
        return parts[0]
    return Meaning(kind, "", parts) if parts else neutral


def conjuncts(conditions: Iterable[Meaning]) -> tuple[Meaning, ...]:
    """Give what `both` would join: nothing where it is true; where it is false, that alone."""
    parts = _flattened("and", conditions, neutral=TRUE, absorbing=FALSE)
    return parts[0].parts if len(parts) == 1 and parts[0].kind == "and" else parts


def _flattened(
    kind: str, conditions: Iterable[Meaning], neutral: Meaning, absorbing: Meaning
) -> tuple[Meaning, ...]:
    flat: dict[str, Meaning] = {}
    for condition in conditions:
        inside = condition.kind == kind and len(condition.parts) <= _WIDEST
        for part in condition.parts if inside else (condition,):
            if part != neutral:
                flat[part.digest] = part
    parts = tuple(flat[digest] for digest in sorted(flat))
    opposites = any(part.kind == "not" and part.parts[0].digest in flat for part in parts)
    if opposites or absorbing.digest in flat:
        return (absorbing,)
    return parts


# ---- constants


def number(value: float) -> Meaning:
    """Give a numeric constant. 1 and 1.0 are two: whole numbers are calculated with exactly."""
    if isfinite(value) and (isinstance(value, float) or -(2**63) < value < 2**63):
        return Meaning("num", repr(value + 0))
    return Meaning("beyond", repr(value))


def constant(value: float | str) -> Meaning:
    """Give a constant of a script or a code."""
    return Meaning("txt", value) if isinstance(value, str) else number(value)


def value_of(meaning: Meaning) -> int | float:
    """Give the value of a numeric constant."""
    text = meaning.text
    return int(text) if text.lstrip("-").isdecimal() else float(text)


def _comparable(meaning: Meaning) -> Meaning:
    """Write 1.0 as 1, which compares alike with everything; large decimals do not."""
    if meaning.kind == "num":
        value = value_of(meaning)
        if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
            return number(int(value))
    return meaning


def _small(meaning: Meaning) -> bool:
    return meaning.kind == "num" and abs(value_of(meaning)) < _EXACT


# ---- conditions on values


_NEVER_MISSING: Final = ("count", "sum")


def missing(value: Meaning) -> Meaning:
    """Give the condition that a value is missing."""
    if value.kind == "nothing":
        return TRUE
    if value.constant or value.logical:
        return FALSE
    if value.kind == "aggregate" and value.text.split("\x1e")[0] in _NEVER_MISSING:
        # A count or a sum of a group is there wherever the group is.
        return missing(value.parts[1])
    never_beyond = value.bound is not None and value.bound < _EXACT
    if never_beyond and value.kind != "source" and value.depth <= _DEEPEST:
        return either(missing(part) for part in value.parts)
    return _by_branch(value, missing) or Meaning("missing", "", (value,))


def present(value: Meaning) -> Meaning:
    """Give the condition that a value is not missing."""
    return missing(value).negated


def truth(value: Meaning) -> Meaning:
    """Give a value used as a condition: true when it is neither 0 nor missing."""
    if value.logical:
        return value
    if value.kind == "num":
        return FALSE if value_of(value) == 0 else TRUE
    if value.kind == "nothing":
        return FALSE
    return _by_branch(value, truth) or Meaning("truth", "", (value,))


def equals(a: Meaning, b: Meaning) -> Meaning:
    """Give the condition that two values are equal (false where one is missing)."""
    a, b = _comparable(a), _comparable(b)
    if a.constant:
        a, b = b, a
    if "nothing" in (a.kind, b.kind):
        return FALSE
    if a.kind == b.kind == "txt" or (_small(a) and _small(b)):
        return TRUE if a == b else FALSE
    if a.logical and _small(b):
        return a if b == number(1) else a.negated if b == number(0) else FALSE
    if b.constant and (branch := _by_branch(a, lambda value: equals(value, b))) is not None:
        return branch
    return Meaning("eq", "", (a, b) if a.digest <= b.digest else (b, a))


def less(a: Meaning, b: Meaning) -> Meaning:
    """Give the condition that a number is less than another (false where one is missing)."""
    return _compared("lt", a, b)


def at_most(a: Meaning, b: Meaning) -> Meaning:
    """Give the condition that a number is at most another (false where one is missing)."""
    return _compared("le", a, b)


def _compared(kind: str, a: Meaning, b: Meaning) -> Meaning:
    a, b = _comparable(a), _comparable(b)
    if "nothing" in (a.kind, b.kind):
        return FALSE
    if _small(a) and _small(b):
        x, y = value_of(a), value_of(b)
        return TRUE if (x < y if kind == "lt" else x <= y) else FALSE
    branch = None
    if b.constant:
        branch = _by_branch(a, lambda value: _compared(kind, value, b))
    elif a.constant:
        branch = _by_branch(b, lambda value: _compared(kind, a, value))
    return branch or Meaning(kind, "", (a, b))


def among(x: Meaning, *items: Meaning) -> Meaning:
    """Give the condition that a value equals one of others."""
    return either(equals(x, item) for item in items)


def between(x: Meaning, low: Meaning, high: Meaning) -> Meaning:
    """Give the condition that a number lies between two others, both included."""
    return both((at_most(low, x), at_most(x, high)))


def conditional(condition: Meaning, new: Meaning, old: Meaning) -> Meaning:
    """Give `new` where the condition holds and `old` elsewhere (`replace ... if`)."""
    if condition == TRUE or new == old:
        return new
    if condition == FALSE:
        return old
    return Meaning("where", "", (condition, new, old))


def _by_branch(value: Meaning, test: Callable[[Meaning], Meaning]) -> Meaning | None:
    """Give a condition on a value that is constant under conditions, branch by branch; or None.

    So `generate flag = 1 if c` and then `flag == 1` is the condition c. Long chains stay whole.
    """
    levels, last = 0, value
    while last.kind == "where" and last.parts[1].constant:
        levels, last = levels + 1, last.parts[2]
    if not 0 < levels <= _BRANCHES:
        return None
    outside, hits = TRUE, []
    while value.kind == "where" and value.parts[1].constant:
        condition, new, value = value.parts
        hits.append(both((outside, condition, test(new))))
        outside = both((outside, condition.negated))
    return either((*hits, both((outside, test(value)))))


# ---- arithmetic


def added(parts: Iterable[Meaning]) -> Meaning:
    """Give a sum, its operands sorted."""
    return _commuted("add", parts, 0, lambda a, b: a + b)


def multiplied(parts: Iterable[Meaning]) -> Meaning:
    """Give a product, its operands sorted."""
    return _commuted("mul", parts, 1, lambda a, b: a * b)


def _commuted(
    kind: str, parts: Iterable[Meaning], neutral: int, fold: Callable[[int, int], int]
) -> Meaning:
    """Sort operands; join whole constants where nothing else is there; leave out 0 or 1."""
    operands = sorted((p for p in parts if p != number(neutral)), key=lambda p: p.digest)
    if not operands:
        return number(neutral)
    folded = neutral
    for operand in operands:
        value = value_of(operand) if operand.kind == "num" else 0.0
        if isinstance(value, float):
            break
        folded = fold(folded, value)
    else:
        if abs(folded) < _EXACT:
            return number(folded)
    return operands[0] if len(operands) == 1 else Meaning(kind, "", tuple(operands))


def opposite(value: Meaning) -> Meaning:
    """Give a number with the other sign."""
    if value.kind == "num":
        return number(-value_of(value))
    if value.kind == "neg" and value.bound is not None:
        return value.parts[0]
    return MISSING if value.kind == "nothing" else Meaning("neg", "", (value,))


def subtracted(a: Meaning, b: Meaning) -> Meaning:
    """Give a difference; taking a constant away is adding its opposite."""
    return added((a, opposite(b))) if b.kind == "num" else Meaning("sub", "", (a, b))


def standardised(value: Meaning) -> Meaning:
    """Strip outer shifts and positive scalings by constants, as the content key does (4.4)."""
    while len(value.parts) == 2 and value.kind in ("add", "mul", "div"):
        a, b = value.parts
        if a.kind == "num" and value.kind != "div":
            a, b = b, a
        if b.kind != "num" or a.kind == "num":
            break
        size = value_of(b)
        low = -_SHIFT if value.kind == "add" else 1 / _SHIFT
        if not low <= size <= _SHIFT:
            break
        value = a
    return value
