"""Which bundles a fleet may have."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sideman.engine.errors import SidemanError
from sideman.runtime.fleet.planning import Request, plan_fleet

SMALL = Path(__file__).parents[2] / "models" / "small"


def request(*bundles: Path) -> Request:
    return Request(
        bundles, "local", None, "127.0.0.1:0", "", "", (), 4, 1, "onnxruntime", None, 0, False
    )


def called(name: str, folder: Path) -> Path:
    """A copy of the small bundle under another name."""
    shutil.copytree(SMALL, folder)
    file = folder / "manifest.json"
    data = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(data | {"name": name}), "utf-8")
    return folder


def test_bundles_go_by_the_names_in_their_manifests(tmp_path) -> None:
    pytest.importorskip("onnxruntime", reason="a fleet's backend needs the extra 'cpu'")
    two = request(called("first", tmp_path / "a"), called("the second", tmp_path / "b"))
    assert list(plan_fleet(two).plan.bundles) == ["first", "the second"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [("n" * 101, "101 bytes"), ("a\nb", "cannot be shown"), ("", "is empty")],
)
def test_a_name_that_no_client_can_ask_for_is_refused(tmp_path, name: str, fault: str) -> None:
    with pytest.raises(SidemanError, match="no client can ask for") as error:
        plan_fleet(request(called(name, tmp_path / "a")))
    assert fault in str(error.value)
    assert "sideman export --name" in str(error.value)
