"""The command `python -m max.patches`."""

from max.patches.build import main

main()
