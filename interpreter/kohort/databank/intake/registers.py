"""Reads one register from an owner's files: description, checked rows, governance."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from kohort.databank import governance
from kohort.databank.governance import Governance, GovernanceError
from kohort.databank.intake import description, rules, typing
from kohort.databank.intake.description import Description
from kohort.databank.intake.problems import Findings
from kohort.databank.intake.source import Source
from kohort.databank.intake.table import nothing, read_rows


@dataclass(frozen=True, repr=False)
class Register:
    """A register that is sound: its description and rows in the order of units and starts.

    `rows`: `code` (one integer per unit), `row`, `unit` (String, the identifier), `value`, `start`
    and `stop` (Int32 days since 1970-01-01). None where only a description was given.
    """

    description: Description
    rows: pl.DataFrame | None
    governance: Governance | None
    notices: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<register {self.description.definition.name}>"


def read(source: Source) -> Register:
    """Read and validate a register. Raises `IntakeError` with what is wrong, by row."""
    findings = Findings(source.name)
    governed = _governed(source, findings)
    if source.mapping is not None:
        from kohort.databank.intake import mapping

        described, raw = mapping.read(source.mapping, source.name, findings)
    else:
        assert source.description is not None
        described = description.read(source.description, source.name)
        raw = nothing() if source.rows is None else read_rows(source.rows, findings)
    notices = described.notices
    if source.rows is None and source.mapping is None:
        findings.raise_if_any()
        return Register(described, None, governed, notices)
    definition = described.definition
    rows = rules.checked(definition, typing.typed(definition, raw, findings), findings)
    findings.raise_if_any()
    if definition.temporality == "FIXED" and rows["stop"].null_count() < rows.height:
        notices = (*notices, f"{source.name}: a fixed register has no dates; those given are left")
    return Register(described, rows, governed, notices)


def _governed(source: Source, findings: Findings) -> Governance | None:
    if source.governance is None:
        return None
    try:
        return governance.read(source.governance)
    except GovernanceError as error:
        for complaint in error.complaints:
            findings.add(f"{source.governance.name}: {complaint}")
        return None
