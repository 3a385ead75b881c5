"""Close a loop."""

from kohort.command import SteerCommand


class End(SteerCommand, name="end"):
    """Close the block that `for` opened; the loop then runs."""

    group = "bindings"
    closes_block = True
