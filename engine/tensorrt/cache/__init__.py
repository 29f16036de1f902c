"""Built engines on disk: their keys, and how they are stored, found and removed."""
