"""Built engines on disk: under which key they are kept, found again, and removed."""
