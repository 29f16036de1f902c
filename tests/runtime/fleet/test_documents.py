"""The example of a cluster is one that Ray takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sideman.engine.optional import found

EXAMPLE = Path(__file__).parents[3] / "docs/fleet-cluster.yaml"


@pytest.mark.skipif(not found("ray"), reason="Ray is not installed: pip install sideman[fleet]")
def test_ray_takes_the_example_of_a_cluster() -> None:
    import yaml
    from ray.autoscaler._private.util import prepare_config, validate_config

    config = yaml.safe_load(EXAMPLE.read_text())
    validate_config(prepare_config(config))
    for key in ("head_start_ray_commands", "worker_start_ray_commands"):
        start = config[key][-1]
        assert "RAY_worker_niceness=0" in start
        assert "RAY_USAGE_STATS_ENABLED=0" in start
        assert "RAY_AUTH_MODE=token" in start
    assert "--include-dashboard=false" in config["head_start_ray_commands"][-1]
