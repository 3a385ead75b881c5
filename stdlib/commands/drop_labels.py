"""Remove code lists."""

from typing import TYPE_CHECKING

from kohort.command import SteerCommand
from kohort.diagnostic import suggestion, wrong
from kohort.phrases import Word, Words
from kohort.results import Done, Raw
from kohort.scope import Labels, Scope

if TYPE_CHECKING:
    from kohort.session import Session


class DropLabels(SteerCommand, name="drop-labels"):
    """Remove code lists; variables that carry their labels keep them."""

    group = "data preparation"

    lists: Words

    def check(self, scope: Scope) -> None:
        """The lists must exist."""
        for word in self.lists:
            known_list(scope, word)
            del scope.code_lists[word.text]

    def run(self, session: "Session") -> Raw:
        """Name the lists."""
        return Done("labels_dropped", {"lists": " ".join(word.text for word in self.lists)})


def known_list(scope: Scope, word: Word) -> Labels:
    """Give the code list of this name, or raise `unknown-list`."""
    labels = scope.code_lists.get(word.text)
    if labels is None:
        hint = suggestion(word.text, scope.code_lists) or "make it with 'define-labels'"
        wrong("unknown-list", f"there is no code list '{word.text}'", word.span, hint)
    return labels
