"""What each stage of making the demonstration depends on, so that a changed recipe is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from sideman.engine.bundle.bundle import MANIFEST, sha256
from sideman.engine.errors import ExportError
from sideman.engine.files import file_in_place_of
from sideman.export.checkpoint import read_checkpoint
from sideman.export.demo.scoring.session import (
    FADE,
    REGIMES,
    STEP,
    balanced_songs,
    other_songs,
)
from sideman.export.demo.training import (
    channels,
    codec,
    decoder,
    diffusion,
    examples,
    latents,
    muon,
    student,
)
from sideman.export.demo.training.examples import draw_tracks
from sideman.export.demo.training.loop import describe_training
from sideman.export.demo.world.render import render
from sideman.export.demo.world.song import STEMS, Song

Ingredients = Mapping[str, object]
#: Keys in the file of recipes: of the hash of a result that was brought along (its only
#: ingredient), and of the hash of a result that the stage made.
_GIVEN, _MADE = "given", "made"


@dataclass(frozen=True)
class StageRecipe:
    """What a stage depends on, and what it leaves in the folder.

    Attributes:
        ingredients: returns numbers, texts and lists by name; called when the stage begins, because
            the results of earlier stages are among them.
        made: names of the files and folders that belong to the stage.
        given: the one of these files that may be brought along, that is, made elsewhere; "" if none
            may.
    """

    ingredients: Callable[[], Ingredients]
    made: tuple[str, ...]
    given: str = ""


def describe_recipes(
    folder: Path, sizes: Path, models: Sequence[str], *, windows: int, songs: int, others: int
) -> dict[str, StageRecipe]:
    """Recipes of all stages.

    Args:
        folder: where the stages' results are.
        sizes: folder of the configurations.
        models: names of what is exported and scored.
        windows: how many windows the models learn from.
        songs: how many songs they are scored on.
        others: how many songs tell what comes by chance.
    """

    def encoded() -> Ingredients:
        return {
            "windows": windows,
            "drawing": latents.describe_windows(),
            "bars": examples.BARS,
            "encoder": _encoder(folder / "codec.pt"),
            "sizes": sha256(sizes / "codec.json"),
            "choices": _choices(),
            **_world(),
        }

    def learnt(phases: Sequence[diffusion.Phase]) -> Ingredients:
        return {
            "phases": [asdict(phase) for phase in phases],
            "training": describe_training(),
            "muon": muon.describe_muon(),
            "loss": diffusion.describe_loss(),
            "sizes": sha256(sizes / "diffusion.yaml"),
            "latents": encoded(),
        }

    first = diffusion.FIRST
    return {
        "codec": StageRecipe(
            lambda: {
                "recipes": [asdict(recipe) for recipe in codec.RECIPES],
                "training": describe_training(),
                "loss": codec.describe_loss(),
                "examples": examples.describe_examples(),
                "sorting": channels.describe_sorting(),
                "sizes": sha256(sizes / "codec.json"),
                **_world(),
            },
            ("codec-0.state", "codec-1.state", "codec-raw.pt"),
            given="codec-raw.pt",
        ),
        "decoder": StageRecipe(
            lambda: {
                "recipes": [asdict(recipe) for recipe in decoder.RECIPES],
                "training": describe_training(),
                "loss": codec.describe_loss(),
                "examples": examples.describe_examples() | decoder.DRAWING,
                "sizes": sha256(sizes / "codec.json"),
                "codec": sha256(folder / "codec-raw.pt"),
                **_world(),
            },
            ("decoder-0.state", "decoder-1.state", "codec.pt"),
            given="codec.pt",
        ),
        "latents": StageRecipe(encoded, ("latents",)),
        "first_rows": StageRecipe(
            lambda: learnt(diffusion.PHASES[:first]), diffusion.STATES[:first]
        ),
        "diffusion": StageRecipe(
            lambda: {
                **learnt(diffusion.PHASES[first:]),
                "first rows": sha256(folder / diffusion.STATES[first - 1]),
            },
            (*diffusion.STATES[first:], "diffusion.ckpt"),
            given="diffusion.ckpt",
        ),
        "student": StageRecipe(
            lambda: {
                "recipe": asdict(student.RECIPE),
                "training": describe_training(),
                "loss": student.describe_loss(),
                "sizes": sha256(sizes / "student.yaml"),
                "teacher": sha256(folder / "diffusion.ckpt"),
            },
            ("student.state", "student.ckpt"),
        ),
        "export": StageRecipe(
            lambda: {
                file.name: sha256(file)
                for file in (
                    folder / "codec.pt",
                    sizes / "codec.json",
                    *(folder / f"{model}.ckpt" for model in models),
                    *(sizes / f"{model}.yaml" for model in models),
                )
            },
            tuple(f"{model}{precision}" for model in models for precision in ("-fp32", "")),
        ),
        "score": StageRecipe(
            lambda: {
                "songs": [asdict(song) for song in balanced_songs(songs)],
                "songs of training": [
                    models[-1],
                    *(asdict(song) for song in balanced_songs(songs, held_out=False)),
                ],
                "others": [asdict(song) for song in other_songs(others)],
                "step": (STEP, FADE),
                "regimes": list(REGIMES),
                "bundles": [sha256(folder / model / MANIFEST) for model in models],
                **_world(),
            },
            ("scores.md", "scores.json"),
        ),
    }


def check_recipe(path: Path, stage: str, recipe: StageRecipe) -> None:
    """Note a stage's recipe, or refuse to resume what was begun with another recipe.

    Otherwise a result could come from a mixture of two recipes. For a result that was brought along
    only its hash is noted, because its recipe is not known here.

    Args:
        path: file that the recipes of the stages that were begun are kept in.
        stage: that is about to run.
        recipe: today's.

    Raises:
        ExportError: the stage was begun with another recipe, its result is not the one that it
            made, its files exist but their recipe is unknown, or `path` cannot be read.
    """
    begun = _read(path)
    noted = begun.get(stage, {})
    given = path.parent / recipe.given
    if _is_given(noted, given, recipe):
        today: dict[str, object] = {_GIVEN: sha256(given)}
    else:
        # Converted as by writing and reading the file, so that both can be compared.
        today = json.loads(json.dumps(recipe.ingredients()))
    if noted and {name: value for name, value in noted.items() if name != _MADE} != today:
        made = ", ".join(recipe.made)
        raise ExportError(
            f"The stage {stage} in {path.parent} was begun with another recipe than today's.",
            f"Begin in a new folder; or delete {made} and the entry {stage} in {path.name}, and "
            "the stage is made anew. So are those that learn from it: they ask for the same.",
        )
    there = [name for name in recipe.made if (path.parent / name).exists()]
    if there and not noted and _GIVEN not in today:
        raise ExportError(
            f"{', '.join(there)} in {path.parent}: {path.name} does not tell what the stage "
            f"{stage} was begun with.",
            "Begin in a new folder; or delete what is named, and the stage makes it.",
        )
    if recipe.given and _GIVEN not in today and given.is_file():
        if noted.get(_MADE) != sha256(given):
            raise ExportError(
                f"{given} is not what the stage {stage} made there.",
                f"Delete it, and the stage makes it anew; or delete the entry {stage} in "
                f"{path.name}, and it is noted as brought along.",
            )
        today[_MADE] = noted[_MADE]
    _write(path, begun | {stage: today})


def note_result(path: Path, stage: str, recipe: StageRecipe) -> None:
    """Note the hash of what a stage has made, to tell it from what is brought along later.

    Args:
        path: file that the recipes are kept in; the stage is in it.
        stage: that has ended.
        recipe: its own.
    """
    begun = _read(path)
    if recipe.given and _GIVEN not in begun[stage]:
        begun[stage][_MADE] = sha256(path.parent / recipe.given)
        _write(path, begun)


def is_brought_along(path: Path, stage: str, recipe: StageRecipe) -> bool:
    """Whether a stage's result is there without the stage having been begun.

    Args:
        path: file that the recipes of the stages that were begun are kept in.
        stage: which one.
        recipe: its own.

    Raises:
        ExportError: the file cannot be read.
    """
    return _is_given(_read(path).get(stage, {}), path.parent / recipe.given, recipe)


def _is_given(noted: Ingredients, given: Path, recipe: StageRecipe) -> bool:
    # A result that was brought along and is missing now no longer counts as given.
    there = bool(recipe.given) and given.is_file()
    return there and (not noted or _GIVEN in noted)


def _read(path: Path) -> dict[str, dict[str, object]]:
    try:
        begun = json.loads(path.read_text("utf-8")) if path.exists() else {}
    except ValueError as error:
        raise ExportError(
            f"{path} is no JSON: {error}.", "It tells how the folder was begun: begin in a new one."
        ) from error
    if not isinstance(begun, dict) or not all(isinstance(each, dict) for each in begun.values()):
        raise ExportError(
            f"{path} does not hold an object for each stage.",
            "It tells how the folder was begun: begin in a new one.",
        )
    return begun


def _write(path: Path, begun: Mapping[str, object]) -> None:
    with file_in_place_of(path) as partial:
        partial.write_text(json.dumps(begun, indent=1) + "\n", "utf-8")


def _encoder(path: Path) -> str:
    """Hash of a codec's encoder: latents stay valid when only its decoder is trained further."""
    found = hashlib.sha256()
    for name, tensor in sorted(read_checkpoint(path).codec().items()):
        if name.startswith("encoder."):
            found.update(name.encode() + tensor.numpy().tobytes())
    return found.hexdigest()


def _world() -> dict[str, object]:
    """Which songs there are, which of them are held out, and how they sound."""
    songs = [Song.draw(seed, bars=1) for seed in range(32)]
    sound = hashlib.sha256()
    for song in songs:
        # Sines differ in their last bit between processors.
        sound.update(np.round(render(song) * 4096).astype(np.int16).tobytes())
    return {"held out": [song.held_out for song in songs], "sound": sound.hexdigest()}


def _choices() -> list[object]:
    """Stems heard and columns hidden in a few draws, to notice a change of `draw_mixture`."""
    random = np.random.default_rng(0)
    choices: list[object] = []
    for missing in 2 * list(range(len(STEMS))):
        tracks = draw_tracks(latents.COLUMNS, random)
        _, heard, columns = latents.draw_mixture(tracks, missing, random)
        choices.append([heard.tolist(), columns])
    return choices
