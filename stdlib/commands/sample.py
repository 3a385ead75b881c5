"""Keep a random part of the units."""

from dataclasses import replace

from kohort import sample_shares, wording
from kohort.command import SteerCommand
from kohort.diagnostic import wrong
from kohort.phrases import Number
from kohort.results import DrawnFrom, Raw
from kohort.scope import Kind, Scope
from kohort.session import Session

_SMALLEST = 1000


class Sample(SteerCommand, name="sample"):
    """Keep a random share or number of units; the same seed always gives the same ones."""

    group = "data preparation"

    amount: Number
    seed: Number | None

    def check(self, scope: Scope) -> None:
        """The amount is a share between 0 and 1 or a number above 1000; a seed is needed."""
        shape = scope.filled(self.span)
        value = self.amount.value
        if self.seed is None or not isinstance(self.seed.value, int) or self.seed.value < 1:
            wrong(
                "seed-missing",
                "'sample' needs a seed: a whole number from 1",
                self.span if self.seed is None else self.seed.span,
                f"write 'sample {value} 4711'",
            )
        if isinstance(value, float) and not 0 < value < 1:
            wrong("sample-size", "the share must be between 0 and 1 (exclusive)", self.amount.span)
        if isinstance(value, int) and value <= _SMALLEST:
            wrong(
                "sample-size",
                f"the number must be above {_SMALLEST}",
                self.amount.span,
                "a share is written as a decimal such as 0.1",
            )
        if shape.kind in (Kind.EVENT, Kind.PANEL):
            scope.notice("sample-of-rows", "whole units are drawn, with all their rows", self.span)
        amount = self._rounded(scope)
        if amount != value:
            said = f"random samples are of round shares: {amount:g} for {value:g}"
            scope.notice("sample-rounded", said, self.amount.span)
        share = wording.sampled(amount, self._bucket(scope, amount), shape.population)
        drawn = replace(shape, population=shape.population.keep(share))
        scope.update(drawn.after("sampled", amount=value, seed=self.seed.value))

    def _rounded(self, scope: Scope) -> int | float:
        """Give the share that is drawn; what share a number of units is shows only then."""
        value = self.amount.value
        if scope.sample_rounded and isinstance(value, float):
            return sample_shares.rounded(value)
        return value

    def _bucket(self, scope: Scope, amount: float) -> int:
        """Give which of the samples of a share this is; of a number, which of as many as there are.

        (How many samples of a number there are depends on its share of the units.)
        """
        assert self.seed is not None
        bucket = int(self.seed.value) % scope.sample_buckets
        if scope.sample_rounded and 0 < amount < 1:
            return bucket % sample_shares.buckets(amount, scope.sample_buckets)
        return bucket

    def run(self, session: Session) -> Raw:
        """Draw by the keyed hash of each unit."""
        scope = session.scope
        assert scope.active is not None
        dataset = session.datasets[scope.active]
        before = dataset.size("", {}, change=False)
        fraction = float(self._rounded(scope))
        if isinstance(self.amount.value, int):
            fraction = min(1.0, fraction / max(session.gate.count(before), 1))
            if scope.sample_rounded and 0 < fraction < 1:
                fraction = sample_shares.rounded(fraction)
        bucket = self._bucket(scope, fraction)
        drawn = dataset.sampled(fraction, bucket)
        drawn = drawn.described(scope.datasets[dataset.shape.name])
        said = "sampled" if fraction < 1 else "sampled_all"
        status = drawn.size(said, {"dataset": dataset.shape.name})
        status = replace(status, drawn=DrawnFrom(before.n, before.sums, f"{fraction!r} {bucket}"))
        session.gate.permit_sample(status, self.span)
        session.put(drawn, status, self.span)
        return status
