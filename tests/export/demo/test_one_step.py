from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from sideman.export.demo import one_step as module
from sideman.export.demo.make import HERE
from sideman.export.demo.one_step import (
    HIDDEN,
    NEWEST,
    column_roots,
    draw_windows,
    encode_bass,
    encode_others,
    find_bass,
    learn_roots,
    main,
    share_right,
)
from sideman.export.demo.training.diffusion import STATES
from sideman.export.demo.world.render import Audio, render
from sideman.export.demo.world.song import BEATS, Song
from sideman.export.networks.unet import UNet

CHANNELS, COLUMNS = 8, 64


@pytest.fixture(autouse=True)
def _memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be taken back from the process that all tests run in."""
    monkeypatch.setattr(module, "keep_memory", lambda: True)


def encode(audio: torch.Tensor) -> torch.Tensor:
    """A codec that keeps a few samples of every column."""
    columns = audio[:, : COLUMNS * 4096].reshape(-1, COLUMNS, 4096)
    return 50 * columns[:, :, :: 4096 // CHANNELS].transpose(1, 2)


def test_columns_of_the_published_regimes_are_not_heard() -> None:
    assert NEWEST == 16
    assert HIDDEN == {"retrospective": 0, "immediate": 16, "look-ahead": 32}


def test_a_column_has_the_chord_of_its_middle() -> None:
    """A bar of the fast tempo has 20 columns."""
    song = Song(key=0, beat=BEATS[0], progression=0, first=0, bars=6)
    samples = 20 * 4096
    assert column_roots(song, 0) == [0] * 20 + [2] * 20 + [5] * 20 + [7] * 4
    assert column_roots(song, samples - 2047)[:2] == [2, 2]
    assert column_roots(song, samples - 2049)[:2] == [0, 2]


@pytest.mark.parametrize("held_out", [True, False])
def test_windows_are_of_the_songs_that_were_asked_for(
    held_out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    songs: list[Song] = []

    def watched(song: Song) -> Audio:
        songs.append(song)
        return render(song)

    monkeypatch.setattr(module, "render", watched)
    windows = draw_windows(3, 5, held_out=held_out)
    assert [song.held_out for song in songs] == [held_out] * 3
    for song, (tracks, roots) in zip(songs, windows, strict=True):
        whole = render(song)
        starts = np.arange(0, whole.shape[1] - tracks.shape[1], 512)
        places = [s for s in starts if np.array_equal(whole[:, s : s + 9000], tracks[:, :9000])]
        # Four bars on, the song is as it was.
        assert roots.tolist() in [column_roots(song, int(start)) for start in places]


def test_everybody_but_the_bass_is_heard_and_nothing_of_the_end() -> None:
    [(tracks, _)] = draw_windows(1, 5, held_out=False)
    before = tracks.copy()
    bass, everything = encode_bass(encode, tracks), encode(torch.from_numpy(tracks.sum(0)[None]))
    for hidden in HIDDEN.values():
        others, heard = encode_others(encode, tracks, hidden), COLUMNS - hidden
        assert others.shape == bass.shape == (CHANNELS, COLUMNS)
        torch.testing.assert_close((others + bass)[:, :heard], everything[0, :, :heard])
        assert not others[:, heard:].any()
    assert np.array_equal(tracks, before)


def test_a_perceptron_learns_roots_and_says_where_they_are_missed() -> None:
    """Latents whose largest channel is the root."""
    roots = torch.randint(12, (20, COLUMNS), generator=torch.Generator().manual_seed(0))
    stems = torch.nn.functional.one_hot(roots, 12).transpose(1, 2).float()
    state = torch.get_rng_state()
    probe = learn_roots(stems, roots)
    assert torch.equal(torch.get_rng_state(), state)
    assert share_right(probe, stems, roots) > 0.99
    moved = (roots + 1) % 12
    assert share_right(probe, stems, moved) < 0.01
    half = torch.cat([roots[:10], moved[10:]])
    assert abs(share_right(probe, stems, half) - 0.5) < 0.01
    # Earlier columns do not count.
    newest = torch.cat([moved[:, :-NEWEST], roots[:, -NEWEST:]], dim=1)
    assert share_right(probe, stems, newest) > 0.99


def test_one_step_asks_for_the_bass_and_begins_with_noise_alone() -> None:
    asked: list[tuple[torch.Tensor, torch.Tensor]] = []

    class Echo(torch.nn.Module):
        """An answer that is the mixture: one step multiplies it by sigma over the root."""

        def forward(self, x: torch.Tensor, _: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
            asked.append((x, label))
            return x[:, 1:]

    mixtures = torch.randn((2, CHANNELS, COLUMNS), generator=torch.Generator().manual_seed(0))
    found = find_bass(Echo(), mixtures, 0.0)
    for inputs, label in asked:
        assert label.tolist() == [[1, 0, 0, 0]]
        assert abs(inputs[:, 0].std() - 1) < 0.1
    torch.testing.assert_close(found, mixtures, atol=0.35, rtol=0)


@pytest.mark.parametrize("state", ["student.state", STATES[0], *STATES[2:]])
def test_a_training_that_goes_on_is_judged(
    state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[int] = []

    class Making:
        def __init__(self, folder: Path) -> None:
            assert folder == tmp_path

        def encoder(self) -> object:
            return lambda audio: encode(audio).repeat(1, 64 // CHANNELS, 1)

    def find(unet: UNet, mixtures: torch.Tensor, sigma_min: float) -> torch.Tensor:
        rows.append(mixtures.shape[1])
        assert (sigma_min > 0) == (state == "student.state")
        return find_bass(unet, mixtures, sigma_min)

    monkeypatch.setattr(module, "Making", Making)
    monkeypatch.setattr(module, "find_bass", find)
    monkeypatch.setattr(module, "_LEARNT", 4)
    monkeypatch.setattr(module, "_JUDGED", 2)
    unet = UNet(module.read_config(HERE / "student.yaml").unet)
    # The training after the first one is the one to judge.
    for step, name in enumerate((STATES[0], state), 200):
        torch.save({"averaged": unet.state_dict(), "step": step}, tmp_path / name)
    assert main([str(tmp_path), "--model", state.split("-")[0].removesuffix(".state")]) == 0
    told = capsys.readouterr().out
    assert f"{state} after 201 steps" in told
    assert all(told.count(f"{regime}: all but {n} ") == 2 for regime, n in HIDDEN.items())
    # The first trainings know a part of the rows.
    assert set(rows) == {16 if state in STATES[:3] else 64}


def test_what_has_not_begun_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "nowhere"
    for model, stage in (("diffusion", "first_rows"), ("student", "student")):
        assert main([str(folder), "--model", model]) == 1
        told = capsys.readouterr().err
        assert f"no state of the {model} in" in told
        assert f"stage {stage} writes" in told
    assert not folder.exists()


def test_a_state_of_other_sizes_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save({"averaged": {"a": torch.ones(1)}, "step": 1}, tmp_path / "student.state")
    assert main([str(tmp_path), "--model", "student"]) == 1
    assert "student.state does not fit the configuration" in capsys.readouterr().err
