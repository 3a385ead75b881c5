"""Group disclosure: cells that tell that nearly everybody in a small group is alike (2.1)."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from kohort.disclosure.counted import Counted, Place, Subset
from kohort.disclosure.layout import Layout
from kohort.disclosure.tables import disclosive_rows

Spot = tuple[tuple[int, int], ...]
"""A place in a form that can be looked up: axis and code, ascending."""


def spot(place: Place) -> Spot:
    """Give a place in the form that can be looked up."""
    return tuple(sorted(place.items()))


def withheld(counted: Counted, layout: Layout) -> frozenset[Spot]:
    """Give the displayed places that the group rule withholds.

    Whichever way a sensitive variable stands in the table, every group that is displayed (rows,
    columns, nested ones and totals) is judged by the published counts of its categories.
    """
    limits = counted.profile.group_disclosure
    if not counted.protected or not limits.on:
        return frozenset()
    gone: set[Spot] = set()
    for axis, found in enumerate(counted.raw.axes):
        if found.variable.sensitive or not limits.only_sensitive:
            for places in _groups(layout, axis).values():
                gone |= _alike(counted, axis, places)
    return frozenset(gone)


def _groups(layout: Layout, axis: int) -> dict[Subset, list[Place]]:
    """Give the places of the groups that are split along an axis, by the axes that they fix."""
    found: dict[Subset, dict[Spot, Place]] = defaultdict(dict)
    for row in layout.rows:
        for column in layout.columns:
            whole = {**row.place, **column.place}
            place = {other: code for other, code in whole.items() if other != axis}
            if axis in whole:
                found[tuple(sorted(place))][spot(place)] = place
    return {subset: list(places.values()) for subset, places in found.items()}


def _alike(counted: Counted, axis: int, places: list[Place]) -> set[Spot]:
    codes = [{axis: code} for code in counted.shown[axis]]
    cells = counted.counts(places, codes)
    totals = counted.counts(places, [{}])[:, 0]
    limits, variable = counted.profile.group_disclosure, counted.raw.axes[axis].variable
    hide = disclosive_rows(limits, cells, totals, variable.sensitive)
    return {
        spot({**places[row], **code}) for row in np.flatnonzero(hide).tolist() for code in codes
    }
