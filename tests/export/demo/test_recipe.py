from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from sideman.engine.bundle.bundle import MANIFEST, sha256
from sideman.engine.errors import ExportError
from sideman.export.demo import make, recipe
from sideman.export.demo.recipe import (
    StageRecipe,
    check_recipe,
    describe_recipes,
    is_brought_along,
    note_result,
)
from sideman.export.demo.scoring import session
from sideman.export.demo.training import (
    channels,
    decoder,
    diffusion,
    examples,
    latents,
    loop,
    muon,
    student,
)
from sideman.export.demo.world.render import render

TODAY = StageRecipe(lambda: {"steps": 2, "cuts": (1, 2)}, ("a.state", "a.ckpt"))
ANOTHER = StageRecipe(lambda: {"steps": 3, "cuts": (1, 2)}, TODAY.made)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With what earlier stages leave."""
    for name in ("codec-raw.pt", "codec.pt"):
        write_codec(tmp_path / name)
    (tmp_path / diffusion.STATES[diffusion.FIRST - 1]).write_bytes(b"first rows")
    for model in make.MODELS:
        (tmp_path / f"{model}.ckpt").write_bytes(b"weights")
        (tmp_path / model).mkdir()
        (tmp_path / model / MANIFEST).write_bytes(b"a bundle")
    return tmp_path


def write_codec(path: Path, encoder: float = 1.0, decoder: float = 1.0) -> None:
    tensors = {"encoder.weight": torch.tensor([encoder]), "decoder.weight": torch.tensor([decoder])}
    torch.save({"gen_state_dict": tensors}, path)


def describe(folder: Path) -> dict[str, StageRecipe]:
    return describe_recipes(folder, make.HERE, make.MODELS, windows=4, songs=1, others=1)


def test_a_stage_goes_on_with_its_own_recipe_only(tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    for _ in range(2):
        check_recipe(path, "a", TODAY)
    before = path.read_bytes()
    with pytest.raises(ExportError, match=r"stage a in [\s\S]* delete a\.state, a\.ckpt"):
        check_recipe(path, "a", ANOTHER)
    assert path.read_bytes() == before
    check_recipe(path, "b", ANOTHER)
    assert set(json.loads(path.read_text())) == {"a", "b"}


def test_what_was_brought_along_is_noted_as_that(tmp_path: Path) -> None:
    path, codec = tmp_path / "recipe.json", tmp_path / "a.ckpt"
    recipe = replace(TODAY, given="a.ckpt")
    codec.write_bytes(b"made elsewhere")
    for _ in range(2):
        check_recipe(path, "a", recipe)
    assert json.loads(path.read_text()) == {"a": {"given": sha256(codec)}}
    # Whatever today's recipe is, it is not known to have made that.
    check_recipe(path, "a", replace(ANOTHER, given="a.ckpt"))
    codec.write_bytes(b"another one")
    with pytest.raises(ExportError, match="another recipe"):
        check_recipe(path, "a", recipe)
    codec.unlink()
    with pytest.raises(ExportError, match="another recipe"):
        check_recipe(path, "a", recipe)


def test_what_was_made_here_is_held_to_its_recipe(tmp_path: Path) -> None:
    path, recipe = tmp_path / "recipe.json", replace(TODAY, given="a.ckpt")
    check_recipe(path, "a", recipe)
    (tmp_path / "a.ckpt").write_bytes(b"made")
    note_result(path, "a", recipe)
    assert not is_brought_along(path, "a", recipe)
    for _ in range(2):
        check_recipe(path, "a", recipe)
    with pytest.raises(ExportError, match="another recipe"):
        check_recipe(path, "a", replace(ANOTHER, given="a.ckpt"))


@pytest.mark.parametrize("made", [b"", b"made"])
def test_what_took_the_place_of_what_was_made_is_refused(tmp_path: Path, made: bytes) -> None:
    path, recipe = tmp_path / "recipe.json", replace(TODAY, given="a.ckpt")
    check_recipe(path, "a", recipe)
    if made:
        (tmp_path / "a.ckpt").write_bytes(made)
        note_result(path, "a", recipe)
    (tmp_path / "a.ckpt").write_bytes(b"made elsewhere")
    with pytest.raises(ExportError, match=r"a\.ckpt is not what the stage a made there"):
        check_recipe(path, "a", recipe)
    # Both ways out that the error names.
    path.with_name("other.json").write_text(json.dumps({}))
    check_recipe(path.with_name("other.json"), "a", recipe)
    (tmp_path / "a.ckpt").unlink()
    check_recipe(path, "a", recipe)


@pytest.mark.parametrize("name", TODAY.made)
def test_what_nobody_knows_the_beginning_of_is_refused(tmp_path: Path, name: str) -> None:
    """States of an older recipe, or a checkpoint from elsewhere, would be taken for its own."""
    path, recipe = tmp_path / "recipe.json", replace(TODAY, made=(*TODAY.made, "given"))
    (tmp_path / name).write_bytes(b"from elsewhere")
    for given in ("", "given"):
        with pytest.raises(ExportError, match=f"{name} in .* what the stage a was begun with"):
            check_recipe(path, "a", replace(recipe, given=given))
        assert not path.exists()
    # What was brought along is told from it, and needs nothing else of the stage.
    (tmp_path / "given").write_bytes(b"from elsewhere")
    check_recipe(path, "a", replace(recipe, given="given"))
    path.unlink()
    (tmp_path / name).unlink()
    (tmp_path / "given").unlink()
    check_recipe(path, "a", recipe)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    path.write_text('{"codec"')
    with pytest.raises(ExportError, match=r"recipe\.json is no JSON"):
        check_recipe(path, "a", TODAY)
    for other in ("[]", '{"codec": 3}'):
        path.write_text(other)
        with pytest.raises(ExportError, match=r"recipe\.json does not hold an object"):
            check_recipe(path, "a", TODAY)


def test_every_stage_that_takes_long_can_be_told_from_another_day_s(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ingredients() -> dict[str, object]:
        recipes = describe(folder)
        assert set(recipes) == set(make.STAGES)
        # As JSON, which is what is kept.
        return {name: json.dumps(r.ingredients()) for name, r in recipes.items()}

    def changed() -> set[str]:
        return {name for name, now in ingredients().items() if now != before[name]}

    def changed_with(module: ModuleType, name: str, value: object) -> set[str]:
        with monkeypatch.context() as patch:
            patch.setattr(module, name, value)
            return changed()

    world = {"held out": [True]}
    monkeypatch.setattr(recipe, "_world", world.copy)  # takes seconds, and is asked for below
    before = ingredients()
    assert not changed()
    phases = (replace(diffusion.PHASES[0], mean=0.7), *diffusion.PHASES[1:])
    assert changed_with(diffusion, "PHASES", phases) == {"first_rows"}
    phases = (*diffusion.PHASES[:-1], replace(diffusion.PHASES[-1], hides=0.4))
    assert changed_with(diffusion, "PHASES", phases) == {"diffusion"}
    both = {"first_rows", "diffusion"}
    assert changed_with(diffusion, "_MOST", 0.4) == both
    assert changed_with(latents, "_FULL", 0.74) == {"latents", *both}
    assert changed_with(student, "SHARES", (0.25, 0.25, 0.25, 0.25)) == {"student"}
    assert changed_with(channels, "PERIOD", 32) == {"codec"}
    assert changed_with(decoder, "DRAWING", decoder.DRAWING | {"alone": 0.8}) == {"decoder"}
    assert changed_with(loop, "_CLIP", 2.0) == {"codec", "decoder", *both, "student"}
    assert changed_with(muon, "_SIZE", 0.3) == both
    assert changed_with(session, "_BARS", 9) == {"score"}
    mixture = (np.zeros(1), np.ones(4, np.bool_), 7)
    assert changed_with(latents, "draw_mixture", lambda *_: mixture) == {"latents", *both}
    assert changed_with(channels, "_PIECES", 63) == {"codec"}
    assert changed_with(examples, "_ALONE", 0.7) == {"codec"}
    everything = {"codec", "decoder", "latents", *both}
    assert changed_with(examples, "BARS", 7) == everything
    # A codec that was brought along has its sizes from here too.
    shutil.copytree(make.HERE, folder / "sizes", ignore=shutil.ignore_patterns("*.pt", "*.ckpt"))
    (folder / "sizes" / "codec.json").write_text("{}")
    with monkeypatch.context() as patch:
        patch.setattr(make, "HERE", folder / "sizes")
        assert changed() == {*everything, "export"}
    with monkeypatch.context() as patch:
        patch.setitem(world, "held out", [False])
        assert changed() == {*everything, "score"}
    (folder / "student" / MANIFEST).write_bytes(b"another bundle")
    assert changed() == {"score"}
    before = ingredients()
    (folder / diffusion.STATES[diffusion.FIRST - 1]).write_bytes(b"others")
    assert changed() == {"diffusion"}
    before = ingredients()
    (folder / "diffusion.ckpt").write_bytes(b"another teacher")
    assert changed() == {"student", "export"}
    before = ingredients()
    write_codec(folder / "codec-raw.pt", decoder=2.0)
    assert changed() == {"decoder"}
    before = ingredients()
    write_codec(folder / "codec.pt", decoder=2.0)
    assert changed() == {"export"}


def test_latents_are_an_encoder_s(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To another one they are noise; another decoder makes the same of them."""
    monkeypatch.setattr(recipe, "_world", dict)

    def encoder() -> object:
        return describe(folder)["latents"].ingredients()["encoder"]

    before = encoder()
    write_codec(folder / "codec.pt", decoder=2.0)
    assert encoder() == before
    write_codec(folder / "codec.pt", encoder=2.0)
    assert encoder() != before


def test_another_sound_is_another_codec_s(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    codec = describe(folder)["codec"]
    before = codec.ingredients()
    assert codec.ingredients() == before
    monkeypatch.setattr(recipe, "render", lambda song: 0.5 * render(song))
    assert codec.ingredients()["sound"] != before["sound"]
