from __future__ import annotations

import pytest

from sideman.engine.bundle.bundle import Bundle
from sideman.engine.bundle.contexts import check_contexts, takes_contexts
from sideman.engine.errors import BundleError
from tests.fakes.manifest import shared_context
from tests.models.places import BUNDLE


def test_bundles_of_today_take_a_context_for_each_row() -> None:
    manifest = Bundle.open(BUNDLE).manifest
    assert takes_contexts(manifest)
    check_contexts(manifest)


def test_one_of_before_is_refused_and_told_what_to_do() -> None:
    old = shared_context(Bundle.open(BUNDLE).manifest)
    assert not takes_contexts(old)
    with pytest.raises(BundleError) as refused:
        check_contexts(old)
    assert "small cannot play several sessions as one batch" in refused.value.what
    assert "Export the bundle again" in refused.value.remedy
