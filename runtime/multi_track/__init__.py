"""The protocol of existing `multi_track` clients: OSC over UDP, a step in chunks."""
