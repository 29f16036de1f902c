"""`python -m sideman.runtime`: the command line without its console script."""

from sideman.runtime.cli import main

main()
