#!/bin/sh
# Ray is asked to be at 127.0.0.1 and is at the machine's other address, without a word about it.
#
# Versions    ray 2.60.0, Python 3.11, Linux x86-64
# Expected    `ray start --node-ip-address=127.0.0.1`, whose help says "the IP address of this
#             node", makes a node that is at 127.0.0.1, or is refused with a reason. Its servers
#             listen there: a Ray for one machine alone needs no other address.
# Seen        Neither. Localhost is replaced by the address from which packets leave the machine
#             (`resolve_ip_for_localhost`), and no line says so: the address that the log tells is
#             simply another one. Some servers listen there, others at every address of the
#             machine. With RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0, which is meant for other systems,
#             the same command is at 127.0.0.1, and nothing listens elsewhere.
# Output seen
#   ray 2.60.0
#   as it is: node at another address; listens at another address, every address
#   made to be one: node at 127.0.0.1; listens at loopback
#   as found: Ray is elsewhere than it was asked to be
#
# Run it with: sh findings/ray-loopback.sh
# It needs a network for pip (some 80 MB) and a machine with an address besides loopback, and writes
# into a temporary folder only. Ray runs for some seconds, twice, and is ended by its process.
# Exit status: 0 as long as the behaviour is as found, 1 when it has changed.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/environment"
"$folder/environment/bin/pip" install --quiet --disable-pip-version-check ray==2.60.0

"$folder/environment/bin/python" - "$folder" <<'PROGRAM'
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import ray

LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}
folder = Path(sys.argv[1])


def stat(pid):
    """State and parent of a process."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]


def family(pid):
    found = [pid]
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if stat(entry.name)[1] == str(pid):
                found += family(int(entry.name))
        except OSError:
            continue  # it has ended
    return found


def alive(pid):
    try:
        return stat(pid)[0] != "Z"
    except OSError:
        return False


def listening(pids):
    """Where these processes listen on TCP, in words."""
    sockets = set()
    for pid in pids:
        try:
            sockets |= {os.readlink(each) for each in Path(f"/proc/{pid}/fd").iterdir()}
        except OSError:
            continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] != "0A" or f"socket:[{fields[9]}]" not in sockets:
                continue
            address = fields[1].partition(":")[0]
            if set(address) == {"0"}:
                found.add("every address")
            else:
                found.add("loopback" if address in LOOPBACK else "another address")
    return sorted(found, key=("loopback", "another address", "every address").index)


def start(label, **variables):
    command = [
        str(folder / "environment/bin/ray"), "start", "--head", "--block", "--port=0",
        "--node-ip-address=127.0.0.1", "--include-dashboard=false", "--disable-usage-stats",
        "--num-cpus=1", f"--temp-dir={folder / label.replace(' ', '-')}",
    ]
    process = subprocess.Popen(
        command, env=os.environ | variables, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    node, pids = "", []
    try:
        for line in process.stdout:
            plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
            if "Local node IP" in plain:
                node = plain.split()[-1]
            if "--block" in plain:  # from here on it only waits
                break
        time.sleep(5)
        pids = family(process.pid)
        where = listening(pids)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        end = time.monotonic() + 60
        while any(map(alive, pids)) and time.monotonic() < end:
            time.sleep(0.1)
    shown = node if node in ("127.0.0.1", "") else "another address"
    print(f"{label}: node at {shown}; listens at {', '.join(where)}")
    return shown, where


print(f"ray {ray.__version__}")
plain = start("as it is")
kept = start("made to be one", RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER="0")
if plain[0] != "another address" or "every address" not in plain[1]:
    sys.exit("changed: this is not what was found")
if kept != ("127.0.0.1", ["loopback"]):
    sys.exit("changed: this is not what was found")
print("as found: Ray is elsewhere than it was asked to be")
PROGRAM
