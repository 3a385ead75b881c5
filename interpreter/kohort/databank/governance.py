"""The governance of a register: who answers for it, why it is kept, how sensitive it is.

It lies in `NAME.governance.json` beside the owner's files and in `<root>/governance` in a databank;
the platform's own JSON has no place for it. Reading it imports no engine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from kohort.diagnostic import nearest

ENDING: Final = ".governance.json"
FOLDER: Final = "governance"
SENSITIVITIES: Final = ("public", "internal", "personal", "special")
"""From the loosest to the strictest; `special`: special categories of personal data, as health."""

_FOR_SPECIAL: Final = "strict"
_REQUIRED: Final = ("controller", "purpose", "sensitivity")
_LARGEST: Final = 1 << 20


class GovernanceError(ValueError):
    """The governance of a register cannot be used; `complaints` name keys and what is wrong."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        self.complaints = complaints
        super().__init__("; ".join(complaints))


@dataclass(frozen=True)
class Governance:
    """What an owner states of a register. Absent texts are empty.

    `sensitivity` is one of `SENSITIVITIES`; `profile` names a disclosure profile that holds, with
    the bank's own, wherever the register is used.
    """

    controller: str
    purpose: str
    sensitivity: str
    source: str = ""
    legal_basis: str = ""
    classification: str = ""
    retention: str = ""
    allowed_roles: tuple[str, ...] = ()
    minimisation: str = ""
    contact: str = ""
    profile: str = ""

    @property
    def special(self) -> bool:
        """Whether these are special categories of personal data."""
        return self.sensitivity == SENSITIVITIES[-1]

    @property
    def public(self) -> bool:
        """Whether the rows are published anyway."""
        return self.sensitivity == SENSITIVITIES[0]

    @property
    def protection(self) -> str | None:
        """The disclosure profile that holds wherever the register is used, besides the bank's."""
        return self.profile or (_FOR_SPECIAL if self.special else None)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Give what is stated as words and texts, in a fixed order."""
        stated = ((field.name, getattr(self, field.name)) for field in fields(self))
        plain = ((n, ", ".join(v) if isinstance(v, tuple) else v) for n, v in stated)
        return tuple((name.replace("_", " "), text) for name, text in plain if text)

    def text(self) -> str:
        """Give the JSON of what is stated."""
        stated = {field.name: getattr(self, field.name) for field in fields(self)}
        plain = {n: list(v) if isinstance(v, tuple) else v for n, v in stated.items() if v}
        return json.dumps(plain, ensure_ascii=False, indent=2) + "\n"


def read(path: Path) -> Governance:
    """Read a sidecar. Raises `GovernanceError`."""
    try:
        if path.stat().st_size > _LARGEST:
            raise GovernanceError(("the file is too large",))
        given = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise GovernanceError(((error.strerror or "cannot be read").lower(),)) from None
    except (ValueError, RecursionError):
        raise GovernanceError(("the file is not JSON in UTF-8",)) from None
    if not isinstance(given, dict):
        raise GovernanceError(("the file is not an object",))
    return stated(given)


def stated(given: Mapping[str, object]) -> Governance:
    """Give the governance that an object states. Raises `GovernanceError` with all complaints."""
    known = [field.name for field in fields(Governance)]
    complaints = [_unknown(key, known) for key in given if key not in known]
    complaints += [f"'{key}' is missing" for key in _REQUIRED if not given.get(key)]
    values: dict[str, object] = {}
    for key in known:
        value = given.get(key)
        if value is None:
            continue
        if key == "allowed_roles":
            if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
                complaints.append("'allowed_roles' is not a list of texts")
            else:
                values[key] = tuple(value)
        elif not isinstance(value, str):
            complaints.append(f"'{key}' is not a text")
        else:
            values[key] = value.strip()
    level = values.get("sensitivity")
    if level and level not in SENSITIVITIES:
        complaints.append(f"'sensitivity' is one of {', '.join(SENSITIVITIES)}")
    if complaints:
        raise GovernanceError(tuple(complaints))
    return Governance(**values)  # type: ignore[arg-type]


def _unknown(key: str, known: list[str]) -> str:
    near = nearest(key, known)
    return f"'{key}' is not known" + (f", did you mean '{near}'?" if near else "")
