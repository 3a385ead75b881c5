"""Canaries: nothing that belongs to one person appears in anything that leaves the program."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import banks
import canary_bank
import pytest
import random_scripts
from hypothesis import HealthCheck, given, settings

from kohort import wire
from kohort.assembly import new_session
from kohort.databank.manifest import Manifest
from kohort.event import Event, Finished, Told
from kohort.output import output_of
from kohort.render import Form, Look
from kohort.session import Session

CANARIES = canary_bank.Canaries()
FORMS: tuple[Form, ...] = ("text", "json", "html")
FOLDER = Path(__file__).parent
THOROUGH = settings(
    max_examples=int(os.environ.get("KOHORT_EXAMPLES", "60")), deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_bank.canary_bank(tmp_path_factory.mktemp("canaries"))


def begun(root: Path, profile: str) -> Session:
    """Give a session in which everything of the bank is imported."""
    session = new_session(banks.catalogue(root), profile)
    events = list(session.run(random_scripts.HEAD))
    assert events[-1] == Finished(0)
    return session


class Restart:
    """A session that can be put back to where it had just imported everything."""

    def __init__(self, root: Path, profile: str) -> None:
        self.session = begun(root, profile)
        self.scope, self.datasets = self.session.scope.copy(), dict(self.session.datasets)

    def run(self, pieces: Sequence[str]) -> Iterator[tuple[str, list[Event]]]:
        """Give each piece of a script with its events; a piece follows whatever came before."""
        session = self.session
        session.scope.restore(self.scope)
        session.datasets, session.statements = dict(self.datasets), ()
        for piece in pieces:
            yield piece, list(session.run(piece, batch=False))


@pytest.fixture(scope="module", params=["default", "danish-5"])
def start(root: Path, request: pytest.FixtureRequest) -> Restart:
    return Restart(root, str(request.param))


def leaving(events: list[Event], source: str) -> str:
    """Give all that leaves with some events: drawn in every form, on the wire, and as Python."""
    stream = io.StringIO()
    for form in FORMS:
        output = output_of(form, stream, stream, Look("nb"), source)
        for event in events:
            output.put(event)
        output.end()
    sent = io.BytesIO()
    for event in events:
        wire.send_event(sent, event)
    return stream.getvalue() + sent.getvalue().decode("utf-8", "replace") + repr(events)


def found_beyond(text: str, script: str) -> list[str]:
    """Give the canaries in a text that do not stand in the script itself."""
    own = set(CANARIES.within(script))
    return [canary for canary in CANARIES.within(text) if canary not in own]


def test_canaries_are_found_where_they_are() -> None:
    wage = canary_bank.wages()[0]
    grouped = f"{wage:,}".replace(",", "\u00a0")
    for text in (f"a  {grouped}  1", f"[{wage}]", f"{wage}, 2", f"{canary_bank.exact()[0]}"):
        assert list(CANARIES.within(text)), text
    assert list(CANARIES.within("id 773100007919; KANARI-000050 98Q6")) == [
        "773100007919", "KANARI-000050", "98Q6",
    ]  # fmt: skip
    assert not list(CANARIES.within("1 450 000 and 98 or KANARI"))
    # Were the protection off, they would be there.
    assert len(CANARIES.numbers) > 5500


@given(random_scripts.scripts())
@THOROUGH
def test_scripts_at_random_show_no_canary(start: Restart, script: list[str]) -> None:
    for piece, events in start.run(script):
        assert found_beyond(leaving(events, piece), "\n".join(script)) == []
        # Whatever the data are, a command must not break on them: its failing would tell.
        assert not [e for e in events if isinstance(e, Told) and e.diagnostic.code == "internal"]


def test_without_protection_the_same_scripts_do(tmp_path: Path) -> None:
    """The search finds what it looks for: `open` shows what `default` does not."""
    root = tmp_path / "open"
    manifest = Manifest(
        name=canary_bank.NAME, synthetic=True, seed=1, profiles=("open",), profile="open"
    )
    canary_bank.build(root, manifest)
    session = begun(root, "open")
    script = "tabulate home\ntabulate wage, bottom(5)\nsummarize wage"
    events = list(session.run(script, batch=False))
    found = found_beyond(leaving(events, script), script)
    assert "98Q6" in found
    assert f"{canary_bank.GIANT}" in found
