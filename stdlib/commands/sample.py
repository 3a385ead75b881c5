"""Keep a random part of the units."""

from dataclasses import replace

from kohort import wording
from kohort.command import SteerCommand
from kohort.diagnostic import wrong
from kohort.phrases import Number
from kohort.results import Raw
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
        bucket = self.seed.value % scope.sample_buckets
        share = wording.sampled(value, bucket, shape.population)
        drawn = replace(shape, population=shape.population.keep(share))
        scope.update(drawn.after("sampled", amount=value, seed=self.seed.value))

    def run(self, session: Session) -> Raw:
        """Draw by the keyed hash of each unit."""
        assert session.scope.active is not None
        assert self.seed is not None
        dataset = session.datasets[session.scope.active]
        fraction = float(self.amount.value)
        if isinstance(self.amount.value, int):
            whole = session.gate.count(dataset.size("", {}, change=False))
            fraction = min(1.0, self.amount.value / max(whole, 1))
        bucket = int(self.seed.value) % session.scope.sample_buckets
        drawn = dataset.sampled(fraction, bucket)
        drawn = drawn.described(session.scope.datasets[dataset.shape.name])
        said = "sampled" if fraction < 1 else "sampled_all"
        status = drawn.size(said, {"dataset": dataset.shape.name})
        session.gate.permit_sample(status, self.span)
        session.put(drawn, status, self.span)
        return status
