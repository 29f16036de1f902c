"""What every command shares: the frame, options, and tables of figures."""
