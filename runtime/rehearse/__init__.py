"""A rehearsal: audio played into a server over real UDP, without Max."""
