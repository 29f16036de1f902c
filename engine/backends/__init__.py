"""The interface of all backends; it imports no inference library."""
