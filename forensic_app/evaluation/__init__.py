"""Measuring: error rates, image metrics, age error, labelled photographs, evaluation of a model pack."""
