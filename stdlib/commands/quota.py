"""What is left of today's quotas."""

from kohort.command import SteerCommand
from kohort.disclosure.released import Listing, Paragraph
from kohort.results import Document, Raw
from kohort.session import Session

_NOTHING = "Nothing is counted here: no connected databank keeps an audit log."


class Quota(SteerCommand, name="quota"):
    """Show how many more results today's quotas allow."""

    group = "support"

    def run(self, session: Session) -> Raw:
        """Ask the audit; what it says is about requests only, never about sets."""
        left = session.gate.remaining()
        if not left:
            return Document((Paragraph(_NOTHING),))
        rows = tuple((name, str(r.outputs), str(r.cells)) for name, r in sorted(left.items()))
        return Document((Listing(("databank", "outputs_left", "numbers_left"), rows),))
