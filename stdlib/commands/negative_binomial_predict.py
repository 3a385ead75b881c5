"""Predictions of a negative binomial regression."""

from kohort.count_prediction import CountPredict


class NegativeBinomialPredict(CountPredict, name="negative-binomial-predict"):
    """Add the predictions of a negative binomial regression to the dataset."""

    dispersed = True
