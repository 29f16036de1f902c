"""The server: a receive thread, a cycle thread, and what lies between them."""
