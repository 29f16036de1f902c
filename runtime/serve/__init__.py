"""The command `serve`: a server, and the protocol that its clients speak."""
