"""Estimators that work from sums over rows; numpy and scipy.special only, no data frames."""
