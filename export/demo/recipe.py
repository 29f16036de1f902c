"""What each stage of the demonstration's making depends on, to tell one recipe from another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from sideman.engine.bundle.bundle import sha256
from sideman.engine.errors import ExportError
from sideman.export.demo.training import codec, diffusion, student
from sideman.export.demo.world.render import render
from sideman.export.demo.world.song import Song


def describe_recipe(sizes: Path, windows: int) -> dict[str, dict[str, object]]:
    """By stage, in order: recipes, sizes, and the world's songs.

    Args:
        sizes: folder of the configurations.
        windows: how many windows the models learn from.
    """
    songs = [Song.draw(seed, bars=1) for seed in range(32)]
    sound = hashlib.sha256()
    for song in songs:
        # Sines differ in their last bit between processors.
        sound.update(np.round(render(song) * 4096).astype(np.int16).tobytes())
    return {
        "codec": {
            "recipes": [asdict(recipe) for recipe in codec.RECIPES],
            "sizes": sha256(sizes / "codec.json"),
            "held out": [song.held_out for song in songs],
            "sound": sound.hexdigest(),
        },
        "latents": {"windows": windows},
        "diffusion": {
            "recipe": asdict(diffusion.RECIPE),
            "sizes": sha256(sizes / "diffusion.yaml"),
        },
        "student": {"recipe": asdict(student.RECIPE), "sizes": sha256(sizes / "student.yaml")},
    }


def check_recipe(path: Path, today: dict[str, dict[str, object]], stages: Sequence[str]) -> None:
    """Refuse to go on with what another recipe began: nobody could say what came of it.

    Args:
        path: file that the recipes of the stages that were begun are kept in.
        today: what `describe_recipe` says.
        stages: those that are about to be run.

    Raises:
        ExportError: one of them was begun with another recipe.
    """
    begun: dict[str, object] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for stage in stages:
        # As it would be read again.
        recipe = json.loads(json.dumps(today.get(stage, {})))
        if begun.setdefault(stage, recipe) != recipe:
            raise ExportError(
                f"The stage {stage} in {path.parent} was begun with another recipe than today's.",
                f"Begin in a new folder, or delete what this stage and those after it have made, "
                f"and their entries in {path.name}.",
            )
    path.write_text(json.dumps(begun, indent=1) + "\n", "utf-8")
