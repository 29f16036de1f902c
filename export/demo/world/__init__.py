"""The demonstration's music: a small world of songs, drawn from seeds, with its ground truth."""
