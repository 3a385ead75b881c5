"""Profiles: every constant of protection as a document, read, checked, merged and hashed.

A profile is a TOML file of `stdlib/profiles` or of an owner. It names every key of `limits`, or
extends one that does. Several profiles merge into one whose every key is the strictest of theirs.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cached_property, reduce
from pathlib import Path
from typing import Any, NoReturn, TypeVar, get_args, get_origin

from kohort import HOME
from kohort.diagnostic import nearest
from kohort.disclosure.limits import (
    AuditLimits,
    CountLimits,
    GraphicLimits,
    GroupLimits,
    LanguageLimits,
    MagnitudeLimits,
    MessageLimits,
    ModelLimits,
    PopulationLimits,
    QuantileLimits,
    ReleaseLimits,
    SampleLimits,
    SurvivalLimits,
    TimingLimits,
)

FOLDER = HOME / "stdlib" / "profiles"
REFUSED = "refused"
RULES = ("counts", "magnitudes", "models", "survival", "graphics", "words", REFUSED)
_TABLES: dict[str, type[Any]] = {
    "population": PopulationLimits,
    "counts": CountLimits,
    "group_disclosure": GroupLimits,
    "magnitudes": MagnitudeLimits,
    "quantiles": QuantileLimits,
    "models": ModelLimits,
    "survival": SurvivalLimits,
    "graphics": GraphicLimits,
    "sample": SampleLimits,
    "messages": MessageLimits,
    "language": LanguageLimits,
    "timing": TimingLimits,
    "release": ReleaseLimits,
    "audit": AuditLimits,
}
_META = {"name": str, "version": int, "extends": str, "synthetic_only": bool}
_T = TypeVar("_T")
_Document = dict[str, Any]


class ProfileError(ValueError):
    """A profile cannot be used; the text names the profile and the key."""


@dataclass(frozen=True)
class Profile:
    """A complete profile. `synthetic_only`: never to be used with real data.

    `outputs` maps each class of raw results to the rule that releases it, one of `RULES`.
    """

    name: str
    version: int
    synthetic_only: bool
    population: PopulationLimits
    counts: CountLimits
    group_disclosure: GroupLimits
    magnitudes: MagnitudeLimits
    quantiles: QuantileLimits
    models: ModelLimits
    survival: SurvivalLimits
    graphics: GraphicLimits
    sample: SampleLimits
    messages: MessageLimits
    language: LanguageLimits
    timing: TimingLimits
    release: ReleaseLimits
    audit: AuditLimits
    outputs: Mapping[str, str]

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hexadecimal) of the complete document, keys sorted, as JSON without blanks."""
        document = {field.name: getattr(self, field.name) for field in fields(self)}
        plain = {
            name: asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
            for name, value in document.items()
        } | {"outputs": dict(self.outputs)}
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def require(self, classes: Iterable[str]) -> None:
        """Raise `ProfileError` unless every named class of raw results has a rule."""
        for name in sorted(classes):
            if name not in self.outputs:
                raise ProfileError(f"profile {self.name}: [outputs] has no entry for '{name}'")


def names(folder: Path = FOLDER) -> tuple[str, ...]:
    """Give the names of the profiles in a folder, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def load(name: str, folder: Path = FOLDER) -> Profile:
    """Read and check a profile; what it extends lies in the same folder or in the library.

    Raises `ProfileError` for an unknown profile, an unknown or missing key and a wrong value.
    """
    return _built(name, _document(name, folder, ()))


def strictest(first: Profile, *others: Profile) -> Profile:
    """Merge profiles: every key takes its strictest value. Synthetic only if all of them are."""
    return reduce(_stricter, others, first)


def _stricter(a: Profile, b: Profile) -> Profile:
    if a == b:
        return a
    merged = {name: _merged(getattr(a, name), getattr(b, name)) for name in _TABLES}
    profile = Profile(
        name="+".join(sorted({*a.name.split("+"), *b.name.split("+")})),
        version=max(a.version, b.version),
        synthetic_only=a.synthetic_only and b.synthetic_only,
        outputs=_merged_outputs(a, b),
        **merged,
    )
    _check_together(profile)
    return profile


def _merged(a: _T, b: _T) -> _T:
    values: dict[str, Any] = {}
    for field in fields(a):  # type: ignore[arg-type]
        one, other = getattr(a, field.name), getattr(b, field.name)
        direction = field.metadata.get("direction")
        values[field.name] = (
            _merged(one, other) if direction is None else direction.merge(one, other)
        )
    return type(a)(**values)


def _merged_outputs(a: Profile, b: Profile) -> dict[str, str]:
    """Keep the classes that both name; two different rules for one class refuse it."""
    shared = sorted(a.outputs.keys() & b.outputs.keys())
    return {
        name: a.outputs[name] if a.outputs[name] == b.outputs[name] else REFUSED for name in shared
    }


def _document(name: str, folder: Path, heirs: tuple[str, ...]) -> _Document:
    if name in heirs:
        raise ProfileError(f"profile {heirs[0]}: extends itself through '{heirs[-1]}'")
    known = {*names(FOLDER), *names(folder)}
    if name not in known:
        _unknown(f"there is no profile '{name}'", name, known)
    path = folder / f"{name}.toml"
    path = path if path.is_file() else FOLDER / f"{name}.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"profile {name}: {error}") from None
    _check_names(name, document)
    parent = document.get("meta", {}).get("extends", "")
    if not parent:
        return document
    return _over(_document(parent, folder, (*heirs, name)), document)


def _over(parent: _Document, child: _Document) -> _Document:
    """Put a child's keys over its parent's, table by table, tables within tables included."""
    result = dict(parent)
    for key, value in child.items():
        below = result.get(key)
        nested = isinstance(below, dict) and isinstance(value, dict)
        result[key] = _over(below, value) if nested and below is not None else value
    return result


def _check_names(profile: str, document: _Document) -> None:
    """Refuse an unknown table or key where it stands, so that the message names the right file."""
    known = {"meta", "outputs", *_TABLES}
    for table, content in document.items():
        if table not in known:
            _unknown(f"profile {profile}: there is no table [{table}]", table, known)
        if not isinstance(content, dict):
            raise ProfileError(f"profile {profile}: {table} must be a table")
        if table == "outputs":
            continue
        keys = set(_META) if table == "meta" else {field.name for field in fields(_TABLES[table])}
        for key in content:
            if key not in keys:
                _unknown(f"profile {profile}: [{table}] has no key '{key}'", key, keys)
    meta = document.get("meta", {})
    if meta.get("name") != profile:
        raise ProfileError(f"profile {profile}: [meta] name must be '{profile}', like the file")
    if not isinstance(meta.get("extends", ""), str):
        raise ProfileError(f"profile {profile}: [meta] extends must be a text")


def _unknown(sentence: str, word: str, known: Iterable[str]) -> NoReturn:
    near = nearest(word, known)
    raise ProfileError(sentence if near is None else f"{sentence}; did you mean '{near}'?")


def _built(name: str, document: _Document) -> Profile:
    tables = {
        table: _table(name, f"[{table}]", limits, document.get(table))
        for table, limits in _TABLES.items()
    }
    meta = document.get("meta", {})
    for key, kind in _META.items():
        _typed(f"profile {name}: [meta] {key}", kind, _present(name, "[meta]", key, meta))
    profile = Profile(
        name=meta["name"],
        version=meta["version"],
        synthetic_only=meta["synthetic_only"],
        outputs=_outputs(name, document),
        **tables,
    )
    _check_together(profile)
    return profile


def _present(name: str, table: str, key: str, content: Mapping[str, Any]) -> Any:
    if key not in content:
        raise ProfileError(f"profile {name}: {table} lacks '{key}'")
    return content[key]


def _table(name: str, place: str, limits: type[Any], content: Any) -> Any:
    if not isinstance(content, dict):
        raise ProfileError(f"profile {name}: {place} is missing")
    known = {field.name for field in fields(limits)}
    for key in content:
        if key not in known:
            _unknown(f"profile {name}: {place} has no key '{key}'", key, known)
    values: dict[str, Any] = {}
    for field in fields(limits):
        given = _present(name, place, field.name, content)
        where = f"profile {name}: {place} {field.name}"
        if is_dataclass(field.type) and isinstance(field.type, type):
            values[field.name] = _table(name, f"{place} {field.name}", field.type, given)
            continue
        value = values[field.name] = _typed(where, field.type, given)
        fault = field.metadata["direction"].fault(value)
        if fault is not None:
            raise ProfileError(f"{where} {fault}")
    return limits(**values)


_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


def _typed(where: str, kind: Any, value: Any) -> Any:
    """Give the value as the key's type; whole numbers may stand where decimals are meant."""
    if get_origin(kind) is tuple:
        parts = get_args(kind)
        pair = Ellipsis not in parts
        if not isinstance(value, list) or (pair and len(value) != len(parts)):
            raise ProfileError(f"{where} must be a list" + (f" of {len(parts)}" if pair else ""))
        return tuple(_typed(where, parts[0], entry) for entry in value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ProfileError(f"{where} must be {_WORDS[kind]}")
    return value


def _outputs(name: str, document: _Document) -> dict[str, str]:
    content = document.get("outputs")
    if not isinstance(content, dict):
        raise ProfileError(f"profile {name}: [outputs] is missing")
    for key, rule in content.items():
        if rule not in RULES:
            _unknown(f"profile {name}: [outputs] {key} names no rule", str(rule), RULES)
    return dict(sorted(content.items()))


def _check_together(profile: Profile) -> None:
    """Check what no key can tell alone."""
    counts, magnitudes = profile.counts, profile.magnitudes
    where = f"profile {profile.name}:"
    if counts.table == "maxent" and counts.max_noise <= counts.js:
        raise ProfileError(f"{where} [counts] max_noise must exceed js with table 'maxent'")
    if counts.table == "smooth" and counts.max_noise < counts.js:
        raise ProfileError(f"{where} [counts] max_noise must be at least js")
    if counts.table == "maxent" and counts.wording_share:
        raise ProfileError(f"{where} [counts] wording_share must be 0 with table 'maxent'")
    if counts.table != "none" and not counts.variance:
        raise ProfileError(f"{where} [counts] variance must exceed 0")
    # A change below the printed precision must not hide behind the rounding of the content key.
    if magnitudes.kwj_eta and 2.0**-magnitudes.content_bits >= 10.0 ** -(magnitudes.digits + 1):
        raise ProfileError(f"{where} [magnitudes] content_bits is too small for digits")
    noiseless = not counts.perturb or counts.table == "none"
    if noiseless and not profile.synthetic_only:
        raise ProfileError(f"{where} counts without noise need [meta] synthetic_only = true")
