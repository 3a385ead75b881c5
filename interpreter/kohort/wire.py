"""What travels between the front end and the worker: length-framed JSON messages of one version.

A frame is four bytes, the length of the body in network order, and the body: a JSON object in UTF-8
with `version` and `type`. The front end sends `open`, `run` and `replay`; the worker answers with
`opened` or `unopened`, and with the events of a run: `started`, `result`, `told`, `finished`, and
`kept`, the statements that took effect (a list that begins at position `first` of all). In between
`iteration` says how many a fit has begun, where that may be told. A `provenance` is answered by one
of the same name, with what the results so far rest on.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import IO, Any, Final, TypeAlias

from kohort.diagnostic import Diagnostic, Span
from kohort.disclosure.released import to_wire
from kohort.event import Event, Finished, Result, Started

VERSION: Final = 1
LIMIT: Final = 64 * 1024 * 1024
"""Largest body in bytes: 200 000 table cells take about 10 MB."""

_SEVERITIES: Final = frozenset({"error", "refusal", "failure", "notice"})
_HEADER: Final = struct.Struct("!I")

Message: TypeAlias = dict[str, Any]


class FrameError(Exception):
    """What came through the pipe is no message of this version. The text quotes nothing of it."""


def write(stream: IO[bytes], kind: str, fields: Mapping[str, Any] | None = None) -> None:
    """Send one message. Raises `FrameError` above `LIMIT`, `OSError` where the pipe is closed."""
    message = {"version": VERSION, "type": kind, **(fields or {})}
    body = json.dumps(message, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    if len(body) > LIMIT:
        raise FrameError("a message is too large")
    stream.write(_HEADER.pack(len(body)) + body)
    stream.flush()


def read(stream: IO[bytes]) -> Message | None:
    """Receive one message, or None where the stream has ended between two. Raises `FrameError`."""
    header = _exactly(stream, _HEADER.size)
    if not header:
        return None
    if len(header) < _HEADER.size:
        raise FrameError("a message ends early")
    (length,) = _HEADER.unpack(header)
    if length > LIMIT:
        raise FrameError("a message is too large")
    body = _exactly(stream, length)
    if len(body) < length:
        raise FrameError("a message ends early")
    return _decoded(body)


def _exactly(stream: IO[bytes], count: int) -> bytes:
    parts: list[bytes] = []
    while count > 0:
        part = stream.read(min(count, 1 << 20))
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _decoded(body: bytes) -> Message:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise FrameError("a message is not JSON") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise FrameError("a message has no type")
    if message.get("version") != VERSION:
        raise FrameError("a message is of another version")
    return message


def send_event(stream: IO[bytes], event: Event) -> None:
    """Send one event of a run."""
    match event:
        case Started(step, total, span):
            write(stream, "started", {"step": step, "total": total, "span": _pair(span)})
        case Result(released, span):
            write(stream, "result", {"released": to_wire(released), "span": _pair(span)})
        case Finished(exit_code):
            write(stream, "finished", {"exit_code": exit_code})
        case _:
            write(stream, "told", {"diagnostic": of_diagnostic(event.diagnostic)})


def of_diagnostic(diagnostic: Diagnostic) -> Message:
    """Give the JSON form of a diagnostic."""
    return {
        "code": diagnostic.code,
        "message": diagnostic.message,
        "span": _pair(diagnostic.span),
        "hint": diagnostic.hint,
        "severity": diagnostic.severity,
    }


def to_diagnostic(value: object) -> Diagnostic:
    """Read the JSON form of a diagnostic. Raises `FrameError`."""
    given = mapping(value)
    hint, severity = given.get("hint"), given.get("severity")
    if severity not in _SEVERITIES or not (hint is None or isinstance(hint, str)):
        raise FrameError("a diagnostic is not well formed")
    code, message = text(given.get("code")), text(given.get("message"))
    return Diagnostic(code, message, to_span(given.get("span")), hint, severity)


def _pair(span: Span) -> list[int]:
    return [span.start, span.end]


def to_span(value: object) -> Span:
    """Read the JSON form of a span. Raises `FrameError`."""
    match value:
        case [start, end]:
            if whole(start) <= whole(end):
                return Span(whole(start), whole(end))
    raise FrameError("a place in the script is not well formed")


def mapping(value: object) -> Mapping[str, Any]:
    """Give a JSON object, or raise `FrameError`."""
    if not isinstance(value, dict):
        raise FrameError("an object is missing in a message")
    return value


def text(value: object) -> str:
    """Give a JSON string, or raise `FrameError`."""
    if not isinstance(value, str):
        raise FrameError("a text is missing in a message")
    return value


def texts(value: object) -> tuple[str, ...]:
    """Give a JSON array of strings, or raise `FrameError`."""
    if not isinstance(value, list):
        raise FrameError("a list is missing in a message")
    return tuple(text(item) for item in value)


def whole(value: object) -> int:
    """Give a JSON number that is whole and not negative, or raise `FrameError`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FrameError("a number in a message is not well formed")
    return value
