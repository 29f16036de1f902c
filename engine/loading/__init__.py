"""From a name on the command line and a bundle on disk to stages that run: above every library."""
