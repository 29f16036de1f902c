"""What was heard and played, side by side as a client plays it."""

from __future__ import annotations

import errno

import numpy as np
import pytest
import soundfile

from sideman.engine.bundle.grid import LatentGrid
from sideman.engine.errors import SidemanError
from sideman.runtime.client import Client
from sideman.runtime.playing.geometry import Geometry
from sideman.runtime.replay.sounds import Sounds
from sideman.runtime.server.events import Step
from sideman.runtime.server.setting import Setting
from tests.runtime.native.echo import Host

SOUND = np.random.default_rng(3).uniform(-0.5, 0.5, 60_000).astype(np.float32)
GRID = LatentGrid()


def setting(step: int, lead: int) -> Setting:
    return Setting(Geometry.columnar(GRID, step, lead, 882), GRID, ("bass", "drums"), (0,))


def test_a_stem_stands_where_a_client_plays_it(tape, tmp_path) -> None:
    taped = tape()
    with Client(taped.server.address[:2], ("bass", "piano"), step=1, lead=2) as client:
        host = Host(client, 512)
        host.connect()
        host.play(SOUND)
    taped.end()
    sounds = Sounds(tmp_path / "out")
    outcome = taped.again(sounds=sounds)
    sounds.close()
    assert outcome.same == outcome.answers == len(SOUND) // 4_096
    heard = {
        file.stem: soundfile.read(file, dtype="float32")[0] for file in (tmp_path / "out").iterdir()
    }
    context = heard.pop("context")
    np.testing.assert_array_equal(context, SOUND[: len(context)])
    geometry = setting(1, 2).geometry
    # The echo gives back the newest samples, as many as an answer has.
    delay = geometry.slack_samples + geometry.out_samples
    assert set(heard) == {"bass", "piano"}
    for name, factor in (("bass", 1), ("piano", 4)):
        late = heard[name][delay:]
        np.testing.assert_allclose(late, factor * context[: len(late)], atol=1e-6)
        assert len(late) >= len(context) - 4_096


def test_another_lead_goes_on_where_it_is(tmp_path) -> None:
    """Long answers first, then shorter ones that begin before their end, over many seconds."""
    sounds = Sounds(tmp_path)
    values = []
    for number in range(300):
        step, lead = ((4, 8), (1, 1))[number % 100 >= 50]
        now = setting(step, lead)
        heard = Step(now.geometry.step_samples)
        sounds.hear(heard)
        values.append((sounds._heard + now.geometry.slack_samples, number + 1, now.geometry))
        audio = np.full((1, now.geometry.out_samples), number + 1, np.float32)
        sounds.play(now, audio)
    sounds.close()
    bass, _ = soundfile.read(tmp_path / "bass.wav", dtype="float32")
    start, number, geometry = values[-1]
    assert len(bass) >= start + geometry.out_samples
    for start, number, geometry in values[:45]:
        solid = bass[start + 882 : start + geometry.step_samples]
        np.testing.assert_array_equal(solid, number)


def test_what_cannot_be_written_is_told_at_the_end(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SidemanError, match="cannot be made"):
        Sounds(tmp_path / "file")
    sounds = Sounds(tmp_path / "out")
    sounds.hear(Step(4_096))

    class Full:
        def write(self, _audio) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    sounds._context, context = Full(), sounds._context
    for _ in range(3):
        sounds.hear(Step(4_096))
    sounds._context = context
    with pytest.raises(SidemanError, match="No space left"):
        sounds.close()
    assert soundfile.info(tmp_path / "out" / "context.wav").frames == 4_096
