"""What a session is opened with: databanks added, the profile chosen, the language of messages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kohort import wire


@dataclass(frozen=True)
class Opening:
    """The user's choices for one session.

    `databanks` are added to the configured ones, as (name or None, folder); `profile` None is the
    databank's default; `language` is `en` or `nb`.
    """

    databanks: tuple[tuple[str | None, Path], ...] = ()
    profile: str | None = None
    language: str = "en"


def to_message(opening: Opening) -> wire.Message:
    """Give the fields of an `open` message."""
    return {
        "databanks": [[name, str(root)] for name, root in opening.databanks],
        "profile": opening.profile,
        "language": opening.language,
    }


def from_message(message: wire.Message) -> Opening:
    """Read the fields of an `open` message. Raises `wire.FrameError`."""
    pairs = message.get("databanks")
    if not isinstance(pairs, list):
        raise wire.FrameError("the databanks are missing in a message")
    profile = message.get("profile")
    return Opening(
        tuple(_databank(pair) for pair in pairs),
        None if profile is None else wire.text(profile),
        wire.text(message.get("language")),
    )


def _databank(pair: object) -> tuple[str | None, Path]:
    match pair:
        case [None, str(root)]:
            return None, Path(root)
        case [str(name), str(root)]:
            return name, Path(root)
    raise wire.FrameError("a databank in a message is not well formed")
