"""Precision of a bundle: nothing lives here yet; see CONTRIBUTING.md for what belongs here."""
