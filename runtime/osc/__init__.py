"""What every protocol here shares of OSC 1.0: padding, and the address of a message."""
