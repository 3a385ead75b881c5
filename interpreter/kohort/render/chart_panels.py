"""Several charts of one kind beside one another, with common axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kohort.render.chart_marks import Marks

_COLUMNS = 3


def panelled(
    marks: Marks, values: Sequence[dict[str, Any]], unit: dict[str, Any]
) -> dict[str, Any]:
    """Give a chart with its data, or one for each panel; the data stand once."""
    data = {"values": list(values)}
    if marks.panels == [""]:
        return {"data": data, **unit}
    facet = {
        "field": "panel",
        "type": "nominal",
        "sort": marks.panels,
        "header": {"title": None},
    }
    columns = min(_COLUMNS, len(marks.panels))
    return {"data": data, "facet": facet, "columns": columns, "spacing": 24, "spec": unit}
