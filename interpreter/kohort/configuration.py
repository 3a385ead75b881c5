"""The user's own settings: which databanks lie where, and the folders for settings and cache."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import platformdirs

from kohort.diagnostic import nearest
from kohort.stored import CatalogueError

CONFIG_VARIABLE = "KOHORT_CONFIG"
KEY_FILE = "KOHORT_KEY_FILE"
CACHE_VARIABLE = "KOHORT_CACHE"
SYNTHETIC_PERSONS = 10_000
SYNTHETIC_SEED = 1
# Counted up when the country changes, so that nobody keeps one that an older kohort has built.
SYNTHETIC_EDITION = 2

Root = tuple[str | None, Path]
"""The name that a databank was given by the user, or None, and the folder where it lies."""

_KEYS = ("databanks", "keys", "profile", "language")
_KEY_ID = re.compile(r"[A-Za-z0-9][\w.-]*\Z", re.ASCII)
_WITH_ID = re.compile(r"([\w.-]+)=(.+)", re.DOTALL)
_BANK_NAME = re.compile(r"[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)*\Z", re.ASCII)


def config_folder() -> Path:
    """Give the folder of the user's settings (`KOHORT_CONFIG` overrides it)."""
    chosen = os.environ.get(CONFIG_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_config_path("kohort")


def cache_folder() -> Path:
    """Give the folder for what can be made again (`KOHORT_CACHE` overrides it)."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_cache_path("kohort")


def default_root() -> Path:
    """Give the place of the synthetic databank that serves where none is configured."""
    name = f"synthetic-{SYNTHETIC_PERSONS}-{SYNTHETIC_SEED}-{SYNTHETIC_EDITION}"
    return cache_folder() / "databank" / name


@dataclass(frozen=True)
class Configuration:
    """What stands in `config.toml`.

    ```toml
    profile = "strict"
    language = "nb"
    [databanks]
    "no.ssb.fdb" = "/data/fdb"     # a name that scripts use, and the root
    [keys]
    "fdb-2026" = "/secret/fdb.key" # a key id, and the file that the worker opens
    ```

    Paths may begin with `~`; relative ones count from the file's folder.
    """

    databanks: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))
    keys: Mapping[str, Path] = field(default_factory=lambda: MappingProxyType({}))
    profile: str | None = None
    language: str | None = None


def read_configuration(folder: Path | None = None) -> Configuration:
    """Read `config.toml`; an absent file is an empty one. Raises CatalogueError."""
    path = (config_folder() if folder is None else folder) / "config.toml"
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Configuration()
    except OSError as error:
        raise CatalogueError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise CatalogueError(f"{path} is not TOML in UTF-8") from None
    for key in tables:
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            hint = None if near is None else f"did you mean '{near}'?"
            raise CatalogueError(f"{path} has the unknown key '{key}'", hint)
    return Configuration(
        databanks=_paths(tables, "databanks", path),
        keys=_paths(tables, "keys", path),
        profile=_text(tables, "profile", path),
        language=_text(tables, "language", path),
    )


def default_key_file(key_id: str) -> Path:
    """Give the place of a key that the configuration does not name."""
    return config_folder() / "keys" / f"{key_id}.key"


def configured_key_file(key_id: str) -> Path | None:
    """Give the file of a key: that of `[keys]`, else the default place where there is one.

    Raises CatalogueError.
    """
    named = read_configuration().keys.get(key_id)
    if named is not None:
        return named
    place = default_key_file(key_id)
    return place if _KEY_ID.match(key_id) and place.is_file() else None


def key_file(key_id: str) -> Path | None:
    """Give the file in which the key of an id lies, or None.

    `KOHORT_KEY_FILE`, written `[ID=]PATH`, goes before the configuration.
    """
    given = os.environ.get(KEY_FILE)
    if given:
        named = None if Path(given).is_file() else _WITH_ID.fullmatch(given)
        if named is None:
            return Path(given)
        if named[1] == key_id:
            return Path(named[2]).expanduser()
    try:
        return configured_key_file(key_id)
    except CatalogueError:
        return None


def numbers_folder(key_file: Path) -> Path:
    """Give the folder with the numbers of a key's units; only an owner has it."""
    return key_file.with_name(f"{key_file.name}.units")


def is_key_id(text: str) -> bool:
    """Whether a key may have this name."""
    return _KEY_ID.match(text) is not None


def is_bank_name(text: str) -> bool:
    """Whether a script can name a databank so."""
    return _BANK_NAME.match(text) is not None


def roots(additions: Iterable[str] = (), folder: Path | None = None) -> tuple[Root, ...]:
    """Give the roots of `config.toml`, then those of `--databank [NAME=]DIR`.

    Empty where neither names one. Raises CatalogueError.
    """
    configured = read_configuration(folder).databanks.items()
    return (*configured, *map(addition, additions))


def addition(text: str) -> Root:
    """Read the argument of `--databank`: a folder, with or without a name before it."""
    name, equals, rest = text.partition("=")
    if equals and _BANK_NAME.match(name) and not Path(text).is_dir():
        return name, Path(rest).expanduser().absolute()
    return None, Path(text).expanduser().absolute()


def _text(tables: Mapping[str, Any], name: str, path: Path) -> str | None:
    value = tables.get(name)
    if value is not None and not isinstance(value, str):
        raise CatalogueError(f"{path}: '{name}' is not a text")
    return value


def _paths(tables: Mapping[str, Any], name: str, path: Path) -> Mapping[str, Path]:
    table = tables.get(name, {})
    if not isinstance(table, dict):
        raise CatalogueError(f"{path}: '{name}' is not a table")
    found: dict[str, Path] = {}
    for key, value in _flat(table):
        if not isinstance(value, str) or not value:
            raise CatalogueError(f"{path}: '{key}' in [{name}] is not a path in quotes")
        found[key] = (path.parent / Path(value).expanduser()).absolute()
    return MappingProxyType(found)


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, object]]:
    """Give the entries by full name: without quotes TOML reads `no.ssb.fdb` as nested tables."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
