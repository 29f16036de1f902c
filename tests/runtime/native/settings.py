"""Settings as a server that has loaded a model makes them of wishes."""

from __future__ import annotations

from sideman.engine.bundle.grid import LatentGrid
from sideman.runtime.native.setting import LoadedModel, NativeSetting, Wish
from tests.fakes.manifest import STEMS


def native_setting(
    *,
    session: int = 1,
    epoch: int = 1,
    step: int = 1,
    lead: int = 2,
    stems: str = STEMS[0],
    rate: int = 44_100,
) -> NativeSetting:
    """What a wish comes to with the published window; steps and lead in columns."""
    model = LoadedModel(lambda reason, session: None, lambda before: None)
    model.adopt_model(LatentGrid(), STEMS, lambda: None, lambda geometry, rows: None)
    return model.setting(Wish(step, lead, stems, rate), session, epoch, 0)
