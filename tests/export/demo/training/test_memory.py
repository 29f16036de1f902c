"""What is freed stays with the process, so that its pages are not cleared again."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: In a process of its own: the setting cannot be taken back.
FAULTS = """
import resource
import sys
import torch
from sideman.export.demo.training.memory import keep_memory

if sys.argv[1] == "kept" and not keep_memory():
    print("no mallopt")
    raise SystemExit
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
fewest = sys.maxsize
for _ in range(12):  # aligned blocks take some rounds to find their places
    before = faults()
    torch.ones(9 << 20)  # 36 MiB: more than glibc ever keeps by itself, 32
    fewest = min(fewest, faults() - before)
print(fewest)
"""


def faults(how: str) -> int:
    command = [sys.executable, "-c", FAULTS, how]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    if said == "no mallopt":
        pytest.skip("this system's allocator has no mallopt")
    return int(said)


def test_large_tensors_take_the_same_pages_again() -> None:
    assert faults("kept") < faults("as it comes") / 4
