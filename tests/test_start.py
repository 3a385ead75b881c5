"""What must be there before anything is released: a profile, a key, and record keys that fit."""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import replace
from pathlib import Path

import banks
import canary_bank
import numpy as np
import pytest

from kohort import exit_code
from kohort.assembly import new_session
from kohort.databank import recordkeys, stamp
from kohort.databank.manifest import Manifest
from kohort.diagnostic import ScriptError
from kohort.disclosure import counts, draws, policy, profile
from kohort.disclosure.keys import KeyFileError, Secret, load_master, proof, synthetic_master
from kohort.event import Finished, Result, Told
from kohort.results import Size

CONNECT = f"require {canary_bank.NAME}:1 as db\n"


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHORT_CONFIG", str(tmp_path / "config"))
    monkeypatch.delenv("KOHORT_KEY_FILE", raising=False)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return key_file(tmp_path / "fdb.key")


@pytest.fixture
def real(tmp_path: Path, key: Path) -> Path:
    """A bank that is not synthetic, with record keys of its key, and under `strict`."""
    root = tmp_path / "real"
    canary_bank.build(root, manifest(), load_master(key))
    return root


def manifest(**others: object) -> Manifest:
    words = {"name": canary_bank.NAME, "profiles": ("strict",), "profile": "strict"}
    return Manifest(**{**words, "key_id": "fdb-2026", **others})  # type: ignore[arg-type]


def key_file(path: Path, content: bytes | None = None) -> Path:
    path.write_bytes(secrets.token_bytes(32) if content is None else content)
    path.chmod(0o600)
    return path


def configure(folder: Path, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(text, encoding="utf-8")


def started(root: Path, chosen: str | None = None) -> tuple[list[str], int, str]:
    """Give the codes of what is told, the exit code, and the profile in force afterwards."""
    session = new_session(banks.catalogue(root), chosen)
    events = list(session.run(CONNECT))
    codes = [event.diagnostic.code for event in events if isinstance(event, Told)]
    last = events[-1]
    assert isinstance(last, Finished)
    shown = [event.released.context.profile for event in events if isinstance(event, Result)]
    return codes, last.exit_code, "".join(shown)


# ---- keys


def test_no_key_no_start(real: Path) -> None:
    assert started(real) == (["no-key"], exit_code.UNSTARTED, "")


def test_the_key_file_of_the_environment_opens_the_bank(
    real: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for given in (str(key), f"fdb-2026={key}"):
        monkeypatch.setenv("KOHORT_KEY_FILE", given)
        assert started(real) == ([], exit_code.DONE, "strict")


def test_a_key_of_another_id_opens_nothing(
    real: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOHORT_KEY_FILE", f"fdb-2025={key}")
    assert started(real)[0] == ["no-key"]


def test_the_configuration_names_key_files_by_id(real: Path, key: Path, tmp_path: Path) -> None:
    configure(tmp_path / "config", f"[keys]\n'fdb-2026' = '{key}'\n")
    assert started(real) == ([], exit_code.DONE, "strict")
    configure(tmp_path / "config", f"[keys]\n'fdb-2025' = '{key}'\n")
    assert started(real)[0] == ["no-key"]


def test_another_key_under_the_right_id_is_found_out(
    real: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = key_file(tmp_path / "other.key")
    monkeypatch.setenv("KOHORT_KEY_FILE", str(other))
    assert started(real) == (["wrong-key"], exit_code.UNSTARTED, "")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o400, 0o700])
def test_a_key_file_that_others_may_read_opens_nothing(
    real: Path, key: Path, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOHORT_KEY_FILE", str(key))
    key.chmod(mode)
    assert started(real)[0] == ["no-key"]


def test_record_keys_of_another_key_id_are_refused(
    real: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOHORT_KEY_FILE", str(key))
    manifest(key_id="fdb-2027").write(real)
    assert started(real) == (["wrong-key"], exit_code.UNSTARTED, "")


@pytest.mark.parametrize("text", ["", "key_id = 3", "key_id = ", "key_id = 'fdb-2026'"])
def test_record_keys_without_a_sound_stamp_are_refused(
    real: Path, key: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOHORT_KEY_FILE", str(key))
    (recordkeys.folder(real) / stamp.FILE_NAME).write_text(text)
    assert started(real)[0] == ["wrong-key"]


def test_a_bank_without_stored_record_keys_works_them_out(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "bare"
    canary_bank.build(root, manifest())
    assert not recordkeys.folder(root).exists()
    monkeypatch.setenv("KOHORT_KEY_FILE", str(key))
    assert started(root) == ([], exit_code.DONE, "strict")


def test_the_key_of_a_synthetic_bank_opens_no_real_one(tmp_path: Path) -> None:
    stolen = key_file(tmp_path / "stolen.key", synthetic_master(77))
    with pytest.raises(KeyFileError, match="synthetic"):
        load_master(stolen)


def test_record_keys_are_for_their_owner_alone(real: Path) -> None:
    place = recordkeys.folder(real)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in place.iterdir()} == {0o600}
    assert os.listdir(place)


def test_a_proof_tells_keys_and_ids_apart() -> None:
    one, other = Secret(b"k" * 31 + b"1"), Secret(b"k" * 31 + b"2")
    assert len({proof(one, "a"), proof(one, "b"), proof(other, "a")}) == 3


# ---- profiles


def test_open_is_refused_on_a_bank_that_is_not_synthetic(
    real: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOHORT_KEY_FILE", str(key))
    assert started(real, "open") == (["profile-not-allowed"], exit_code.UNSTARTED, "")


def test_a_synthetic_bank_allows_open_only_in_its_list(tmp_path: Path) -> None:
    root = canary_bank.canary_bank(tmp_path)
    assert started(root, "open")[0] == ["profile-not-allowed"]
    assert started(root, "danish-5") == ([], exit_code.DONE, "danish-5")


def test_a_user_chooses_among_the_profiles_that_the_owner_lists(
    real: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each profile is another look at the same people."""
    monkeypatch.setenv("KOHORT_KEY_FILE", str(key))
    assert started(real, "microdata-no") == (["profile-not-allowed"], exit_code.UNSTARTED, "")
    assert started(real, "strict") == ([], exit_code.DONE, "strict")


def test_a_user_cannot_loosen(real: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHORT_KEY_FILE", str(key))
    manifest(profiles=("strict", "microdata-no")).write(real)
    strict, loose = profile.load("strict"), profile.load("microdata-no")
    session = new_session(banks.catalogue(real), "microdata-no")
    list(session.run(CONNECT))
    merged = session.gate.policy.profile
    assert merged == profile.strictest(strict, loose)
    assert merged.counts.variance >= strict.counts.variance
    assert merged.magnitudes.kwj_eta >= strict.magnitudes.kwj_eta
    assert merged.counts.wording_share == strict.counts.wording_share
    # What the choice tightens is taken.
    assert merged.population.edit_floor == loose.population.edit_floor


def connected(*roots: Path) -> policy.Policy:
    made = policy.Policy()
    for root in roots:
        made.connect(banks.catalogue(root).databanks()[0])
    return made


def test_several_banks_take_the_strictest_of_their_profiles(
    real: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOHORT_KEY_FILE", str(key))
    other = tmp_path / "other"
    canary_bank.build(other, manifest(profile="default", profiles=("default",)), load_master(key))
    assert connected(real, other).profile.name == "default+strict"
    synthetic = [canary_bank.canary_bank(tmp_path / name, name) for name in ("strict", "default")]
    assert connected(*synthetic).profile.name == "default+strict"


def test_banks_of_made_up_people_have_no_say_over_real_ones(
    real: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else anybody could make any number of banks, and each would be a fresh draw of the noise."""
    monkeypatch.setenv("KOHORT_KEY_FILE", str(key))
    made = canary_bank.canary_bank(tmp_path / "made", "microdata-no")
    alone, beside = connected(real), connected(made, real)
    assert alone.profile == beside.profile
    assert alone.secret(real).subkey("x") == beside.secret(real).subkey("x")
    assert beside.secret(made).subkey("x") != beside.secret(real).subkey("x")


def test_profiles_with_other_noise_share_no_draw() -> None:
    """At two strengths the same draw would give two points of a line to the true number."""
    default, secret = profile.load("default"), Secret(secrets.token_bytes(32))
    n = np.full(400, 500)
    sums = np.arange(400, dtype=np.uint64)
    words = [f"cell {place}" for place in range(400)]
    noises = []
    for variance in (5.0, 20.0):
        limits = replace(default.counts, variance=variance)
        drawn = draws.drawn_for(replace(default, counts=limits), secret)
        noises.append(counts.published_counts(drawn, limits, sums, n, words) - n)
    assert abs(np.corrcoef(*noises)[0, 1]) < 0.2
    same = counts.published_counts(
        secret, replace(default.counts, variance=20.0), sums, n, words
    ) - n  # fmt: skip
    assert np.corrcoef(noises[0], same)[0, 1] > 0.9


def test_profiles_that_only_display_otherwise_print_the_same_numbers() -> None:
    default, secret = profile.load("default"), Secret(secrets.token_bytes(32))
    assert draws.drawn_for(default, secret) is secret
    assert draws.drawn_for(profile.load("danish-5"), secret) is secret
    others = {draws.noise_of(profile.load(name)) for name in ("default", "strict", "microdata-no")}
    assert len(others) == 3


def written(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    head = f'[meta]\nname = "{name}"\nversion = 1\nextends = "default"\n'
    (folder / f"{name}.toml").write_text(head + text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[counts]\nvariance = 9.0\n", None),
        ("[counts]\nvarience = 9.0\n", "profile-unusable"),
        ("[cuonts]\nvariance = 9.0\n", "profile-unusable"),
        ("[counts]\nperturb = false\n", "profile-unusable"),
        ("[outputs]\nSize = 'nothing'\n", "profile-unusable"),
    ],
)
def test_an_owners_profile_must_be_complete_and_known(
    tmp_path: Path, key: Path, text: str, code: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "owned"
    canary_bank.build(root, manifest(profile="hospital", profiles=("hospital",)))
    written(root / "profiles", "hospital", text)
    monkeypatch.setenv("KOHORT_KEY_FILE", str(key))
    codes, code_of_exit, name = started(root)
    assert codes == ([] if code is None else [code])
    assert code_of_exit == (exit_code.DONE if code is None else exit_code.UNSTARTED)
    assert name == ("hospital" if code is None else "")


def test_a_profile_for_made_up_data_is_not_for_real_ones(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "owned"
    canary_bank.build(root, manifest(profile="bare", profiles=("bare",)))
    folder = root / "profiles"
    folder.mkdir()
    text = (profile.FOLDER / "open.toml").read_text(encoding="utf-8")
    (folder / "bare.toml").write_text(text.replace('name = "open"', 'name = "bare"'))
    monkeypatch.setenv("KOHORT_KEY_FILE", str(key))
    assert started(root)[0] == ["profile-not-allowed"]


def test_a_kind_of_result_without_an_entry_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = list(policy.kinds())
    monkeypatch.setattr(policy, "kinds", lambda: iter((*known, type("Rumour", (), {}))))
    root = canary_bank.canary_bank(tmp_path)
    with pytest.raises(profile.ProfileError, match="Rumour"):
        policy.Policy()
    with pytest.raises(ScriptError) as caught:
        new_session(banks.catalogue(root), "default")
    assert caught.value.diagnostic.code == "profile-unusable"


def test_every_kind_of_raw_result_is_known() -> None:
    names = {kind.__name__ for kind in policy.kinds()}
    assert {"Size", "Frequencies", "Magnitudes", "ModelCases", "Axis", "FactorLevels"} <= names
    assert Size in set(policy.kinds())
    for name in profile.names():
        profile.load(name).require(names)
