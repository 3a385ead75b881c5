"""How a study is cited: CITATION.cff, DataCite's JSON, BibTeX and a plain line."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any, Final

from kohort.archive.front_matter import Author, Description
from kohort.archive.lock import Lock

_UNKNOWN: Final = ":unav"
"""DataCite's word for a value that is not available."""


def cff(lock: Lock, about: Description, swhid: str, date: str) -> str:
    """Give `CITATION.cff`, Citation File Format 1.2.0. `date` is a day, ISO 8601."""
    lines = [
        "cff-version: 1.2.0",
        "message: If you use this study, please cite it as below.",
        "type: software",
        f"title: {_quoted(title(lock, about))}",
        "authors:",
        *(_cff_authors(about) or ['  - name: "Anonymous"']),
        f"date-released: {_day(about, date)}",
        f"version: {_quoted(about.version or short(lock))}",
    ]
    if about.abstract:
        lines.append(f"abstract: {_quoted(about.abstract)}")
    if about.keywords:
        lines += ["keywords:", *(f"  - {_quoted(word)}" for word in about.keywords)]
    if about.licence and "://" not in about.licence:
        lines.append(f"license: {_quoted(about.licence)}")
    if "://" in about.licence:
        lines.append(f"license-url: {_quoted(about.licence)}")
    lines += [
        "identifiers:",
        "  - type: swh",
        f"    value: {_quoted(swhid)}",
        "    description: The script as it stands in the study",
        "  - type: other",
        f"    value: {_quoted(lock.identity)}",
        "    description: The script whatever its layout and comments",
    ]
    return "\n".join(lines) + "\n"


def _cff_authors(about: Description) -> list[str]:
    lines: list[str] = []
    for author in about.authors:
        fields = {
            "family-names": author.family,
            "given-names": author.given,
            "orcid": f"https://orcid.org/{author.orcid}" if author.orcid else "",
            "affiliation": author.affiliation or "",
        }
        said = [f"{key}: {_quoted(text)}" for key, text in fields.items() if text]
        lines += [f"  {'-' if n == 0 else ' '} {text}" for n, text in enumerate(said)]
    return lines


def datacite(lock: Lock, about: Description, date: str) -> dict[str, Any]:
    """Give the metadata of a deposit, DataCite schema 4.5 in its JSON form."""
    creators = [_creator(author) for author in about.authors] or [{"name": _UNKNOWN}]
    made: dict[str, Any] = {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "types": {"resourceTypeGeneral": "Workflow", "resourceType": "mdscript study"},
        "creators": creators,
        "titles": [{"title": title(lock, about)}],
        "publisher": {"name": about.publisher or _UNKNOWN},
        "publicationYear": _day(about, date)[:4],
        "dates": [{"date": date, "dateType": "Created"}],
        "alternateIdentifiers": [
            {"alternateIdentifier": lock.identity, "alternateIdentifierType": "kohort"}
        ],
        "formats": ["application/zip", "text/x-mdscript"],
        "version": about.version or short(lock),
    }
    if about.language:
        made["language"] = about.language
    if about.keywords:
        made["subjects"] = [{"subject": word} for word in about.keywords]
    if about.abstract:
        made["descriptions"] = [{"description": about.abstract, "descriptionType": "Abstract"}]
    if about.licence:
        made["rightsList"] = [_rights(about.licence)]
    if about.funding:
        made["fundingReferences"] = [{"funderName": text} for text in about.funding]
    return made


def _creator(author: Author) -> dict[str, Any]:
    named = f"{author.family}, {author.given}" if author.given else author.name
    made: dict[str, Any] = {"name": named, "nameType": "Personal"}
    made |= {"familyName": author.family, "givenName": author.given} if author.given else {}
    if author.orcid:
        made["nameIdentifiers"] = [
            {
                "nameIdentifier": f"https://orcid.org/{author.orcid}",
                "nameIdentifierScheme": "ORCID",
                "schemeUri": "https://orcid.org",
            }
        ]
    if author.affiliation:
        made["affiliation"] = [{"name": author.affiliation}]
    return made


def _rights(licence: str) -> dict[str, str]:
    if "://" in licence:
        return {"rightsUri": licence}
    return {
        "rights": licence,
        "rightsIdentifier": licence,
        "rightsIdentifierScheme": "SPDX",
        "schemeUri": "https://spdx.org/licenses/",
    }


def bibtex(lock: Lock, about: Description, date: str) -> str:
    """Give an entry for a bibliography."""
    year = _day(about, date)[:4]
    names = " and ".join(
        f"{a.family}, {a.given}" if a.given else f"{{{_escaped(a.name)}}}" for a in about.authors
    )
    word = re.sub(r"\W", "", _ascii(about.authors[0].family if about.authors else "study")).lower()
    fields = {
        "author": names if "{" in names else _escaped(names),
        "title": f"{{{_escaped(title(lock, about))}}}",
        "year": year,
        "version": _escaped(about.version or short(lock)),
        "publisher": _escaped(about.publisher),
        "note": _escaped(_made(lock)),
    }
    said = ",\n".join(f"  {key} = {{{text}}}" for key, text in fields.items() if text)
    return f"@software{{{word or 'study'}{year}{short(lock)[:4]},\n{said}\n}}\n"


def plain(lock: Lock, about: Description, date: str) -> str:
    """Give a reference as a line of text."""
    names = (
        "; ".join(f"{a.family}, {a.given}" if a.given else a.name for a in about.authors)
        or "Anonymous"
    )
    publisher = f" {about.publisher}." if about.publisher else ""
    year = _day(about, date)[:4]
    stop = "" if names.endswith(".") else "."
    return f"{names} ({year}){stop} {title(lock, about)} [mdscript].{publisher} {_made(lock)}\n"


def title(lock: Lock, about: Description) -> str:
    """Give the title of a study; the script's name where it has none."""
    return about.title or lock.script.rpartition("/")[2].removesuffix(".mdscript")


def short(lock: Lock) -> str:
    """Give the first twelve figures of the script's identity."""
    return lock.identity.rpartition(":")[2][:12]


def _made(lock: Lock) -> str:
    banks = ", ".join(f"{bank.name} {bank.version}" for bank in lock.made_with.databanks)
    engine = f"kohort {lock.made_with.packages.get('kohort', '')}".strip()
    on = f" on {banks}" if banks else ""
    return f"Run with {engine}{on}; script {lock.identity}"


def _day(about: Description, date: str) -> str:
    """Give the day of publication: the authors' where they said one, filled up to a whole day."""
    said = about.date or date
    return said if len(said) == 10 else f"{said}-01-01"[:10]


def _quoted(text: str) -> str:
    # A JSON string is a YAML string.
    return json.dumps(text, ensure_ascii=False)


def _ascii(text: str) -> str:
    spelled = text.replace("æ", "ae").replace("Æ", "Ae").translate(str.maketrans("øØ", "oO"))
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()


def _escaped(text: str) -> str:
    r"""Escape what TeX would act on; `{`, `}` and `\` are left out, which no name needs."""
    text = re.sub(r"[{}\\]", "", text)
    return re.sub(r"([&%$#_])", r"\\\1", text)
