"""A rehearsal over the native protocol: what `sideman rehearse --protocol native` does."""
