"""`python -m sideman.runtime`: the command line without its console script."""

from sideman.runtime.commandline.frame import main

main()
