"""The models that are measured: configurations, and bundles made from them with random weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.models.places import CODEC, CONFIG

#: Of all random weights, so that PyTorch's modules and the bundles have the same.
SEED = 0


@dataclass(frozen=True)
class Model:
    """One model.

    Attributes:
        name: for the table.
        config: its YAML file; None where only bundles are there.
        codec: codec values that differ from the published ones.
        folder: of its bundles: "NAME" in float32, "NAME-fp16" and so on.
    """

    name: str
    config: Path | None
    codec: Path | None
    folder: Path

    def bundle(self, precision: str = "fp32") -> Path:
        """Where the bundle in a precision lies, or is to lie."""
        return self.folder / (self.name if precision == "fp32" else f"{self.name}-{precision}")


def small_model(folder: Path) -> Model:
    """The small model of the tests."""
    return Model("small", CONFIG, CODEC, folder)


def full_models(names: list[str], configs: Path | None, folder: Path) -> list[Model]:
    """Full-size models by the names of their YAML files ("cd", "ldm").

    Args:
        names: of the models.
        configs: folder of the YAML files; None where bundles are given instead.
        folder: of the bundles.
    """

    def config(name: str) -> Path | None:
        file = configs / f"{name}.yaml" if configs else None
        return file if file and file.is_file() else None

    return [Model(name, config(name), None, folder) for name in names]


def provide_bundle(model: Model, precision: str = "fp32") -> str:
    """Make a bundle that is not there yet.

    Returns:
        What was done, for the record.

    Raises:
        SidemanError, ImportError: it cannot be made here.
    """
    out = model.bundle(precision)
    if out.is_dir():
        return "found"
    if precision != "fp32":
        from sideman.calibration.convert import convert_bundle

        convert_bundle(model.bundle(), out, precision)
        return f"converted to {precision}"
    from sideman.export.pipeline import Request, export_bundle

    if model.config is None:
        raise FileNotFoundError(
            f"no bundle at {out} and no {model.name}.yaml: give --bundles or --configs"
        )
    export_bundle(Request(config=model.config, out=out, codec_hparams=model.codec, seed=SEED))
    return "exported with random weights"
