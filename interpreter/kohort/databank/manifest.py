"""The manifest `kohort.toml` of a databank root: whose bank it is and what protection it allows."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kohort.diagnostic import nearest

FILE_NAME: Final = "kohort.toml"
UNPROTECTED: Final = "open"

_KEYS: Final[dict[str, dict[str, str]]] = {
    "databank": {"name": "text", "synthetic": "truth", "seed": "integer", "answers_to": "texts"},
    "disclosure": {"profiles": "texts", "profile": "text", "key_id": "text"},
    "labels": {"unverified": "texts"},
    "audit": {"log": "truth", "folder": "text"},
    "storage": {"encrypted": "truth"},
}
_KINDS: Final = {
    "text": "a text",
    "truth": "true or false",
    "integer": "a whole number",
    "texts": "a list of texts",
}


class ManifestError(ValueError):
    """A manifest cannot be used; the text names the file, the key and what is wrong with it."""


@dataclass(frozen=True)
class Manifest:
    """What the owner of a bank says of it beside the platform's own files.

    The default is what an absent file means: real data, profile `default` only, a key required.
    `name` None leaves the name to `datastore_versions.json`. `answers_to` are names that scripts
    may use for the bank, `unverified` the variables whose labels are not official. `log`: whether
    requests are logged (None: those to real banks), in `folder` (relative to the root).
    `encrypted`: whether rows that an owner adds are encrypted under the owner's key.
    """

    name: str | None = None
    synthetic: bool = False
    seed: int | None = None
    answers_to: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ("default",)
    profile: str = "default"
    key_id: str | None = None
    unverified: tuple[str, ...] = ()
    log: bool | None = None
    folder: str | None = None
    encrypted: bool | None = None

    def __post_init__(self) -> None:
        if self.profile not in self.profiles:
            raise ManifestError(f"profile '{self.profile}' is not among the profiles allowed")
        if UNPROTECTED in self.profiles and not self.synthetic:
            raise ManifestError(f"profile '{UNPROTECTED}' is for synthetic banks only")
        if self.synthetic and self.seed is None:
            raise ManifestError("a synthetic bank has a seed")
        if not self.synthetic and self.seed is not None:
            raise ManifestError("only a synthetic bank has a seed")
        if self.log is False and not self.synthetic:
            raise ManifestError("a real bank keeps an audit log")

    def audit_folder(self, root: Path) -> Path | None:
        """Give the folder of the audit log: `<root>_audit` unless it is named; None without one."""
        if not (self.log or (self.log is None and not self.synthetic)):
            return None
        if self.folder is None:
            return root.with_name(f"{root.name}_audit")
        return root / Path(self.folder).expanduser()

    @classmethod
    def read(cls, root: Path) -> Manifest:
        """Read `<root>/kohort.toml`; a root without one is a real bank under `default`.

        Raises `ManifestError` for an unreadable file, unknown keys, wrong types or contradictions.
        """
        path = root / FILE_NAME
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError) as error:
            raise ManifestError(f"{path}: {_plain(error)}") from None
        try:
            return cls(**_fields(tables))
        except ManifestError as error:
            raise ManifestError(f"{path}: {error}") from None

    def text(self) -> str:
        """Give the manifest as TOML, every key that is not absent, in a fixed order."""
        lines = []
        for table, keys in _KEYS.items():
            if all(getattr(self, key) is None for key in keys):
                continue
            lines.append(f"[{table}]")
            for key in keys:
                value = getattr(self, key)
                if value is not None:
                    # JSON's texts, numbers, truths and lists of texts are TOML as they stand.
                    plain = list(value) if isinstance(value, tuple) else value
                    lines.append(f"{key} = {json.dumps(plain, ensure_ascii=False)}")
            lines.append("")
        return "\n".join(lines[:-1]) + "\n"

    def write(self, root: Path) -> None:
        """Write `<root>/kohort.toml`."""
        (root / FILE_NAME).write_text(self.text(), encoding="utf-8")


def _plain(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def _fields(tables: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for table, content in tables.items():
        if table not in _KEYS:
            raise ManifestError(_unknown("table", table, list(_KEYS)))
        if not isinstance(content, dict):
            raise ManifestError(f"'{table}' is a table, written [{table}]")
        for key, value in content.items():
            if key not in _KEYS[table]:
                raise ManifestError(_unknown("key", f"{table}.{key}", list(_KEYS[table])))
            fields[key] = _checked(f"{table}.{key}", value, _KEYS[table][key])
    return fields


def _checked(name: str, value: object, kind: str) -> object:
    texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
    right = {
        "text": isinstance(value, str),
        "truth": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "texts": texts,
    }[kind]
    if not right:
        raise ManifestError(f"'{name}' is {_KINDS[kind]}")
    return tuple(value) if isinstance(value, list) else value


def _unknown(what: str, name: str, known: list[str]) -> str:
    near = nearest(name.rsplit(".", 1)[-1], known)
    return f"there is no {what} '{name}'" + (f", did you mean '{near}'?" if near else "")
