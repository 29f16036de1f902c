"""Training of the demonstration's three networks, in stages that go on where they were stopped."""
