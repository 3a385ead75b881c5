"""Which draw of the noise belongs to a profile: profiles that differ in their noise share none.

The same draw at two strengths would tell the true number: two points of a line.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from kohort.disclosure.keys import Secret
from kohort.disclosure.profile import Profile, load

_NOISY = ("counts", "magnitudes", "quantiles", "models", "survival")
_DISPLAY = frozenset({
    "zero_display", "low_cell", "sparse_share", "max_cells", "max_dims", "max_categories",
    "percent_decimals", "extremes", "allowed",
})  # fmt: skip
"""Keys that decide what of the same numbers is displayed, and how."""


def noise_of(profile: Profile) -> str:
    """Give a hash (hexadecimal) of everything in a profile that shapes noise."""
    tables = {
        name: {k: v for k, v in asdict(getattr(profile, name)).items() if k not in _DISPLAY}
        for name in _NOISY
    }
    text = json.dumps(tables, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def drawn_for(profile: Profile, secret: Secret) -> Secret:
    """Give the secret that a profile draws its noise with: the key itself under `default`'s."""
    noise = noise_of(profile)
    if noise == noise_of(load("default")):
        return secret
    return Secret(secret.subkey(f"profile/v1/{noise}"))
