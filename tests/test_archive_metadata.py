"""What a study says of itself: front matter, RO-Crate, citations, checked by others' tools."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import rocrate
import yaml
from rocrate_validator import models, services
from rocrate_validator.utils import http
from test_archive import SCRIPT, Files, studied

from kohort.archive import bundle, citation, lock
from kohort.archive.canonical import swhid
from kohort.archive.front_matter import author, described, without_front_matter
from kohort.trouble import Trouble

CONTEXT = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_bytes()


@pytest.fixture(scope="module")
def files(demo_root: Path) -> Files:
    return studied(demo_root)


# ---- front matter


def test_front_matter_describes_a_study() -> None:
    about = described(SCRIPT)
    assert about.title == "Lønn etter kjønn"
    assert about.keywords == ("lønn", "kjønn")
    (person,) = about.authors
    assert (person.given, person.family) == ("Kari", "Nordmann")
    assert (person.orcid, person.affiliation) == ("0000-0002-1825-0097", "Universitetet i Oslo")


def test_flags_replace_the_front_matter() -> None:
    about = described(SCRIPT, (("title", "Other"), ("author", "A B"), ("author", "C D; X")))
    assert about.title == "Other"
    assert [(a.name, a.affiliation) for a in about.authors] == [("A B", None), ("C D", "X")]
    assert about.licence == "CC-BY-4.0"


def test_an_entry_may_take_several_lines() -> None:
    script = "textblock\n---\nabstract: one\n  two\n---\nendblock\n"
    assert described(script).abstract == "one two"


@pytest.mark.parametrize("script", ["tabulate a\n", "textblock\nprose\nendblock\n", "", "// x\n"])
def test_a_script_need_not_say_anything(script: str) -> None:
    assert described(script).title == ""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("titel: x", "did you mean 'title'"),
        ("a line", "is not written 'key: text'"),
        ("author: Kari <0000-0002-1825-0098>", "is not an ORCID"),
        ("author: <0000-0002-1825-0097>", "has no name"),
        ("date: next year", "is not a date"),
        ("title: a\ntitle: b", "is said twice"),
    ],
)
def test_a_slip_in_the_front_matter_is_told(line: str, message: str) -> None:
    with pytest.raises(Trouble, match=message):
        described(f"textblock\n---\n{line}\n---\nendblock\n")


def test_front_matter_that_is_never_closed_is_told() -> None:
    with pytest.raises(Trouble, match="never closed"):
        described("textblock\n---\ntitle: x\nendblock\n")


@pytest.mark.parametrize(
    ("text", "family", "given"),
    [
        ("Kari Nordmann", "Nordmann", "Kari"),
        ("Nordmann, Kari Anne <0000-0002-1825-0097>", "Nordmann", "Kari Anne"),
        ("Statistisk sentralbyrå", "sentralbyrå", "Statistisk"),
        ("Sokrates", "Sokrates", ""),
    ],
)
def test_names_have_parts(text: str, family: str, given: str) -> None:
    assert (author(text).family, author(text).given) == (family, given)


def test_prose_is_shown_without_front_matter() -> None:
    assert without_front_matter("---\ntitle: x\n---\n\nHello") == "Hello"
    for text in ("Hello\n---\nyou", "---\nnever closed"):
        assert without_front_matter(text) == text


# ---- RO-Crate


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Answer the validator's question for the context from the package that ships it."""
    import requests

    def answer(self: Any, url: str, **options: Any) -> requests.Response:
        response = requests.Response()
        response.url = url
        response.status_code = 200 if url.endswith("/ro/crate/1.3/context") else 404
        response._content = CONTEXT  # pyright: ignore[reportPrivateUsage]
        response.headers["Content-Type"] = "application/ld+json"
        return response

    for verb in ("get", "head"):
        monkeypatch.setattr(http.HttpRequester, verb, answer, raising=False)
    yield
    http.HttpRequester.reset()


def complaints(path: Path, profile: str) -> set[str]:
    """Give what the RO-Crate validator says of required things."""
    settings = services.ValidationSettings(
        rocrate_uri=services.URI(str(path)), profile_identifier=profile, offline=True,
        requirement_severity=models.Severity.REQUIRED, cache_path=path.parent / "cache",
    )  # fmt: skip
    return {issue.check.identifier for issue in services.validate(settings).get_issues()}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("offline")
def test_a_study_is_a_process_run_crate(files: Files, tmp_path: Path) -> None:
    bundle.write(tmp_path / "study.zip", files)
    assert complaints(tmp_path / "study.zip", "ro-crate-1.3") == set()
    # The profile 0.5 is written against RO-Crate 1.1 and asks for that version in one place.
    assert complaints(tmp_path / "study.zip", "process-run-crate") == {"ro-crate-1.1_5.3"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("offline")
def test_the_validator_would_notice(files: Files, tmp_path: Path) -> None:
    crate = json.loads(files[lock.METADATA])
    for entity in crate["@graph"]:
        entity.pop("license", None)
        entity.pop("instrument", None)
    bundle.write(tmp_path / "x.zip", {**files, lock.METADATA: json.dumps(crate).encode()})
    assert complaints(tmp_path / "x.zip", "process-run-crate") > {"ro-crate-1.1_5.3"}


def test_every_file_is_described_once(files: Files) -> None:
    crate = json.loads(files[lock.METADATA])
    ids = [entity["@id"] for entity in crate["@graph"]]
    assert len(ids) == len({*ids})
    assert {*files} <= {*ids}
    named = {entity["@id"]: entity for entity in crate["@graph"]}
    assert {part["@id"] for part in named["./"]["hasPart"]} == {*files} - {lock.METADATA}


# ---- citations


def test_cff_is_yaml_with_what_the_format_requires(files: Files) -> None:
    """Fields required by Citation File Format 1.2.0; read by another library's YAML."""
    made = yaml.safe_load(files["CITATION.cff"])
    assert {"cff-version", "message", "title", "authors"} <= {*made}
    assert made["authors"] == [
        {
            "family-names": "Nordmann",
            "given-names": "Kari",
            "orcid": "https://orcid.org/0000-0002-1825-0097",
            "affiliation": "Universitetet i Oslo",
        }
    ]
    assert made["date-released"] == date(2026, 11, 22)
    script = files["script/my_study.mdscript"]
    assert {i["value"] for i in made["identifiers"]} == {
        swhid(script), lock.from_files(files).identity
    }  # fmt: skip


def test_datacite_has_its_mandatory_fields(files: Files) -> None:
    """DataCite schema 4.5, properties 2-5 and 10; property 1, the DOI, is the archive's to give."""
    made = json.loads(files["datacite.json"])
    assert made["creators"][0]["name"] == "Nordmann, Kari"
    assert made["titles"] == [{"title": "Lønn etter kjønn"}]
    assert made["publisher"] == {"name": ":unav"}
    assert made["publicationYear"] == "2026"
    assert made["types"]["resourceTypeGeneral"] == "Workflow"


def test_references_in_plain_text_and_bibtex(files: Files) -> None:
    kept, about = lock.from_files(files), described(SCRIPT)
    plain = citation.plain(kept, about, "2026-11-22")
    assert plain.startswith("Nordmann, Kari (2026). Lønn etter kjønn [mdscript]. Run with kohort ")
    assert kept.identity in plain
    entry = citation.bibtex(kept, about, "2026-11-22")
    assert entry.startswith("@software{nordmann2026")
    assert "  author = {Nordmann, Kari},\n  title = {{Lønn etter kjønn}},\n" in entry
    hostile = described(SCRIPT, (("title", r"50 % & {more} \input{x}_$"),))
    assert r"{{50 \% \& more inputx\_\$}}" in citation.bibtex(kept, hostile, "2026-11-22")
