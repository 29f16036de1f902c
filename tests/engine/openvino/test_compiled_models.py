from __future__ import annotations

import dataclasses
import logging

import numpy as np
import pytest

from sideman.engine.backends.once import run_once
from sideman.engine.cache.keys import key_of
from sideman.engine.errors import BackendError
from sideman.engine.openvino import backend as module
from sideman.engine.openvino.backend import OpenVinoBackend
from sideman.engine.openvino.compiled_models import ModelIdentity, digests, identify
from sideman.engine.openvino.library import the_core
from tests.engine.openvino.conftest import SPEC

pytestmark = pytest.mark.usefixtures("library")


def answer(files, **options) -> float:
    backend = OpenVinoBackend(**{"threads": 1, **options})
    return run_once(backend, backend.load("product", files, SPEC), {"x": np.ones((1, 3))})["y"][
        0, 0
    ]


@pytest.fixture
def compilations(monkeypatch) -> list[str]:
    """Stages that were compiled, rather than found."""
    compiled: list[str] = []
    plain = module.compile_graph

    def count(library, core, name, *rest):
        compiled.append(name)
        return plain(library, core, name, *rest)

    monkeypatch.setattr(module, "compile_graph", count)
    return compiled


def test_a_second_start_compiles_nothing(product, cache, compilations) -> None:
    first = answer(product(1.1))
    assert answer(product(1.1)) == first
    assert len(compilations) == 1
    assert [file.suffix for file in cache.rglob("*") if file.is_file()] == [".blob"]


def test_other_weights_of_the_same_graph_are_noticed(product, compilations) -> None:
    """The library's own cache would answer 2 twice: the graph's file is the same."""
    two = product(2.0)
    assert answer(two) == 2.0
    three = product(3.0)
    assert three.graph == two.graph
    assert answer(three) == 3.0
    assert answer(two) == 2.0
    assert len(compilations) == 2


@pytest.mark.parametrize("at", [0, 20, 60, -200, -1])
def test_a_damaged_blob_is_made_again_with_a_warning(
    at, product, cache, compilations, caplog
) -> None:
    answer(product(2.0))
    (blob,) = cache.rglob("*.blob")
    content = bytearray(blob.read_bytes())
    content[at] ^= 1
    blob.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        assert answer(product(2.0)) == 2.0
    assert "is damaged" in caplog.text
    assert len(compilations) == 2


def test_a_blob_that_the_library_refuses_is_made_again(product, cache, compilations, caplog):
    """Such as one that another build of the same version wrote."""
    from sideman.engine.cache.blobs import BlobStore

    backend = OpenVinoBackend(threads=1)
    backend.load("product", product(2.0), SPEC)
    (blob,) = cache.rglob("*.blob")
    store = BlobStore(cache, "openvino")
    store.path = lambda owner: blob
    store.save({}, b"nothing that was compiled")
    with caplog.at_level(logging.WARNING):
        assert answer(product(2.0)) == 2.0
    assert "made again" in caplog.text
    assert len(compilations) == 2


def test_options_have_models_of_their_own(product, has_bf16, cache) -> None:
    answer(product(2.0))
    answer(product(2.0), threads=None)
    wanted = 2
    if has_bf16:
        answer(product(2.0), precision="bf16")
        wanted = 3
    assert len(list(cache.rglob("*.blob"))) == wanted


def test_everything_that_can_make_a_model_wrong_is_in_its_key(library) -> None:
    identity = identify(the_core(), "2026.4", {"HINT": "f32"}, "graph", ("one", "two"))
    keys = {key_of(dataclasses.asdict(identity))}
    others = {
        "graph": "other",
        "weights": ("two", "one"),
        "version": "2026.5",
        "processor": "another",
        "config": {"HINT": "bf16"},
        "revision": identity.revision + 1,
        "sideman": "other",
        "pinned": (("batch", 9),),
    }
    assert others.keys() == {field.name for field in dataclasses.fields(ModelIdentity)}
    for name, value in others.items():
        keys.add(key_of(dataclasses.asdict(dataclasses.replace(identity, **{name: value}))))
    assert len(keys) == 1 + len(others)


def test_a_graph_alone_has_the_digests_that_its_bundle_says(library) -> None:
    from sideman.engine.bundle.bundle import Bundle
    from tests.models.places import BUNDLE

    bundle = Bundle.open(BUNDLE, check=False)
    assert digests(bundle.read_stage("step")) == bundle.digests_of("step")


def test_a_cache_that_takes_nothing_costs_time_only(product, cache, monkeypatch, caplog) -> None:
    def full(*_):
        raise BackendError("The disk is full.")

    monkeypatch.setattr("sideman.engine.cache.blobs.write_atomically", full)
    with caplog.at_level(logging.WARNING):
        assert answer(product(2.0)) == 2.0
    assert "not kept for the next start" in caplog.text
