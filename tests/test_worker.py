"""The worker's process and its client: frames, interruption, death, replay, what never leaves."""

from __future__ import annotations

import io
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import engine_double
import pytest
from banks import small
from hypothesis import given, settings
from hypothesis import strategies as st

from kohort import wire
from kohort.client import InProcess, Worker
from kohort.diagnostic import Diagnostic, Span
from kohort.disclosure.released import Lines, Text, to_wire
from kohort.event import Event, Finished, Result, Started, Told
from kohort.opening import Opening, from_message, to_message
from kohort.worker_environment import set_engine_environment

COMMAND = engine_double.COMMAND


@pytest.fixture
def worker() -> Iterator[Worker]:
    with closing(Worker(Opening(), COMMAND)) as made:
        yield made


def run(worker: Worker | InProcess, text: str) -> list[Event]:
    return list(worker.run(text, batch=False))


def said(events: list[Event]) -> list[str]:
    lines: list[str] = []
    for event in events:
        if isinstance(event, Result) and isinstance(event.released.content, Text):
            (block,) = event.released.content.blocks
            assert isinstance(block, Lines)
            lines += block.lines
    return lines


def told(events: list[Event]) -> list[Diagnostic]:
    return [event.diagnostic for event in events if isinstance(event, Told)]


# ---- frames


def test_a_frame_is_a_length_and_json() -> None:
    stream = io.BytesIO()
    wire.write(stream, "run", {"text": "å", "batch": True})
    body = b'{"version": 1, "type": "run", "text": "\xc3\xa5", "batch": true}'
    assert stream.getvalue() == struct.pack("!I", len(body)) + body


texts = st.text('aå€😀\n"\\', max_size=5)
scalars = st.none() | st.booleans() | st.integers(-(2**60), 2**60) | texts
json_values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(texts, scalars, max_size=2)


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["text", "x", "é"]), json_values), max_size=3))
def test_what_is_written_is_read(messages: list[dict[str, object]]) -> None:
    stream = io.BytesIO()
    for fields in messages:
        wire.write(stream, "run", fields)
    stream.seek(0)
    for fields in messages:
        message = wire.read(stream)
        assert message is not None
        assert {k: v for k, v in message.items() if k not in {"version", "type"}} == fields
    assert wire.read(stream) is None


def framed(body: bytes) -> bytes:
    return struct.pack("!I", len(body)) + body


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x00",
        struct.pack("!I", wire.LIMIT + 1) + b"x",
        struct.pack("!I", 10) + b"{}",
        framed(b"{}"),
        framed(b"[]"),
        framed(b"\xff\xfe"),
        framed(b"[" * 100_000),
        framed(b'{"version": 2, "type": "run"}'),
        framed(b'{"version": 1, "type": 5}'),
    ],
)
def test_anything_else_is_a_frame_error(sent: bytes) -> None:
    with pytest.raises(wire.FrameError):
        wire.read(io.BytesIO(sent))


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_bytes_give_messages_or_frame_errors(sent: bytes) -> None:
    try:
        message = wire.read(io.BytesIO(sent))
    except wire.FrameError:
        return
    assert message is None or message["version"] == wire.VERSION


@pytest.mark.parametrize("bad", [None, [], {"code": 1}, {"code": "x", "message": "y", "span": [2]}])
def test_a_malformed_diagnostic_is_a_frame_error(bad: object) -> None:
    with pytest.raises(wire.FrameError):
        wire.to_diagnostic(bad)


@pytest.mark.parametrize("bad", [[3, 2], [-1, 2], [True, 2], ["0", 1], [0, 1, 2], None])
def test_a_malformed_span_is_a_frame_error(bad: object) -> None:
    with pytest.raises(wire.FrameError):
        wire.to_span(bad)


def test_an_opening_crosses_whole() -> None:
    opening = Opening(("/a", "no.x=/b"), "strict", "nb")
    assert from_message(to_message(opening)) == opening


# ---- running


def test_events_cross_in_order(worker: Worker) -> None:
    events = run(worker, "say a\nkeep b")
    assert [type(event).__name__ for event in events] == [
        "Started",
        "Result",
        "Started",
        "Finished",
    ]
    assert events[0] == Started(1, 2, Span(0, 5))
    assert said(events) == ["a"]
    assert events[2:] == [Started(2, 2, Span(6, 12)), Finished(0)]
    assert worker.statements == ("keep b",)


def test_the_twin_in_this_process_says_the_same(worker: Worker) -> None:
    twin = InProcess(engine_double.DoubleSession())
    script = "keep a\nsay å\nwrong x\nsay never"
    ours, its = run(worker, script), run(twin, script)
    assert said(ours) == said(its) == ["å"]
    assert told(ours) == told(its)
    assert ours[-1] == its[-1] == Finished(1)
    assert worker.statements == twin.statements == ("keep a",)


def test_refusals_and_mistakes_keep_their_codes(worker: Worker) -> None:
    assert run(worker, "refuse")[-1] == Finished(2)
    assert run(worker, "wrong x")[-1] == Finished(1)


def test_ctrl_c_stops_whatever_runs_and_keeps_the_session(worker: Worker) -> None:
    run(worker, "keep a\nkeep b")
    before = worker.pid
    events = worker.run("keep c\nspin\nkeep d", batch=False)
    while next(events) != Started(2, 3, Span(7, 11)):
        pass
    started = time.monotonic()
    worker.interrupt()
    assert time.monotonic() - started < 0.5
    assert worker.pid != before
    assert worker.statements == ("keep a", "keep b", "keep c")
    assert said(run(worker, "say back")) == ["back"]
    assert worker.statements == ("keep a", "keep b", "keep c")


def test_ctrl_c_arrives_as_an_exception_while_waiting(worker: Worker) -> None:
    def press(_: int) -> None:
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        list(worker.run("wait 20", batch=False, waiting=press))
    worker.interrupt()
    assert said(run(worker, "say back")) == ["back"]


def test_an_abandoned_run_is_interrupted(worker: Worker) -> None:
    next(worker.run("keep a\nwait 20", batch=False))
    assert said(run(worker, "say b")) == ["b"]


def test_a_dead_engine_is_one_failure(worker: Worker) -> None:
    run(worker, "keep a")
    events = run(worker, "keep b\nabort\nkeep c")
    (diagnostic,) = told(events)
    assert (diagnostic.code, diagnostic.severity) == ("engine-stopped", "failure")
    assert diagnostic.span == Span(7, 12)
    assert events[-1] == Finished(3)
    assert worker.statements == ("keep a", "keep b")
    assert said(run(worker, "say c")) == ["c"]


def test_an_engine_that_dies_while_idle_is_replaced(worker: Worker) -> None:
    run(worker, "keep a")
    os.kill(worker.pid, signal.SIGKILL)
    time.sleep(0.1)
    assert run(worker, "say a")[-1] == Finished(3)
    assert said(run(worker, "say b")) == ["b"]
    assert worker.statements == ("keep a",)


def test_a_session_that_cannot_be_replayed_says_so_and_goes_on(worker: Worker) -> None:
    run(worker, "keep unlucky")
    worker.statements += ("keep unlucky",)
    worker.interrupt()
    events = run(worker, "say a")
    assert [d.code for d in told(events)] == ["engine-stopped"]
    assert worker.statements == ()
    assert said(run(worker, "say b")) == ["b"]


def test_a_replay_that_fails_half_way_says_so(worker: Worker) -> None:
    worker.statements += ("keep a", "wrong b", "keep c")
    worker.interrupt()
    events = run(worker, "say a")
    assert [d.code for d in told(events)] == ["not-restored"]
    assert said(events) == ["a"]
    assert worker.statements == ("keep a",)


# ---- what never leaves


def test_an_exception_becomes_one_sentence(worker: Worker) -> None:
    events = run(worker, "raise")
    assert told(events) == [
        Diagnostic("internal", "this command failed", Span(0, 5), severity="failure")
    ]
    assert events[-1] == Finished(3)


def test_what_the_engine_prints_goes_nowhere() -> None:
    script = f"""
import sys
from kohort.client import Worker
from kohort.opening import Opening
worker = Worker(Opening(), {COMMAND!r})
events = list(worker.run("print\\nraise\\nprint", batch=False))
worker.close()
sys.stdout.write(str(len(events)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, timeout=30, check=True
    )
    assert done.stdout == b"4"
    assert done.stderr == b""


def test_the_worker_settles_its_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLARS_VERBOSE", "1")
    with closing(Worker(Opening(), COMMAND)) as worker:
        assert said(run(worker, "mask")) == ["77 None"]


def test_a_session_that_cannot_open_is_a_start_failure() -> None:
    with closing(Worker(Opening(profile="nokey"), COMMAND)) as worker:
        for _ in range(2):
            events = run(worker, "say a")
            assert [d.code for d in told(events)] == ["no-key"]
            assert events[-1] == Finished(4)


def test_a_broken_start_tells_nothing_of_its_cause() -> None:
    with closing(Worker(Opening(profile="broken"), COMMAND)) as worker:
        (diagnostic,) = told(run(worker, "say a"))
    assert diagnostic.code == "start-failed"
    assert engine_double.CANARY not in repr(diagnostic)


def test_the_worker_dies_with_its_parent() -> None:
    script = f"""
import os, sys
from kohort.client import Worker
from kohort.opening import Opening
worker = Worker(Opening(), {COMMAND!r})
events = worker.run("wait 60", batch=False)
next(events)
sys.stdout.write(str(worker.pid))
sys.stdout.flush()
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=30)
    pid = int(done.stdout)
    for _ in range(50):
        if not alive(pid):
            return
        time.sleep(0.1)
    pytest.fail("the worker outlived its parent by five seconds")


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_nonsense_from_the_worker_is_a_failure() -> None:
    nonsense = "import sys; sys.stdout.write('x' * 100); sys.stdin.read()"
    with closing(Worker(Opening(), (sys.executable, "-c", nonsense))) as worker:
        events = run(worker, "say a")
    assert [d.code for d in told(events)] == ["engine-stopped"]


def test_what_lay_on_disk_is_wiped(worker: Worker, tmp_path: Path) -> None:
    run(worker, "say a")
    folder = Path(worker.spill_folder)
    (folder / "data").write_bytes(b"rows")
    worker.interrupt()
    run(worker, "say b")
    assert not folder.exists()


def test_the_real_engine_gives_the_same_answer_after_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOHORT_CONFIG", str(tmp_path / "config"))
    script = """require no.test.small:1 as db
create-dataset people
import db/BEFOLKNING_KJOENN as sex
generate man = sex == '1'
tabulate sex
"""
    with closing(Worker(Opening((str(small(tmp_path)),)))) as worker:
        first = run(worker, script)
        worker.interrupt()
        again = run(worker, "tabulate sex man")
        replayed = run(worker, "tabulate sex")
    assert again[-1] == Finished(0)
    table = [to_wire(e.released) for e in first if isinstance(e, Result)][-1]
    assert table["kind"] == "table"
    assert [to_wire(e.released) for e in replayed if isinstance(e, Result)] == [table]
    assert worker.statements[-1] == "tabulate sex"


def test_one_thread_does_the_linear_algebra_and_polars_keeps_its_own() -> None:
    environment = {"OPENBLAS_NUM_THREADS": "8", "POLARS_MAX_THREADS": "3", "POLARS_VERBOSE": "1"}
    set_engine_environment(environment)
    assert environment["OPENBLAS_NUM_THREADS"] == "1"
    assert environment["POLARS_MAX_THREADS"] == "3"
    assert "POLARS_VERBOSE" not in environment
