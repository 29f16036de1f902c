"""Comparing the stages of two backends on the same inputs, through Polygraphy."""
