"""Make a code list."""

from kohort.command import SteerCommand
from kohort.diagnostic import wrong
from kohort.phrases import LabelPairs, Word
from kohort.results import Done, Raw
from kohort.scope import Labels, Scope
from kohort.session import Session


class DefineLabels(SteerCommand, name="define-labels"):
    """Make a code list: codes and what they are called."""

    group = "data preparation"

    list_name: Word
    pairs: LabelPairs

    def check(self, scope: Scope) -> None:
        """Codes must be different; an older list of this name is replaced."""
        seen: set[int | float | str] = set()
        for pair in self.pairs:
            if pair.code in seen:
                wrong("duplicate-code", f"code {pair.code} is given twice", pair.span)
            seen.add(pair.code)
        if len({isinstance(pair.code, str) for pair in self.pairs}) > 1:
            scope.notice(
                "mixed-codes",
                "some codes are numbers and some are texts",
                self.pairs.span,
                "quote all codes of a text variable, and none of a numeric one",
            )
        if self.list_name.text in scope.code_lists:
            message = f"the code list '{self.list_name.text}' is replaced"
            scope.notice("list-replaced", message, self.list_name.span)
        pairs = tuple((pair.code, pair.label) for pair in self.pairs)
        scope.code_lists[self.list_name.text] = Labels(pairs)

    def run(self, session: Session) -> Raw:
        """Name the list."""
        return Done("labels_defined", {"list": self.list_name.text})
