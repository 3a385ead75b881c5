"""The catalogue as DDI-Codebook 2.5: one study for the databank, one variable for each register."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from kohort.databank.publishing.listing import LANGUAGE, Listed, Listing
from kohort.register import CodePeriod, iso
from kohort.scope import Code

NAMESPACE: Final = "ddi:codebook:2_5"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_KINDS: Final = {
    "FIXED": "constants", "EVENT": "spells", "STATUS": "cross-sections",
    "ACCUMULATED": "sums over periods",
}  # fmt: skip


def codebook(found: Listing) -> bytes:
    """Give the XML of a listing, UTF-8. The order of elements is that of the schema."""
    root = Element("codeBook", {"xmlns": NAMESPACE, "version": "2.5", _LANGUAGE: LANGUAGE})
    study = SubElement(root, "stdyDscr")
    _citation(SubElement(study, "citation"), found)
    _scope(SubElement(study, "stdyInfo"), found)
    _access(SubElement(study, "dataAccs"), found)
    data = SubElement(root, "dataDscr")
    for listed in found.registers:
        _variable(data, listed)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _citation(citation: Element, found: Listing) -> None:
    title = SubElement(citation, "titlStmt")
    _text(title, "titl", found.label)
    _text(title, "IDNo", found.name)
    _text(SubElement(citation, "rspStmt"), "AuthEnty", found.publisher)
    _text(SubElement(citation, "distStmt"), "distrbtr", found.publisher)
    version = SubElement(citation, "verStmt")
    _text(version, "version", found.version, date=found.modified)
    _text(version, "notes", found.note)


def _scope(info: Element, found: Listing) -> None:
    subjects = dict.fromkeys(word for listed in found.registers for word in listed.subjects)
    if subjects:
        subject = SubElement(info, "subject")
        for word in subjects:
            _text(subject, "keyword", word)
    _text(info, "abstract", found.description)
    summary = SubElement(info, "sumDscr")
    firsts = [first for first, _ in (listed.period for listed in found.registers) if first]
    lasts = [last for _, last in (listed.period for listed in found.registers) if last]
    if firsts:
        _text(summary, "timePrd", min(firsts), date=min(firsts), event="start")
    if lasts:
        _text(summary, "timePrd", max(lasts), date=max(lasts), event="end")
    for unit in dict.fromkeys(listed.entry.unit_type for listed in found.registers):
        _text(summary, "anlyUnit", unit)
    for universe in dict.fromkeys(listed.population for listed in found.registers):
        if universe:
            _text(summary, "universe", universe)
    _text(summary, "dataKind", "register data")


def _access(access: Element, found: Listing) -> None:
    use = SubElement(access, "useStmt")
    _text(use, "restrctn", "analysis through a disclosure filter only; rows are never shown")
    stated = [listed.entry.governance for listed in found.registers]
    for contact in dict.fromkeys(g.contact for g in stated if g is not None and g.contact):
        _text(use, "contact", contact)


def _variable(data: Element, listed: Listed) -> None:
    entry = listed.entry
    numbers = entry.type.numeric and not entry.pseudonym and not any(p.pairs for p in entry.periods)
    about = {"ID": entry.name, "name": entry.name, "intrvl": "contin" if numbers else "discrete"}
    if listed.unit_of_measure:
        about["measUnit"] = listed.unit_of_measure
    variable = SubElement(data, "var", about)
    _text(variable, "labl", entry.title)
    governance = entry.governance
    level = governance.sensitivity if governance is not None else entry.sensitivity
    if level:
        _text(variable, "security", level)
    _text(variable, "anlysUnit", entry.unit_type)
    if listed.population:
        _text(variable, "universe", listed.population)
    _text(variable, "txt", entry.description or entry.title)
    for period, code, label in _codes(entry.periods):
        missing = "Y" if code in period.missing else "N"
        category = SubElement(variable, "catgry", {"missing": missing})
        _text(category, "catValu", str(code))
        _text(category, "labl", label)
        _text(category, "txt", _valid(period))
    text = entry.data_type == "STRING" and not entry.pseudonym
    kind = "date" if entry.data_type == "DATE" else "other"
    form = {"type": "character" if text else "numeric", "schema": "ISO", "category": kind}
    SubElement(variable, "varFormat", form)
    first, last = listed.period
    covered = "" if first is None else f", {first} to {last or ''}".rstrip()
    _text(variable, "notes", f"{_KINDS[entry.temporality]}{covered}")
    for name, stated in () if governance is None else governance.pairs():
        _text(variable, "notes", stated, subject=name)


def _codes(periods: tuple[CodePeriod, ...]) -> Iterator[tuple[CodePeriod, Code, str]]:
    """Give each code with its label once for each stretch of time in which the label holds."""
    said: dict[Code, str] = {}
    for period in periods:
        for code, label in period.pairs or ():
            if said.get(code) != label:
                said[code] = label
                yield period, code, label


def _valid(period: CodePeriod) -> str:
    return "any time" if period.start is None else f"from {iso(period.start)}"


def _text(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = "".join(
        c for c in text if c.isprintable() or c == "\n"
    )
