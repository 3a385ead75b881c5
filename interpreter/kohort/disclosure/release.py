"""The only way out: a raw result in, a released one or a refusal out."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from kohort.bank import Databank
from kohort.diagnostic import Span
from kohort.disclosure.coefficients import coefficients
from kohort.disclosure.context import context, found_shape
from kohort.disclosure.counts import published_count, published_counts, unprotected
from kohort.disclosure.descriptive import Descriptive, descriptive
from kohort.disclosure.figures import figure
from kohort.disclosure.file_digest import data_digest
from kohort.disclosure.frequencies import table_of_counts
from kohort.disclosure.inventories import inventory
from kohort.disclosure.literals import too_long, too_many
from kohort.disclosure.model_table import model
from kohort.disclosure.policy import (
    NoKeyError,
    Policy,
    ProfileNotAllowedError,
    WrongKeyError,
)
from kohort.disclosure.population import (
    edit_allowed,
    large_enough,
    sample_large_enough,
)
from kohort.disclosure.predictions import Predictions, predictions
from kohort.disclosure.profile import Profile, ProfileError, load
from kohort.disclosure.publication import Publication, published_groups
from kohort.disclosure.refusal import RefusedError
from kohort.disclosure.released import (
    _SEAL,  # pyright: ignore[reportPrivateUsage]  the one place that may use it
    Cell,
    Content,
    Released,
    Status,
    Text,
)
from kohort.disclosure.survival import survival
from kohort.disclosure.volumes import summary_table, volume_table
from kohort.disclosure.watch import Watch
from kohort.register import RegisterVariable
from kohort.results import (
    Axis,
    Cells,
    Chart,
    CoefficientCases,
    Column,
    Document,
    Done,
    FactorLevels,
    Frequencies,
    Inventory,
    Magnitudes,
    ModelCases,
    Raw,
    Size,
    Summary,
    SurvivalCases,
)
from kohort.scope import Scope

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kohort.audit.auditor import Remaining
    from kohort.estimators.problem import Predictor

Described = Frequencies | Magnitudes | Summary | Chart
Releasable = Size | Done | Inventory | Described | Descriptive | ModelCases | Document
Part = Axis | Cells | Column | FactorLevels


class Gate:
    """The filter of one session, under the policy that its databanks and its user set."""

    def __init__(self, policy: Policy, watch: Watch | None = None) -> None:
        self.policy = policy
        self.watch = watch

    # ---- what a session asks

    def connect(self, bank: Databank, span: Span) -> None:
        """Bring a databank's key and profile into force. Raises `RefusedError`."""
        try:
            self.policy.connect(bank)
        except NoKeyError:
            raise RefusedError("no-key", span) from None
        except WrongKeyError:
            raise RefusedError("wrong-key", span) from None
        except ProfileNotAllowedError:
            raise RefusedError("profile-not-allowed", span) from None
        except ProfileError:
            raise RefusedError("profile-unusable", span) from None
        if self.watch is not None:
            self.watch.connect(bank, self.policy.master(bank.root), span)

    def asking(self, text: str, replaying: bool) -> None:
        """Let the audit know which statement runs next, and whether it is one of a replay."""
        if self.watch is not None:
            self.watch.begins(text, replaying)

    def remaining(self) -> dict[str, Remaining]:
        """Give what is left of today's quotas, by databank; empty where nothing is counted."""
        return {} if self.watch is None else self.watch.remaining(self.policy.profile)

    def refused(self, code: str, span: Span) -> None:
        """Let the audit know that something was refused. Raises `RefusedError`."""
        if self.watch is not None:
            self.watch.refuse(self.policy.profile, code, span)

    def tighten(self, bank: Databank, profile: str, span: Span) -> None:
        """Bring a register's own profile into force, besides the others. Raises `RefusedError`."""
        try:
            self.policy.tighten(bank, profile)
        except ProfileNotAllowedError:
            raise RefusedError("profile-not-allowed", span) from None
        except ProfileError:
            raise RefusedError("profile-unusable", span) from None

    def count(self, size: Size) -> int:
        """Give the published number of units: the same wherever it is asked for."""
        if size.public:
            return size.n
        if size.n == 0:
            return 0
        return self._counted(size.root, size.n, size.sums, size.population.wording())

    def _counted(self, root: Path | None, n: int, sums: int, wording: str) -> int:
        secret = self.policy.secret(root)
        return published_count(secret, self.policy.profile.counts, sums, n, wording)

    def _sizes(
        self, root: Path | None, n: NDArray[np.int64], sums: NDArray[np.uint64], wording: str
    ) -> NDArray[np.int64]:
        secret, limits = self.policy.secret(root), self.policy.profile.counts
        return published_counts(secret, limits, sums, n, [wording] * len(n))

    def data_digest(self, bank: Databank, variable: RegisterVariable) -> str:
        """Give the keyed fingerprint of a variable's files. Raises `OSError`."""
        return data_digest(self.policy.master(bank.root), variable.path)

    def permit(self, size: Size, span: Span) -> None:
        """Check the population floor on the published number of units. Raises `RefusedError`."""
        if not size.public and not large_enough(self.policy.profile.population, self.count(size)):
            raise RefusedError("population-too-small", span)

    def permit_words(self, statement: object, span: Span) -> None:
        """Check the words of the user's own that a statement holds. Raises `RefusedError`."""
        limits = self.policy.profile.language
        if too_long(limits, statement):
            raise RefusedError("label-too-long", span)
        if too_many(limits, statement):
            raise RefusedError("too-many-values", span)

    def permit_sample(self, size: Size, span: Span) -> None:
        """Check the floor of random samples on the published number of units.

        Raises `RefusedError`.
        """
        if not size.public and not sample_large_enough(
            self.policy.profile.sample, self.count(size)
        ):
            raise RefusedError("population-too-small", span)

    @property
    def guards_edits(self) -> bool:
        """Whether a change of values must touch, and spare, a number of units."""
        return self.policy.profile.population.edit_floor > 0

    def permit_edit(self, touched: Size, spared: Size, span: Span) -> None:
        """Check the edit floor on published numbers. Raises `RefusedError`."""
        limits = self.policy.profile.population
        if not edit_allowed(limits, self.count(touched), self.count(spared)):
            raise RefusedError("edit-too-small", span)

    @property
    def sample_buckets(self) -> int:
        """How many different keyed samples of one share there are."""
        return self.policy.profile.sample.seed_buckets

    @property
    def sample_rounded(self) -> bool:
        """Whether samples are of round shares only."""
        return self.policy.profile.sample.round_shares

    @property
    def names_values(self) -> bool:
        """Whether a message may quote values of the data: only where the units are made up."""
        profile = self.policy.profile
        return profile.synthetic_only and profile.messages.dynamic_errors == "named"

    @property
    def protected(self) -> bool:
        """Whether there is any protection."""
        return not unprotected(self.policy.profile.counts)

    @property
    def most_sharing(self) -> int:
        """How many rows may share what one unit says of itself; 0 where there is no limit."""
        return max(0, self.policy.profile.magnitudes.desc_min - 1)

    def publish(self, evidence: Magnitudes, span: Span) -> Publication:
        """Give the published group statistics that a collapse to public units leaves (4.12).

        Raises `RefusedError` where the audit says no.
        """
        published = evidence.frequencies.shape.public
        profile = _plain() if published else self.policy.profile
        groups = published_groups(self.policy.secret(evidence.frequencies.root), profile, evidence)
        self._watched(evidence, groups, span, evidence.frequencies.shape.name)
        return groups

    def predict(
        self, raw: ModelCases, predictor: Predictor, wanted: tuple[str, ...]
    ) -> Predictions:
        """Give a model's predictions of its rows, of the fit that would be shown."""
        profile = _plain() if _published(raw) else self.policy.profile
        return predictions(self.policy.secret(raw.root), profile, raw, predictor, wanted)

    # ---- the exit

    def release(self, raw: Raw, scope: Scope, span: Span) -> Released:
        """Give what may be shown of a raw result.

        Raises `RefusedError`, or `TypeError` for an unknown kind.
        """
        kind = type(raw).__name__
        if self.policy.profile.outputs.get(kind, "refused") == "refused":
            raise TypeError("a kind of result without a rule")
        assert isinstance(raw, Releasable)
        content = self._content(raw, span)
        said = context(raw, content, self.policy.profile, scope)
        self._watched(raw, content, span, said.dataset)
        return Released(_SEAL, content, said)

    def _watched(self, raw: Raw, content: object, span: Span, dataset: str) -> None:
        """Let the audit count and log what is about to leave. Raises `RefusedError`."""
        if self.watch is not None:
            profile = self.policy.profile
            self.watch.release(profile, raw, content, self._sizes, span, dataset)

    def _content(self, raw: Releasable, span: Span) -> Content:
        policy = self.policy
        # The rows of a dataset collapsed to public units are published numbers already (4.12).
        profile = _plain() if _published(raw) else policy.profile
        if isinstance(raw, Descriptive):
            return descriptive(policy.secret(raw.root), profile, raw, span)
        match raw:
            case Size():
                return self._status(raw)
            case Done():
                return Status(raw.message, raw.words)
            case Document():
                return Text(tuple(raw.blocks))
            case Inventory():
                return inventory(raw, [self.count(size) for size in raw.sizes], self._sized)
            case Frequencies():
                return table_of_counts(policy.secret(raw.root), profile, raw, span)
            case Magnitudes():
                return volume_table(policy.secret(raw.frequencies.root), profile, raw, span)
            case Summary():
                return summary_table(policy.secret(raw.root), profile, raw)
            case Chart():
                root = _table(raw.of).root
                return figure(policy.secret(root), profile, raw, span)
            case CoefficientCases():
                return coefficients(policy.secret(raw.root), profile, raw, span)
            case SurvivalCases():
                return survival(policy.secret(raw.root), profile, raw, span)
            case ModelCases():
                return model(policy.secret(raw.root), profile, raw, span)
            case _:
                assert_never(raw)

    @property
    def _sized(self) -> bool:
        return self.policy.profile.messages.dataset_size == "published"

    def _status(self, raw: Size) -> Status:
        if not self._sized or not raw.message:
            return Status(raw.message, raw.words)
        count = self.count(raw)
        cell = Cell(count) if count else Cell(0, "zero")
        return Status(raw.message, raw.words, {"units": cell})


def _table(raw: Frequencies | Magnitudes) -> Frequencies:
    return raw.frequencies if isinstance(raw, Magnitudes) else raw


def _published(raw: Raw) -> bool:
    shape = found_shape(raw)
    return shape is not None and shape.public


@cache
def _plain() -> Profile:
    return load("open")
