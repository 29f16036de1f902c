"""The bundle and the loop that ship with the package."""
