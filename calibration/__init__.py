"""Precision of a bundle: written into its graphs, and measured."""
