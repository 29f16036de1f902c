"""Makes a backend from its name and loads a bundle's stages; stands above every library folder."""
