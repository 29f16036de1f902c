"""The backend that runs the stages of a bundle with built engines."""
