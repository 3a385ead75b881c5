"""Predictions of a Poisson regression."""

from kohort.count_prediction import CountPredict


class PoissonPredict(CountPredict, name="poisson-predict"):
    """Add the predictions of a Poisson regression to the dataset."""
