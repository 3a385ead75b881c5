"""Where a value stands among those of all rows."""

from typing import Annotated

from kohort.function import Integer, Number, Takes, function

GroupCount = Annotated[int, Takes("integer", constant=True, low=2, high=100)]


@function(elementwise=False)
def quantile(x: Number, groups: GroupCount) -> Integer:
    """The number of the group, from 0, when the values are parted at quantiles."""
    return x.quantile_group(groups)
