"""Who a script is: a hash of what it says, so that layout and comments make no other script."""

from __future__ import annotations

from typing import Any, Final

from kohort.archive.canonical import canonical, sha256
from kohort.formatting import placeless
from kohort.syntax import parse

_EDITION: Final = "1"
"""Rises when parsed forms change their shape, since old identities cannot be computed then."""


def script_identity(text: str) -> str:
    """Give the identity of a script: `kohort:1:` and the SHA-256 of its parsed form.

    Blanks, line breaks, comments and the kind of quotes do not change it; every word that means
    something does, prose in text blocks included.
    """
    said = _json(placeless(tuple(parse(text))))
    return f"kohort:{_EDITION}:{sha256(canonical(said))}"


def _json(value: Any) -> Any:
    """Give parsed statements as JSON; a type stands beside each value, so that 1 is not '1'."""
    if isinstance(value, (tuple, list)):
        return [_json(item) for item in value]
    if value is None or isinstance(value, (str, bool)):
        return value
    return {type(value).__name__: str(value)}
