"""How far a fit has come: who hears of its iterations, what is drawn, and that Ctrl-C stops it."""

from __future__ import annotations

import io
import json
from contextlib import closing
from pathlib import Path

import banks
import engine_double
import pytest
from test_repl import Terminal

from kohort import iterations
from kohort.assembly import new_session
from kohort.client import Worker
from kohort.disclosure.released import to_wire
from kohort.event import Result, Started, Told
from kohort.opening import Opening
from kohort.progress import Steps

START = """\
require no.ssb.fdb:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
import db/BEFOLKNING_KOMMNR_FORMELL 2020-01-01 as home
import db/BEFOLKNING_FOEDSELS_AAR_MND as born
import db/SIVSTANDFDT_SIVSTAND 2020-01-01 as civil
import db/INNTEKT_WLONN 2020-12-31 as wage
keep if born > 194000 & born < 200000 & wage > 0
generate man = sex == '1'
generate age = 2020 - int(born / 100)
generate rich = wage > 500000
generate band = int(age / 20)
generate old = age > 55
generate young = age < 40
generate never = age < 0
generate years = int(age / 7)
"""
FITS = {
    "logit rich age man": "logit old young man",
    "probit rich age man": "probit old age",
    "mlogit band man rich": "mlogit band age",
    "poisson years man rich": "poisson never man",
    "negative-binomial years man rich": "negative-binomial never man",
    "cox rich years man": "cox old years young",
    "weibull rich years": "weibull never years",
    "regress-mml years man by home": "regress-mml never man by home",
}
"""A model of each kind that is fitted step by step, and one without a maximum or without spread."""
PREDICTIONS = (
    "logit-predict rich age man, predicted(a)",
    "mlogit-predict civil age rich, probabilities(b)",
    "poisson-predict years man rich, predicted(c)",
)


class Screen(io.StringIO):
    """A terminal that keeps what is written to it."""

    def isatty(self) -> bool:
        return True


class Fits:
    """A session that knows the numbers that its iterations told."""

    def __init__(self, root: Path, profile: str) -> None:
        self.session = new_session(banks.catalogue(root), profile)
        self.heard: list[int] = []
        self.answered(START)

    def answered(self, text: str) -> tuple[str, list[str]]:
        """Run a text: what it released as JSON, and what it was told as codes."""
        self.heard.clear()
        with iterations.heard(self.heard.append):
            events = list(self.session.run(text, batch=False))
        released = [to_wire(event.released) for event in events if isinstance(event, Result)]
        told = [event.diagnostic for event in events if isinstance(event, Told)]
        assert all(one.severity in {"notice", "refusal"} for one in told), (text, told)
        return json.dumps(released), [one.code for one in told]


@pytest.fixture(scope="module", params=["open", "default"])
def fits(request: pytest.FixtureRequest, norway_root: Path) -> Fits:
    return Fits(norway_root, request.param)


# ---- who hears of it


def test_iterations_are_told_where_nothing_is_protected(fits: Fits) -> None:
    """How many there are depends on the data, as what a fit converges to does."""
    opened = not fits.session.gate.protected
    for text in (*FITS, *PREDICTIONS):
        _, refused = fits.answered(text)
        assert refused == []
        if opened:
            assert fits.heard == list(range(1, len(fits.heard) + 1)), text
            assert fits.heard, text
        else:
            assert fits.heard == [], text
    fits.answered("summarize wage")
    assert fits.heard == []


def test_a_fit_without_a_maximum_says_so_where_nothing_is_protected(fits: Fits) -> None:
    """Under protection there are numbers, or the one refusal, and no note that the others lack."""
    opened = not fits.session.gate.protected
    words = {"separation", "boundless", "no-convergence", "no-variation"}
    for plain, odd in FITS.items():
        usual, _ = fits.answered(plain)
        released, refused = fits.answered(odd)
        if opened:
            assert words & (notes(released) | set(refused)), odd
        else:
            assert set(refused) <= {"SDC-M1"}, odd
            assert not any(word in released + usual for word in {*words, "iterations"}), odd
            assert refused or notes(released) == notes(usual)


def notes(released: str) -> set[str]:
    """Give the keys of all notes of some released results."""
    found, left = set(), [json.loads(released)]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            found |= {note["key"] for note in one.get("notes", ())}
            left += one.values()
        elif isinstance(one, list):
            left += one
    return found


def test_a_session_that_is_restored_tells_nothing(norway_root: Path) -> None:
    session = new_session(banks.catalogue(norway_root), "open")
    heard: list[int] = []
    with iterations.heard(heard.append):
        assert session.replay((*START.splitlines(), PREDICTIONS[0])) == 0
    assert heard == []


# ---- from the worker to the terminal


def test_the_number_goes_up_and_ends_with_its_statement() -> None:
    told: list[int] = []
    found: dict[int, list[int]] = {}
    with closing(Worker(Opening(), engine_double.COMMAND)) as worker:
        for event in worker.run("fit 4\nwait 0.5\nsay a", False, told.append):
            if isinstance(event, Started):
                found[event.step - 1] = list(told)
                told.clear()
    assert found[1] == sorted(found[1])
    # At most one is told in a fifth of a second, and so each of these.
    assert {1, 2, 3, 4} <= set(found[1])
    assert set(found[2]) == {0}


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "step 2 of 3, iteration 7, 5 s (Ctrl-C stops)"),
        ("nb", "steg 2 av 3, iterasjon 7, 5 s (Ctrl-C stopper)"),
    ],
)
def test_the_line_names_step_iteration_and_seconds(
    monkeypatch: pytest.MonkeyPatch, language: str, line: str
) -> None:
    now = 100.0
    monkeypatch.setattr("kohort.progress.time.monotonic", lambda: now)
    screen, file = Screen(), io.StringIO()
    for stream in (screen, file):
        steps = Steps(stream, language)
        steps.started(2, 3)
        now += 5.2
        steps.waiting(7)
        now -= 5.2
    assert screen.getvalue().endswith(line)
    assert file.getvalue() == ""


# ---- Ctrl-C


def test_ctrl_c_stops_a_fit_and_keeps_the_session(tmp_path: Path, small_root: Path) -> None:
    """The real engine in a real terminal, with iterations of a second each."""
    terminal = Terminal(tmp_path, small_root, "slow_prompt")
    terminal.run("require no.test.small:1 as db", "profile: open")
    terminal.run("create-dataset people", "new dataset")
    terminal.run("import db/INNTEKT_WLONN 2020-12-31 as wage", "15 units")
    terminal.run("generate rich = wage > 600000", "rich: generated")
    terminal.type("logit rich wage if wage != 500000\r")
    terminal.wait("iteration 2,")
    terminal.type("\x03")
    terminal.wait("stopped; the session is as it was")
    terminal.wait("kohort> ")
    terminal.run("tabulate rich", "Total | 15")
    assert terminal.leave() == 0
