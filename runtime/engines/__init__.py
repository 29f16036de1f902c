"""`sideman build`: engines for the sizes that a performance uses."""
