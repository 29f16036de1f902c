"""A page of sounds to compare by ear: every regime, stem, model and precision side by side."""
