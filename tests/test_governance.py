"""Governance of registers: read, shown, and what its sensitivity does to protection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from owned_banks import Owner
from owner_files import NUMBERS, Json, code, described, said
from pages import run

from kohort.assembly import new_session
from kohort.catalogue import Catalogue
from kohort.databank import governance
from kohort.databank.governance import GovernanceError
from kohort.databank.releases.owned import BankError
from kohort.disclosure.policy import KEY_FILE
from kohort.disclosure.profile import load
from kohort.session import Session

STATED: Json = {
    "controller": "Fjordvik kommune", "purpose": "Evaluering", "sensitivity": "personal",
    "legal_basis": "artikkel 6", "allowed_roles": ["analytiker", "leder"],
    "minimisation": "navn er utelatt",
}  # fmt: skip
PEOPLE = 1500
SEX = {"codeList": [code("1", "Mann", "1900-01-01"), code("2", "Kvinne", "1900-01-01")]}


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Owner:
    """Give a bank of four registers, of which one is special and one names a profile."""
    made = Owner(tmp_path_factory.mktemp("governed"))
    made.found()
    ids = [f"{10**10 + i}" for i in range(PEOPLE)]
    sex = [f"{unit};{1 + i % 2};;;" for i, unit in enumerate(ids)]
    made.put("SEX", described("FIXED", "STRING", SEX), sex)
    wage = [f"{unit};{1000 + 37 * i % 911};;;" for i, unit in enumerate(ids)]
    made.put("WAGE", described("FIXED", "LONG", NUMBERS), wage, STATED)
    ill = [f"{unit};{1 + (i % 50 == 0)};;;" for i, unit in enumerate(ids)]
    special = {**STATED, "sensitivity": "special"}
    made.put("ILL", described("FIXED", "STRING", SEX), ill, special)
    made.put("NAMED", described("FIXED", "STRING", SEX), sex, {**STATED, "profile": "danish-5"})
    made.release()
    return made


@pytest.fixture
def session(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv(KEY_FILE, str(owner.key))
    made = new_session(Catalogue([(None, owner.bank.root)]))
    assert "version 1.0.0.0" in run(made, "require my.bank:1 as b\ncreate-dataset people\n")
    return made


# ---- the file


def test_what_is_stated_is_read(tmp_path: Path) -> None:
    made = governance.stated(STATED)
    path = tmp_path / "A.governance.json"
    path.write_text(made.text(), encoding="utf-8")
    assert governance.read(path) == made
    assert dict(made.pairs())["allowed roles"] == "analytiker, leder"
    assert "retention" not in dict(made.pairs())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"controller": None}, "'controller' is missing"),
        ({"sensitivity": "secret"}, "'sensitivity' is one of public, internal, personal, special"),
        ({"legal_bassis": "x"}, "'legal_bassis' is not known, did you mean 'legal_basis'?"),
        ({"purpose": 3}, "'purpose' is not a text"),
        ({"allowed_roles": "all"}, "'allowed_roles' is not a list of texts"),
    ],
)
def test_what_is_stated_wrongly(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(GovernanceError) as caught:
        governance.stated({**STATED, **change})
    assert complaint in caught.value.complaints


def test_a_sidecar_is_validated_with_its_register(tmp_path: Path) -> None:
    from kohort.databank.intake.problems import IntakeError

    made = Owner(tmp_path)
    made.found()
    with pytest.raises(IntakeError) as caught:
        made.put("A", described("FIXED"), ["1;1;;;"], {"purpose": "x"})
    assert "A: A.governance.json: 'controller' is missing" in caught.value.lines()


@pytest.mark.parametrize(
    ("profile", "reason"), [("stric", "did you mean 'strict'"), ("open", "protects nothing")]
)
def test_a_profile_that_cannot_be_used(tmp_path: Path, profile: str, reason: str) -> None:
    made = Owner(tmp_path)
    made.found()
    with pytest.raises(BankError, match=reason):
        made.put("A", described("FIXED"), ["1;1;;;"], {**STATED, "profile": profile})


# ---- what users see


def test_variables_shows_governance(session: Session) -> None:
    shown = run(session, "variables b/WAGE\n")
    for text in ("Fjordvik kommune", "Evaluering", "artikkel 6", "analytiker, leder"):
        assert text in shown
    assert "Governance" not in run(session, "variables b/SEX\n")


def test_variables_tells_of_a_register_that_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Owner(tmp_path)
    made.found()
    end = {"description": said("Ny hjemmel"), "successors": ["B", "C"]}
    revision = {"description": said("Siste"), "temporalEnd": end}
    made.put("A", described("FIXED", dataRevision=revision), ["1;1;;;"])
    made.release()
    monkeypatch.setenv(KEY_FILE, str(made.key))
    session = new_session(Catalogue([(None, made.bank.root)]))
    shown = run(session, "require my.bank:1 as b\nvariables b/A\n")
    assert "The register has ended: Ny hjemmel. Continued by B, C." in shown


def test_a_draft_of_governance_waits_for_its_release(tmp_path: Path) -> None:
    made = Owner(tmp_path)
    made.found()
    made.put("A", described("FIXED"), ["1;1;;;"], STATED)
    made.release()
    made.put("A", described("FIXED"), None, {**STATED, "sensitivity": "special"})
    path = made.bank.root / "governance" / "A.json"
    assert governance.read(path).sensitivity == "personal"
    made.release()
    assert governance.read(path).sensitivity == "special"


# ---- what it does to protection


def test_an_ordinary_register_changes_no_profile(session: Session) -> None:
    run(session, "import b/SEX as sex\nimport b/WAGE as wage\n")
    assert session.gate.policy.profile == load("default")


def test_a_special_register_brings_the_strict_profile(session: Session) -> None:
    run(session, "import b/SEX as sex\n")
    assert session.gate.policy.profile.name == "default"
    shown = run(session, "import b/ILL as ill\ntabulate sex\n")
    profile = session.gate.policy.profile
    assert profile.name == "default+strict"
    assert profile.counts == load("strict").counts
    assert "disclosure profile: default+strict" in shown
    # Counts of `strict` are rounded to five.
    cells = [int(word) for word in shown.replace(" ", "").split() if word.isdigit()]
    assert all(cell % 5 == 0 for cell in cells)
    # It does not go away with the variable.
    run(session, "drop ill\n")
    assert session.gate.policy.profile == profile


def test_a_special_register_is_sensitive_whatever_the_metadata_say(session: Session) -> None:
    run(session, "import b/SEX as sex\nimport b/ILL as ill\ngenerate worse = ill\n")
    shape = session.scope.datasets["people"]
    flags = {name: shape.variables[name].sensitive for name in ("sex", "ill", "worse")}
    assert flags == {"sex": False, "ill": True, "worse": True}


def test_a_register_may_name_a_profile(session: Session) -> None:
    run(session, "import b/NAMED as named\n")
    assert session.gate.policy.profile.name == "danish-5+default"
    # The strictest of both: the floor of `default`, the zeros of `danish-5`.
    assert session.gate.policy.profile.population.min_units == 1000
    assert session.gate.policy.profile.counts.zero_display == "<5"


def test_other_ways_of_importing(session: Session) -> None:
    run(session, "import-panel b/ILL 2020-01-01 2021-01-01\n")
    assert "strict" in session.gate.policy.profile.name


def test_the_population_floor_is_judged_by_the_stricter_profile(
    owner: Owner, session: Session
) -> None:
    own = owner.bank.root / "profiles"
    own.mkdir(exist_ok=True)
    text = '[meta]\nname = "many"\nversion = 1\nextends = "default"\nsynthetic_only = false\n'
    (own / "many.toml").write_text(text + "[population]\nmin_units = 5000\n", encoding="utf-8")
    path = owner.bank.root / "governance" / "NAMED.json"
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("danish-5", "many"), encoding="utf-8")
    try:
        assert "population" in run(session, "import b/NAMED as named\n")
        assert session.datasets["people"].shape.key is None
    finally:
        path.write_text(before, encoding="utf-8")


def test_damaged_governance_is_not_taken_for_none(owner: Owner, session: Session) -> None:
    path = owner.bank.root / "governance" / "ILL.json"
    before = path.read_text(encoding="utf-8")
    path.write_text("{}", encoding="utf-8")
    try:
        assert "unreadable-databank" in run(session, "import b/ILL as ill\n")
    finally:
        path.write_text(before, encoding="utf-8")


def test_municipalities_are_public_only_where_nobody_denies_it(tmp_path: Path) -> None:
    made = Owner(tmp_path)
    made.found()
    text = described("FIXED", "LONG", NUMBERS, identifierVariables=[{"unitType": "KOMMUNE"}])
    made.put("OPEN", text, ["0301;1;;;"])
    made.put("CLOSED", text, ["0301;1;;;"], {**STATED, "sensitivity": "internal"})
    made.release()
    variables = Catalogue([(None, made.bank.root)]).databanks()[0].variables
    assert variables["OPEN"].published
    assert not variables["CLOSED"].published
