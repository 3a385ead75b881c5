"""Signatures of verdicts with ed25519 (RFC 8032), so that others can rely on an owner's word."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kohort.archive.canonical import canonical
from kohort.script_file import reason
from kohort.trouble import Trouble

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

FIELD: Final = "signature"
_MISSING: Final = "signatures need the extra 'owner': pip install 'kohort[owner]'"


def make_keys(private: Path) -> Path:
    """Make a pair of keys: PEM files, the private one for its owner's eyes only.

    Gives the path of the public one, `<name>.pub`. Raises `Trouble`.
    """
    forms, made = _forms(), _library().Ed25519PrivateKey.generate()
    public = private.with_name(f"{private.name}.pub")
    try:
        descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(
                made.private_bytes(
                    forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption()
                )
            )
        public.write_bytes(
            made.public_key().public_bytes(
                forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo
            )
        )
    except OSError as error:
        raise Trouble(f"{private} cannot be written: {reason(error)}") from None
    return public


def signed(verdict: dict[str, Any], private: Path) -> dict[str, Any]:
    """Give a verdict with its signature and the public key. Raises `Trouble`."""
    key: Ed25519PrivateKey = _loaded(private, "private")
    raw = key.sign(canonical(verdict))
    public = key.public_key().public_bytes_raw()
    return {**verdict, FIELD: {"ed25519": _text(raw), "public_key": _text(public)}}


def holds(verdict: dict[str, Any], public: Path) -> bool:
    """Whether a verdict carries a signature by the owner of a public key. Raises `Trouble`."""
    from cryptography.exceptions import InvalidSignature

    key: Ed25519PublicKey = _loaded(public, "public")
    said = {name: value for name, value in verdict.items() if name != FIELD}
    try:
        raw = base64.b64decode(str(verdict[FIELD]["ed25519"]), validate=True)
        key.verify(raw, canonical(said))
    except (KeyError, TypeError, ValueError, InvalidSignature):
        return False
    return True


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _library() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise Trouble(_MISSING) from None
    return ed25519


def _forms() -> Any:
    _library()
    from cryptography.hazmat.primitives import serialization

    return serialization


def _loaded(path: Path, kind: str) -> Any:
    forms, library = _forms(), _library()
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Trouble(f"{path} cannot be read: {reason(error)}") from None
    try:
        key = (
            forms.load_pem_private_key(raw, None)
            if kind == "private"
            else forms.load_pem_public_key(raw)
        )
    except (ValueError, TypeError):
        raise Trouble(f"{path} holds no {kind} key") from None
    wanted = library.Ed25519PrivateKey if kind == "private" else library.Ed25519PublicKey
    if not isinstance(key, wanted):
        raise Trouble(f"{path} holds no {kind} key for ed25519")
    return key
