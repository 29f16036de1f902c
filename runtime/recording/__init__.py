"""Keeps what a server was told and when its threads met, so that it can be run again."""
