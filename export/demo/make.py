"""The one command that makes the demonstration bundle, from nothing but this package.

`python -m sideman.export.demo.make FOLDER` trains, exports and scores, stage after stage. The
results of each stage stay in the folder, so that the command, run again, resumes where it was
stopped. Every random number has a fixed seed.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

import torch
from torch import Tensor

from sideman.engine.disk import naming_a_full_disk
from sideman.engine.errors import ExportError, SidemanError
from sideman.engine.files import file_in_place_of
from sideman.engine.streams import bear_any_encoding
from sideman.export.checkpoint import PREFIXES, read_checkpoint
from sideman.export.codec_config import CodecConfig
from sideman.export.config import ModelConfig, read_config
from sideman.export.demo.recipe import (
    check_recipe,
    describe_recipes,
    is_brought_along,
    note_result,
)
from sideman.export.demo.scoring.codec import score_codec
from sideman.export.demo.scoring.session import (
    REGIMES,
    Scores,
    balanced_songs,
    other_songs,
    score_bounds,
    score_bundle,
)
from sideman.export.demo.scoring.table import to_json, to_markdown
from sideman.export.demo.training.channels import PERIOD, difference
from sideman.export.demo.training.codec import Autoencoder, autoencoder_of, train_codec
from sideman.export.demo.training.decoder import train_decoder
from sideman.export.demo.training.diffusion import FIRST, train_diffusion
from sideman.export.demo.training.latents import SHARD, Encode, Latents, make_latents
from sideman.export.demo.training.memory import keep_memory
from sideman.export.demo.training.student import distil
from sideman.export.networks.unet import UNet
from sideman.export.weights import load

HERE = Path(__file__).resolve().parent
#: Windows that the models learn from; held-out songs that they are scored on (and as many songs of
#: training); other songs, whose stems give the score of chance.
WINDOWS, SONGS, OTHERS = 1200, 6, 32
#: Share of the latents' energy that their repeated rows may differ by; the shipped codec's: 0.01.
_DIFFERENT = 0.2
MODELS = ("diffusion", "student")
STAGES = ("codec", "decoder", "latents", "first_rows", "diffusion", "student", "export", "score")
#: Stages that are skipped if the result of the stage beside them was brought along (made
#: elsewhere).
_SPARED = {"codec": "decoder", "first_rows": "diffusion"}


class Making:
    """The stages; each makes its files if they are not there yet.

    Args:
        folder: where everything is kept.
        device: what trains, as PyTorch calls it.
    """

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        self.folder, self.device = folder, device
        folder.mkdir(parents=True, exist_ok=True)

    def config(self, model: str) -> ModelConfig:
        """Sizes of a model."""
        return read_config(HERE / f"{model}.yaml")

    def codec(self) -> None:
        """Train the codec."""

        def train() -> Mapping[str, Tensor]:
            return train_codec(self.codec_config(), self.folder, self.device)

        self._make_codec("codec-raw.pt", train)

    def decoder(self) -> None:
        """Train the codec's decoder further, alone."""

        def train() -> Mapping[str, Tensor]:
            raw = read_checkpoint(self.folder / "codec-raw.pt").codec()
            return train_decoder(self.codec_config(), raw, self.folder, self.device)

        self._make_codec("codec.pt", train)

    def codec_config(self) -> CodecConfig:
        """Sizes of the codec."""
        return CodecConfig.read(HERE / "codec.json")

    def codec_weights(self) -> dict[str, Tensor]:
        """The trained codec, in float16."""
        return read_checkpoint(self.folder / "codec.pt").codec()

    def autoencoder(self) -> Autoencoder:
        """The trained codec as it was in training, on the CPU.

        Raises:
            ExportError: there is none, or it has other sizes.
        """
        network = autoencoder_of(self.codec_config(), self.codec_weights())
        return network.eval().requires_grad_(False)

    def encoder(self) -> Encode:
        """The trained codec's encoder."""
        network = self.autoencoder().to(self.device)

        def encode(audio: Tensor) -> Tensor:
            return network.encode(audio.to(self.device)).cpu()

        return encode

    def latents(self) -> Latents:
        """Encode what the models learn from.

        Raises:
            ExportError: the codec is one whose latents have no rows that repeat.
        """
        encode, folder = self.encoder(), self.folder / "latents"
        first = make_latents(encode, SHARD, folder)
        if (share := difference(first.stems)) > _DIFFERENT:
            raise ExportError(
                f"Rows of the latents do not repeat: {share:.0%} of the energy is in what they "
                f"differ by, so the first {PERIOD}, which most is learnt from, tell too little.",
                "The codec was not made by this version's stage codec. Begin in a new folder, with "
                "the codec that ships or with none.",
            )
        return make_latents(encode, WINDOWS, folder)

    def first_rows(self) -> None:
        """Train the diffusion model on the latents' first rows."""
        self._train_diffusion(FIRST)

    def diffusion(self) -> None:
        """Train the diffusion model further, on all rows."""
        self._make_model("diffusion", self._train_diffusion)

    def student(self) -> None:
        """Distil the student from the diffusion model."""
        model = self.config("student")

        def make() -> UNet:
            kept = read_checkpoint(self.folder / "diffusion.ckpt")
            sizes = self.config("diffusion").unet
            teacher = load(lambda: UNet(sizes), kept.unet("diffusion"), kept.path.name)
            state = self.folder / "student.state"
            return distil(model, teacher, self.latents(), state, self.device)

        self._make_model("student", make)

    def export(self) -> None:
        """Export both models by the ordinary commands, and convert them to fp16."""
        for model in MODELS:
            full, half = self.folder / f"{model}-fp32", self.folder / model
            if half.exists():
                continue
            _sideman(
                "export",
                *("--config", HERE / f"{model}.yaml"),
                *("--checkpoint", self.folder / f"{model}.ckpt"),
                *("--codec", self.folder / "codec.pt"),
                *("--codec-hparams", HERE / "codec.json"),
                *("--name", "demo" if model == "student" else f"demo-{model}"),
                *("--out", full, "--force"),
            )
            _sideman("convert", full, "--precision", "fp16", "--out", half)

    def score(self) -> None:
        """Write `scores.md` and `scores.json`."""

        def make(path: Path) -> None:
            codec_scores = score_codec(self.codec_weights(), self.codec_config())
            songs, known = balanced_songs(SONGS), balanced_songs(SONGS, held_out=False)
            others = other_songs(OTHERS)
            rows: list[tuple[str, Scores]] = list(score_bounds(songs, others).items())
            judged = [(model, model, songs) for model in MODELS]
            # Songs of training too, to tell what the student cannot play at all from what is only
            # unknown to it.
            judged.append((f"{MODELS[-1]}, songs of training", MODELS[-1], known))
            for name, model, played in judged:
                scores = score_bundle(self.folder / model, played, report=_say)
                rows += [(f"{name}, {REGIMES[w]} (w = {w})", found) for w, found in scores.items()]
            (self.folder / "scores.json").write_text(to_json(codec_scores, rows), "utf-8")
            path.write_text(to_markdown(codec_scores, rows), "utf-8")

        self._make("scores.md", make)
        _say((self.folder / "scores.md").read_text("utf-8"))

    def _make_codec(self, name: str, train: Callable[[], Mapping[str, Tensor]]) -> None:
        def make(path: Path) -> None:
            torch.save({"gen_state_dict": _halved(train())}, path)

        self._make(name, make)

    def _train_diffusion(self, phases: int | None = None) -> UNet:
        model = self.config("diffusion")
        return train_diffusion(model, self.latents(), self.folder, self.device, phases)

    def _make_model(self, model: str, train: Callable[[], UNet]) -> None:
        def make(path: Path) -> None:
            prefix = PREFIXES[self.config(model).kind]
            tensors = _halved(train().state_dict())
            torch.save({"state_dict": {f"{prefix}{name}": t for name, t in tensors.items()}}, path)

        self._make(f"{model}.ckpt", make)

    def _make(self, name: str, make: Callable[[Path], None]) -> None:
        """Make a file, whole or not at all, unless it is there."""
        path = self.folder / name
        if path.exists():
            return
        with file_in_place_of(path) as partial:
            make(partial)


def _halved(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors in float16, the precision that ships, so that later stages learn from those."""
    return {name: tensor.half() for name, tensor in tensors.items()}


def _sideman(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "sideman.runtime", *map(str, arguments)]
    subprocess.run(command, check=True)  # noqa: S603 - our own program


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Run the stages, and note how long each took."""
    parser = argparse.ArgumentParser(
        prog="python -m sideman.export.demo.make", description=__doc__, allow_abbrev=False
    )
    parser.add_argument("folder", type=Path, help="where everything is kept")
    parser.add_argument("--until", choices=STAGES, default=STAGES[-1], help="the last stage to run")
    parser.add_argument("--device", default="cpu", help="what trains: cpu, or cuda")
    options = parser.parse_args(arguments)
    bear_any_encoding()
    keep_memory()
    # SIGTERM is handled like Ctrl-C, so that the stage's time is noted.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with naming_a_full_disk():
            _run(options.folder, options.device, STAGES[: STAGES.index(options.until) + 1])
    except SidemanError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except subprocess.CalledProcessError as error:
        # The command has said what was wrong.
        sys.stderr.write(f"sideman {error.cmd[3]} failed (exit {error.returncode}).\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; the same command goes on with what is kept.\n")
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)
    return 0


def _run(folder: Path, device: str, stages: Sequence[str]) -> None:
    """Run stages in their order, and note how long each took.

    Raises:
        SidemanError: the folder, the device or something that a stage needs is not available.
    """
    _check_device(device)
    try:
        making = Making(folder, device)
    except OSError as error:
        raise ExportError(f"{folder} cannot be made: {error.strerror or error}.") from error
    recipes = describe_recipes(folder, HERE, MODELS, windows=WINDOWS, songs=SONGS, others=OTHERS)
    notes = folder / "recipe.json"
    for stage in stages:
        later = _SPARED.get(stage)
        if later and is_brought_along(notes, later, recipes[later]):
            _say(f"== {stage}: not needed, {recipes[later].given} was brought along")
            continue
        check_recipe(notes, stage, recipes[stage])
        _say(f"== {stage}")
        begin = time.monotonic()
        finished = False
        try:
            getattr(making, stage)()
            note_result(notes, stage, recipes[stage])
            finished = True
        finally:
            # What was interrupted counts as well: a stage's time is the sum of its lines.
            seconds = time.monotonic() - begin
            line = {"stage": stage, "seconds": round(seconds, 1), "finished": finished}
            # On a full disk the stage's own error is the one to be told.
            with (
                nullcontext() if finished else suppress(OSError),
                (folder / "times.jsonl").open("a", encoding="utf-8") as log,
            ):
                log.write(json.dumps(line) + "\n")
        _say(f"== {stage}: {seconds / 60:.1f} min")


def _check_device(device: str) -> None:
    """Refuse a device that cannot be used, before any stage begins."""
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition("\n")[0]
        raise ExportError(
            f"Nothing can be trained on {device!r}: {reason}",
            "Leave --device out to train on the CPU.",
        ) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
