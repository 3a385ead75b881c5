"""Survival by a curve of two numbers."""

from kohort.survival_command import SurvivalCommand


class Weibull(SurvivalCommand, name="weibull"):
    """Draw survival as the curve exp(-(t/λ)^ρ) that fits best, after Weibull."""
