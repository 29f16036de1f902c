"""What depends on machine and operating system: hosts, sockets, processes, versions."""
