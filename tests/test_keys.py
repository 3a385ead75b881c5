"""Keys: the published record keys, one spelling of an id, and the file of a master key."""

import hashlib
import hmac
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohort.disclosure import keys

EXAMPLE = b"demo-secret-for-the-worked-example"


def test_record_keys_are_those_of_the_worked_example() -> None:
    expected = [
        0xFC9E8F72008190A2,
        0x3AE7410121B6D2D3,
        0x52DB914780DFED2A,
        0x7B6A27FF51799545,
        0x064A09894FBB9926,
        0x347C0CB2FBC1E7E5,
        0x240B357F89E5DCB7,
    ]
    ids = [f"P{i}" for i in range(1, 8)]
    found = keys.record_keys(EXAMPLE, "person", ids)
    assert found.dtype == np.uint64
    assert found.tolist() == expected
    assert [keys.record_key(EXAMPLE, "person", unit) for unit in ids] == expected
    assert int(np.add.reduce(found)) == 0x649CD575C9F543A6


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_the_keyed_function_is_hmac(key: bytes, message: bytes) -> None:
    assert keys.Prf(key).digest(message) == hmac.new(key, message, hashlib.sha256).digest()


def test_arrays_agree_with_single_keys() -> None:
    messages = [keys.packed(i, -i) for i in range(50)]
    prf = keys.Secret(EXAMPLE).prf("cell/v1")
    single = [keys.prf64(keys.subkey(EXAMPLE, "cell/v1"), i, -i) for i in range(50)]
    assert prf.hashes(messages).tolist() == single
    assert prf.uniforms(messages).tolist() == [keys.u01(bits) for bits in single]


def test_a_number_and_its_text_have_one_key() -> None:
    spellings: list[int | str] = [7, "7", "007", "+7"]
    assert len({keys.record_key(EXAMPLE, "PERSON", unit) for unit in spellings}) == 1
    whole = keys.record_keys(EXAMPLE, "PERSON", np.array([7, 8]))
    assert whole.tolist() == keys.record_keys(EXAMPLE, "PERSON", ["7", "8"]).tolist()


def test_unit_types_have_keys_of_their_own() -> None:
    assert keys.record_key(EXAMPLE, "PERSON", 7) != keys.record_key(EXAMPLE, "FAMILIE", 7)


def test_uniform_numbers_exclude_both_ends() -> None:
    assert keys.u01(0) > 0
    assert keys.u01(keys.MASK) < 1
    ends = np.array([0, keys.MASK], dtype=np.uint64)
    assert keys.uniforms(ends).tolist() == [keys.u01(0), keys.u01(keys.MASK)]


def test_a_secret_has_no_text_and_cannot_be_copied_out() -> None:
    secret = keys.Secret(EXAMPLE)
    assert repr(secret) == str(secret) == f"{secret}" == "<secret>"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_the_synthetic_master_follows_from_the_seed() -> None:
    assert keys.synthetic_master(3) == hashlib.sha256(b"kohort/synthetic/v1/3").digest()


def key_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_key_file_is_read_whole(tmp_path: Path) -> None:
    content = bytes(range(40))
    found = keys.load_master(key_file(tmp_path, content))
    assert found.subkey("x") == keys.subkey(content, "x")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o606, 0o700])
def test_a_key_file_for_more_than_its_owner_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(keys.KeyFileError, match="0600"):
        keys.load_master(key_file(tmp_path, bytes(range(32)), mode))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (bytes(range(31)), "at least 32"),
        (EXAMPLE, "published example"),
        (EXAMPLE + b"\n", "published example"),
        (b"a" * 64, "not random"),
    ],
)
def test_a_key_that_protects_nothing_is_refused(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(keys.KeyFileError, match=reason) as caught:
        keys.load_master(key_file(tmp_path, content))
    assert content.decode("latin-1").strip() not in str(caught.value)


def test_links_pipes_and_nothing_are_refused(tmp_path: Path) -> None:
    key_file(tmp_path, bytes(range(32)))
    (tmp_path / "link").symlink_to(tmp_path / "key")
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("link", "pipe", "nothing"):
        with pytest.raises(keys.KeyFileError):
            keys.load_master(tmp_path / name)


def test_samples_are_keyed_by_unit_and_bucket() -> None:
    units = keys.record_keys(EXAMPLE, "PERSON", range(4000))
    one = keys.record_uniform(EXAMPLE, "sample/v1/1", units)
    assert (one[::-1] == keys.record_uniform(EXAMPLE, "sample/v1/1", units[::-1])).all()
    other = keys.record_uniform(EXAMPLE, "sample/v1/2", units)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.06
    assert (one < 0.25).mean() == pytest.approx(0.25, abs=0.03)
