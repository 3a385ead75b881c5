"""Survival without assumptions."""

from kohort.survival_command import SurvivalCommand


class KaplanMeier(SurvivalCommand, name="kaplan-meier"):
    """Draw how many are left as time goes by, after Kaplan and Meier."""
