"""OSC over UDP as existing `multi_track` clients speak it."""
