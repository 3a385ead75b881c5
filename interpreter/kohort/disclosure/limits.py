"""The limits of a profile: one frozen class per table, each key beside the direction it tightens.

Values are not given here: the TOML files in `stdlib/profiles` hold them, and a file must name every
key or extend one that does. Numbers in brackets refer to the disclosure reference.
"""

from dataclasses import dataclass

from kohort.disclosure.file_kinds import FILE_KINDS
from kohort.disclosure.strictness import (
    always,
    both,
    common,
    either,
    greatest,
    inner,
    least,
    ordered,
)


@dataclass(frozen=True)
class PopulationLimits:
    """Sizes of populations, all judged on published counts of units (2.5)."""

    min_units: int = greatest()
    margin: int = greatest()  # allowed if the published count is at least min_units + margin
    decide_on: str = ordered("published")
    edit_floor: int = greatest()  # a change of fewer units, or of all but fewer, is refused; 0: off


@dataclass(frozen=True)
class CountLimits:
    """Perturbation of counts and what of a table is displayed (2.1, 4.2, 4.3)."""

    perturb: bool = either()
    table: str = ordered("none", "maxent", "smooth")
    js: int = greatest()  # published positive counts are larger than this
    variance: float = greatest()
    wording_share: float = greatest(0, 0.5)  # part of the variance keyed by the canonical wording
    max_noise: int = greatest(1)  # of each stage
    mid: float = greatest()  # true count at which half of the cells publish 0
    slope: float = greatest(0.05)
    round_base: int = greatest()  # 0: off
    zero_display: str = ordered("0", "<5")
    low_cell: int = greatest()
    sparse_share: float = least(0, 1)
    totals: str = ordered("independent")
    max_cells: int = least(1)
    max_dims: int = least(1)
    max_categories: int = least(1)
    percent_decimals: int = least(0, 15)


@dataclass(frozen=True)
class GroupLimits:
    """Rows in which nearly everyone shares one category (2.1)."""

    on: bool = either()
    share: float = least(0, 1)
    n_max: int = greatest()
    only_sensitive: bool = both()


@dataclass(frozen=True)
class MagnitudeLimits:
    """Means, sums, standard deviations (2.2, 4.4 to 4.6)."""

    winsor: tuple[float, float] = inner()  # 0 and 1: off
    winsor_scope: str = ordered("active_dataset")
    winsor_min_units: int = greatest()
    winsor_spread: float = greatest(0, 1)  # Laplace spread of the rank; 0: a fixed rank, an oracle
    wording_share: float = greatest(0, 0.5)
    kwj_eta: float = greatest(0, 0.75)  # strength of the weight jitter; more would reach weight 0
    floor_c: float = greatest()
    digits: int = least(1, 15)
    desc_min: int = greatest()  # on the published count
    hard_floor: int = greatest()  # on the true count, in addition
    sum: str = ordered("exact", "mean_times_n")
    content_bits: int = greatest(1, 40)
    dominance_n: int = greatest(1)
    dominance_k: float = least(0, 1)
    p_percent: float = greatest(0, 1)
    dominance_action: str = ordered("none", "extra_noise")


@dataclass(frozen=True)
class QuantileLimits:
    """Percentiles (2.2, 4.7)."""

    allowed: tuple[int, ...] = common()  # in per cent
    window_min: int = greatest()
    window_frac: float = greatest(0, 0.5)
    noise: float = greatest()
    sig: int = least(1, 15)
    each_side: int = greatest()
    extremes: str = ordered("minmax", "p1p99", "p5p95", "none")
    p1p99_min_n: int = greatest()


@dataclass(frozen=True)
class ModelLimits:
    """Estimated models (2.3, 4.11)."""

    eta: float = greatest(0, 0.75)
    min_dof: int = greatest()
    min_obs_per_param: int = greatest()
    support_min: int = greatest()
    eff_support_min: int = greatest()
    outcome_support: int = greatest()
    clip_units: int = greatest()  # centre of the keyed random rank per side; 0: off
    glm_prior_obs: float = greatest()
    max_r2: float = least(0, 1)
    coef_digits: int = least(1, 15)
    se_digits: int = least(1, 15)
    r2_decimals: int = least(0, 15)
    corr_decimals: int = least(0, 15)
    intercept_k: int = greatest()
    show_vcov: bool = always(False)


@dataclass(frozen=True)
class SurvivalLimits:
    """Survival curves (2.3)."""

    min_risk: int = greatest()
    min_events: int = greatest()
    max_steps: int = least(1)


@dataclass(frozen=True)
class GraphicLimits:
    """Figures (2.4)."""

    hist_max_bins: int = least(1)
    hex_across: int = least(1)
    hex_min: int = greatest()
    hex_classes: int = least(1)
    box_whiskers: str = ordered("minmax", "p5p95")
    embed_data: str = ordered("released_only")


@dataclass(frozen=True)
class SampleLimits:
    """Random samples (2.5)."""

    min_units: int = greatest()
    seed_buckets: int = least(1)
    round_shares: bool = either()


@dataclass(frozen=True)
class MessageLimits:
    """What status lines and errors may say (2.5)."""

    dataset_size: str = ordered("published", "none")
    dynamic_errors: str = ordered("named", "coded")


@dataclass(frozen=True)
class LanguageLimits:
    """The user's own words in scripts (2.5)."""

    label_max_chars: int = least(1)
    inlist_max: int = least(1)
    identifiers: str = ordered("keys_only")


@dataclass(frozen=True)
class TimingLimits:
    """When a served session replies (2.5)."""

    quantum_ms: int = greatest()


@dataclass(frozen=True)
class ReleaseLimits:
    """How results leave (2.4, 5)."""

    human_gatekeeper: bool = either()
    formats: tuple[str, ...] = common(FILE_KINDS)
    scripts_scanned_for_literals: bool = always(True)


@dataclass(frozen=True)
class PartitionLimits:
    """How many partitions of one set of n units: n / units_per_partition, within min and cap."""

    min: int = least()
    units_per_partition: int = greatest(1)
    cap: int = least()


@dataclass(frozen=True)
class AuditLimits:
    """Counting of requests (6)."""

    partitions_per_set: PartitionLimits  # its keys have directions of their own
    outputs_per_day: int = least()
    cells_per_day: int = least()
    contents_per_set: int = least()
    samples_per_set: int = least()
    tables_per_unit: int = least()
    near_dup_units: int = greatest()  # published size up to which groups in tables are compared
    near_dup_diff: int = greatest()
    near_dup_margin: float = greatest()
    near_dup_per_day: int = least()
    near_dup_action: str = ordered("flag", "block")
    refusals_per_day: int = least()
    sketch_cells: int = greatest(1)
