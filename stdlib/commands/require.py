"""Connect to a databank."""

from kohort.command import SteerCommand
from kohort.diagnostic import wrong
from kohort.phrases import Bank, Word
from kohort.results import Done, Raw
from kohort.scope import Scope
from kohort.session import Session


class Require(SteerCommand, name="require"):
    """Connect to a databank in a given version, under a short name."""

    group = "datasets"

    bank: Bank
    alias: Word

    def check(self, scope: Scope) -> None:
        """Find bank and version; an alias stays bound to one bank."""
        bank, notice = scope.catalogue.require(self.bank)
        bound = scope.banks.get(self.alias.text)
        if bound is not None and (bound.root, bound.version) != (bank.root, bank.version):
            wrong(
                "alias-taken",
                f"'{self.alias.text}' already stands for {bound.name}:{bound.version}",
                self.alias.span,
                "choose another name after 'as'",
            )
        scope.banks[self.alias.text] = bank
        if notice is not None:
            scope.notice("databank-version", notice, self.bank.span)

    def run(self, session: Session) -> Raw:
        """Bring the bank's key and profile into force."""
        bank = session.scope.banks[self.alias.text]
        session.gate.connect(bank, self.span)
        session.scope.sample_buckets = session.gate.sample_buckets
        session.scope.sample_rounded = session.gate.sample_rounded
        words = {"bank": bank.name, "version": bank.version, "alias": self.alias.text}
        return Done("connected", words)
