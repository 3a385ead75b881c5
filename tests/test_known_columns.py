"""What is remembered of columns changes no number: each result is that of a session of its own."""

from __future__ import annotations

from pathlib import Path

import models_job
import numpy as np
import pytest
from models_people import Adults
from people import write_people

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.disclosure import model_noise
from kohort.estimators.design import Codes
from kohort.estimators.sums import Keys
from kohort.event import Result
from kohort.session import Session

MODELS = (
    "summarize wage wealth",
    "regress wage wealth capital i.sex i.county",
    "regress wage wealth if sex == '1'",
    "logit married wealth i.sex i.county",
    "regress wealth wage i.county",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bench") / "people"
    write_people(made, Adults(4000))
    return made


def session(root: Path) -> Session:
    started = new_session(Catalogue([(None, root)]), "default")
    told(started, models_job.SETUP)
    return started


def told(here: Session, line: str) -> list[str]:
    events = here.run(f"{line}\n", batch=False)
    return [repr(event.released.content) for event in events if isinstance(event, Result)]


def test_once_and_again(root: Path) -> None:
    alone = {line: told(session(root), line) for line in MODELS}
    assert all(alone.values())
    here = session(root)
    for line in (*MODELS, *reversed(MODELS)):
        assert told(here, line) == alone[line]


def test_other_rows_and_other_values(root: Path) -> None:
    """A column that is made anew, or whose rows are fewer, is looked at anew."""
    changes = ("replace wealth = wealth * 2 if sex == '1'", "keep if sex == '1'")
    model = "regress wage wealth i.county"
    here = session(root)
    assert told(here, model)
    for change in range(len(changes)):
        other = session(root)
        for line in changes[: change + 1]:
            told(other, line)
        told(here, changes[change])
        found = told(here, model)
        assert found
        assert found == told(other, model)


def test_a_column_is_gone_through_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, read = session(root), list[int]()
    whole = model_noise.code_fingerprint

    def counted(index: Codes, keys: Keys) -> np.uint64:
        read.append(len(index))
        return whole(index, keys)

    monkeypatch.setattr(model_noise, "code_fingerprint", counted)
    for _ in range(3):
        assert told(here, MODELS[1])
    assert read == [4000, 4000]
