"""What the system tells of memory, from made-up files."""

from __future__ import annotations

from sideman.runtime.bench.contest.memory import available_bytes


def test_the_smaller_of_machine_and_container_counts(tmp_path) -> None:
    assert available_bytes(tmp_path, tmp_path) is None
    (tmp_path / "meminfo").write_text("MemTotal: 900 kB\nMemAvailable: 500 kB\n")
    assert available_bytes(tmp_path, tmp_path) == 500 * 1024
    (tmp_path / "memory.max").write_text("max\n")
    assert available_bytes(tmp_path, tmp_path) == 500 * 1024
    (tmp_path / "memory.max").write_text("300000\n")
    (tmp_path / "memory.current").write_text("100000\n")
    assert available_bytes(tmp_path, tmp_path) == 200_000
