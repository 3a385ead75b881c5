"""The benchmark of models measures the same work: kohort and statsmodels find the same numbers."""

from __future__ import annotations

from pathlib import Path

import models_job
import models_peer
import numpy as np
import pytest
from models_people import Adults
from people import write_people

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.disclosure.released import Model
from kohort.event import Result

PERSONS = 6000


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bench") / "people"
    write_people(made, Adults(PERSONS))
    return made


@pytest.mark.parametrize("step", list(models_job.STEPS))
def test_both_sides_find_the_same(root: Path, step: str) -> None:
    session = new_session(Catalogue([(None, root)]), "open")
    list(session.run(models_job.SETUP, batch=False))
    (told,) = [
        event.released.content
        for event in session.run(models_job.STEPS[step], batch=False)
        if isinstance(event, Result)
    ]
    assert isinstance(told, Model)
    errors = [
        line[1].v
        for row, line in zip(told.table.rows, told.table.cells, strict=True)
        if row[0].kind == "term" and line[1].v is not None
    ]
    y, matrix = models_peer.matrix(models_peer.people(root), step)
    expected = models_peer.FITS[step](y, matrix)
    np.testing.assert_allclose(errors, expected, rtol=1e-5)
