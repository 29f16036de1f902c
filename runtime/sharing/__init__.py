"""Several sessions on one engine: weights once, and cycles in the order of their deadlines."""
