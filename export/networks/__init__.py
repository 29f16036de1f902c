"""The networks, inference only, under the names of the published checkpoints."""
