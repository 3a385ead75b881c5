"""What a session is opened with: databanks added, the profile chosen, the language of messages."""

from __future__ import annotations

from dataclasses import dataclass

from kohort import wire


@dataclass(frozen=True)
class Opening:
    """The user's choices for one session.

    `databanks` are added to the configured ones, each `[NAME=]DIR`; `profile` None is the
    databank's default; `language` is `en` or `nb`. `notes`: results are shown with a line about
    where they come from (the engine need not know).
    """

    databanks: tuple[str, ...] = ()
    profile: str | None = None
    language: str = "en"
    notes: bool = True


def to_message(opening: Opening) -> wire.Message:
    """Give the fields of an `open` message."""
    return {
        "databanks": list(opening.databanks),
        "profile": opening.profile,
        "language": opening.language,
    }


def from_message(message: wire.Message) -> Opening:
    """Read the fields of an `open` message. Raises `wire.FrameError`."""
    profile = message.get("profile")
    return Opening(
        wire.texts(message.get("databanks")),
        None if profile is None else wire.text(profile),
        wire.text(message.get("language")),
    )
