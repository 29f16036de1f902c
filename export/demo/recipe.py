"""What each stage of the demonstration's making depends on, to tell one recipe from another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from sideman.engine.bundle.bundle import sha256
from sideman.engine.errors import ExportError
from sideman.export.demo.training import codec, diffusion, latents, student
from sideman.export.demo.training.examples import draw_tracks
from sideman.export.demo.world.render import render
from sideman.export.demo.world.song import Song

Ingredients = Mapping[str, object]


@dataclass(frozen=True)
class StageRecipe:
    """What a stage depends on, and what it leaves in the folder.

    Attributes:
        ingredients: gives numbers, texts and lists by name; computed when the stage begins, because
            what an earlier stage has made is among them.
        made: names of the files and folders that belong to the stage.
    """

    ingredients: Callable[[], Ingredients]
    made: tuple[str, ...]


def describe_recipes(folder: Path, sizes: Path, windows: int) -> dict[str, StageRecipe]:
    """Recipes of the stages that take long, by stage.

    Args:
        folder: where the stages' results are.
        sizes: folder of the configurations.
        windows: how many windows the models learn from.
    """
    return {
        "codec": StageRecipe(
            lambda: {
                "recipes": [asdict(recipe) for recipe in codec.RECIPES],
                "loss": codec.describe_loss(),
                "sizes": sha256(sizes / "codec.json"),
                **_world(),
            },
            ("codec-0.state", "codec-1.state", "codec.pt"),
        ),
        "latents": StageRecipe(
            lambda: {
                "windows": windows,
                "codec": sha256(folder / "codec.pt"),
                "first": _first_choices(),
            },
            ("latents",),
        ),
        "diffusion": StageRecipe(
            lambda: {
                "recipe": asdict(diffusion.RECIPE),
                "loss": diffusion.describe_loss(),
                "sizes": sha256(sizes / "diffusion.yaml"),
                "windows": windows,
                "codec": sha256(folder / "codec.pt"),
            },
            ("diffusion.state", "diffusion.ckpt"),
        ),
        "student": StageRecipe(
            lambda: {
                "recipe": asdict(student.RECIPE),
                "loss": student.describe_loss(),
                "sizes": sha256(sizes / "student.yaml"),
                "teacher": sha256(folder / "diffusion.ckpt"),
            },
            ("student.state", "student.ckpt"),
        ),
    }


def check_recipe(path: Path, stage: str, recipe: StageRecipe) -> None:
    """Note what a stage begins with, or refuse to go on with what another recipe began.

    Nobody could say what came of a mixture of two.

    Args:
        path: file that the recipes of the stages that were begun are kept in.
        stage: that is about to run.
        recipe: today's.

    Raises:
        ExportError: it was begun with another recipe, or the file cannot be read.
    """
    try:
        begun: dict[str, object] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    except ValueError as error:
        raise ExportError(
            f"{path} is no JSON: {error}.", "It tells how the folder was begun: begin in a new one."
        ) from error
    # As it would be read again.
    today = json.loads(json.dumps(recipe.ingredients()))
    if begun.setdefault(stage, today) != today:
        made = ", ".join(recipe.made)
        raise ExportError(
            f"The stage {stage} in {path.parent} was begun with another recipe than today's.",
            f"Begin in a new folder; or delete {made} and the entry {stage} in {path.name}, and "
            "the stage is made anew.",
        )
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(begun, indent=1) + "\n", "utf-8")
    partial.replace(path)


def _world() -> dict[str, object]:
    """Which songs there are, which of them are held out, and how they sound."""
    songs = [Song.draw(seed, bars=1) for seed in range(32)]
    sound = hashlib.sha256()
    for song in songs:
        # Sines differ in their last bit between processors.
        sound.update(np.round(render(song) * 4096).astype(np.int16).tobytes())
    return {"held out": [song.held_out for song in songs], "sound": sound.hexdigest()}


def _first_choices() -> list[object]:
    """What is hidden from whom in the first windows, as a sign of how they are drawn."""
    random = np.random.default_rng(0)
    choices: list[object] = []
    for _ in range(4):
        tracks = draw_tracks(latents.COLUMNS, random)
        _, heard, columns = latents.draw_mixture(tracks, random)
        choices.append([heard.tolist(), columns])
    return choices
