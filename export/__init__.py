"""Checkpoint to ONNX: the only home of torch and music2latent."""
