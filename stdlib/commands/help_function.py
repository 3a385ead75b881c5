"""What a function does and takes."""

from kohort.command import TellCommand
from kohort.diagnostic import suggestion, wrong
from kohort.disclosure.released import Lines, Listing, Paragraph
from kohort.function import functions
from kohort.phrases import Word
from kohort.results import Document
from kohort.scope import Scope


class HelpFunction(TellCommand, name="help-function"):
    """Explain a function, or list all of them."""

    group = "support"

    function: Word | None

    def check(self, scope: Scope) -> None:
        """The function must exist."""
        if self.function is not None and self.function.text not in functions():
            hint = suggestion(self.function.text, functions())
            message = f"there is no function '{self.function.text}'"
            hint = hint or "'help-function' lists all functions"
            wrong("unknown-function", message, self.function.span, hint)

    def run(self, scope: Scope, history: tuple[str, ...]) -> Document:
        """Give signature and meaning, or the list."""
        if self.function is not None:
            found = functions()[self.function.text]
            return Document((Lines((found.signature,)), Paragraph(found.doc)))
        rows = sorted((f.subject, f.signature, f.doc.splitlines()[0]) for f in functions().values())
        return Document((Listing(("group", "function", "help"), tuple(rows)),))
