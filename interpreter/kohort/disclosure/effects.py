"""What a profile does to the statistics that a result shows, and how much it can change them.

Every number is worked out from the profile's constants by the functions that apply them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from kohort.disclosure.counts import reach, unprotected
from kohort.disclosure.jitter import farthest
from kohort.disclosure.profile import Profile
from kohort.disclosure.quantiles import farthest_rank
from kohort.disclosure.quantiles import unprotected as exact_percentiles
from kohort.disclosure.released import Note as Effect
from kohort.disclosure.winsor import expected_ends

COUNTS: Final = frozenset({
    "freq",
    "n",
    "nobs",
    "units",
    "clusters",
    "size",
    "events",
    "at_least",
    "at_most",
})
SHARES: Final = frozenset({"rowpct", "colpct", "cellpct", "percent", "density", "fraction"})
MAGNITUDES: Final = frozenset({"mean", "std", "sum", "gini", "min", "max"})
RANKED: Final = frozenset({"iqr", "median"})
ESTIMATES: Final = frozenset({
    "coef", "se", "r2", "r2_adj", "r2_pseudo", "f", "chi2", "rmse", "lower", "upper", "rho",
})  # fmt: skip


def effects(profile: Profile, statistics: Iterable[str], rule: str = "") -> tuple[Effect, ...]:
    """Give a note (message section `protection`) for each thing that touches these statistics.

    `rule`: the profile's rule that released them, which tells of statistics that have no name here.
    `no_protection` where the profile changes nothing.
    """
    shown = frozenset(statistics)
    notes: list[Effect] = []
    if shown & (COUNTS | SHARES) or rule == "survival":
        notes += _counts(profile, bool(shown & SHARES))
    if rule == "survival":
        # A curve of two estimates, or steps of counts; means and medians follow from them.
        notes += _models(profile) if "shape" in shown else _curves(profile)
        shown = frozenset[str]()
    if shown & MAGNITUDES:
        notes += _magnitudes(profile, "sum" in shown)
    elif rule == "magnitudes" and not any(map(_ranked, shown)):
        notes += _others(profile)
    if any(_ranked(name) for name in shown):
        notes += _percentiles(profile)
    if shown & ESTIMATES or rule == "models":
        notes += _models(profile)
    if profile.release.human_gatekeeper:
        notes.append(Effect("gatekeeper"))
    if not notes and not profile.synthetic_only:
        return ()
    return tuple(notes) or (Effect("no_protection"),)


def _ranked(name: str) -> bool:
    return name in RANKED or (name[:1] == "p" and name[1:].isdecimal())


def _counts(profile: Profile, shares: bool) -> list[Effect]:
    limits = profile.counts
    if unprotected(limits):
        return []
    furthest, zero = reach(limits)
    notes = [Effect("counts", {"most": furthest})]
    if limits.round_base:
        notes.append(Effect("rounded_counts", {"base": limits.round_base}))
    if zero:
        notes.append(Effect("zeros", {"zero": limits.zero_display, "most": zero}))
    return [*notes, Effect("shares")] if shares else notes


def _magnitudes(profile: Profile, sums: bool) -> list[Effect]:
    limits = profile.magnitudes
    notes = []
    share, units = expected_ends(limits)
    if share:
        notes.append(Effect("winsorised", {"percent": f"{100 * share:g}", "units": units}))
    if limits.kwj_eta or limits.floor_c:
        notes.append(Effect("means", {"percent": f"{100 * limits.kwj_eta:g}"}))
    if sums and limits.sum == "mean_times_n":
        notes.append(Effect("sums"))
    if notes:
        notes.append(Effect("digits", {"digits": limits.digits}))
    return notes


def _others(profile: Profile) -> list[Effect]:
    """Give what is done to numbers made of means, such as correlations."""
    limits = profile.magnitudes
    share, units = expected_ends(limits)
    notes = [Effect("winsorised", {"percent": f"{100 * share:g}", "units": units})] if share else []
    if limits.kwj_eta or limits.floor_c:
        notes.append(Effect("moments", {"percent": f"{100 * limits.kwj_eta:g}"}))
    return notes


def _curves(profile: Profile) -> list[Effect]:
    limits = profile.survival
    if not (limits.min_risk or limits.min_events):
        return []
    return [Effect("curves", {"events": limits.min_events, "risk": limits.min_risk})]


def _percentiles(profile: Profile) -> list[Effect]:
    limits = profile.quantiles
    if exact_percentiles(limits):
        return []
    ranks = 2 * limits.window_min + 1
    told: dict[str, str | int] = {"ranks": ranks, "digits": limits.sig}
    if not limits.noise:
        return [Effect("percentiles", told)]
    times = limits.noise * farthest(profile.magnitudes.wording_share)
    told |= {"places": farthest_rank(limits), "times": f"{math.ceil(10 * times) / 10:g}"}
    return [Effect("percentiles_moved", told)]


def _models(profile: Profile) -> list[Effect]:
    limits = profile.models
    notes = []
    if limits.clip_units:
        notes.append(Effect("clipped", {"units": limits.clip_units}))
    if limits.eta:
        notes.append(Effect("estimates", {"percent": f"{100 * limits.eta:g}"}))
    if notes:
        notes.append(Effect("estimate_digits", {"digits": limits.coef_digits}))
    return notes
