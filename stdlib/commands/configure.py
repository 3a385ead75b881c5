"""Settings of a script."""

from kohort.command import SteerCommand
from kohort.diagnostic import suggestion, wrong
from kohort.phrases import Words
from kohort.scope import Scope

SETTINGS = {
    "alpha": "every command and function that kohort has is on already",
    "nocache": "kohort computes every result anew",
}


class Configure(SteerCommand, name="configure"):
    """Accept the platform's settings `alpha` and `nocache`; neither changes anything here."""

    group = "support"

    settings: Words

    def check(self, scope: Scope) -> None:
        """The settings must be known; each is acknowledged."""
        for word in self.settings:
            if word.text not in SETTINGS:
                hint = suggestion(word.text, SETTINGS) or f"there are: {', '.join(SETTINGS)}"
                wrong("unknown-setting", f"there is no setting '{word.text}'", word.span, hint)
        for word in self.settings:
            scope.notice("setting", f"'{word.text}': {SETTINGS[word.text]}", word.span)
