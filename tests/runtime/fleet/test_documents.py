"""The example of a cluster is one that Ray takes."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from sideman.engine.optional import found

EXAMPLE = Path(__file__).parents[3] / "docs/fleet-cluster.yaml"


#: In a process of its own: another test sets what Ray reads when it is imported.
CHECK = """
import sys, yaml
from ray.autoscaler._private.util import prepare_config, validate_config
validate_config(prepare_config(yaml.safe_load(open(sys.argv[1]))))
"""


@pytest.mark.skipif(not found("ray"), reason="Ray is not installed: pip install .[fleet]")
@pytest.mark.skipif(sys.platform != "linux", reason="Ray's clusters are for Linux")
def test_ray_takes_the_example_of_a_cluster() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHECK, str(EXAMPLE)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_example_installs_these_sources() -> None:
    yaml = pytest.importorskip("yaml")
    config = yaml.safe_load(EXAMPLE.read_text())
    extras = tomllib.loads((EXAMPLE.parents[1] / "pyproject.toml").read_text())["project"]
    (install,) = config["setup_commands"]
    found = re.fullmatch(r'pip install "\$HOME/sideman\[(.+)\]"', install)
    assert found
    assert set(found[1].split(",")) <= set(extras["optional-dependencies"])
    assert config["file_mounts"] == {"~/sideman": "."}


def test_the_example_is_quiet_and_guarded() -> None:
    yaml = pytest.importorskip("yaml")
    config = yaml.safe_load(EXAMPLE.read_text())
    for key in ("head_start_ray_commands", "worker_start_ray_commands"):
        start = config[key][-1]
        assert "RAY_worker_niceness=0" in start
        assert "RAY_USAGE_STATS_ENABLED=0" in start
        assert "RAY_AUTH_MODE=token" in start
    assert "RAY_health_check_period_ms=500" in config["head_start_ray_commands"][-1]
    assert "--include-dashboard=false" in config["head_start_ray_commands"][-1]
