"""Reading the YAML file that the original trainer writes for a model.

Every size comes from the file. Settings that the networks here do not support are refused by name
rather than ignored, because they would change what the weights mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sideman.engine.bundle.grid import COLUMN_SAMPLES, TAIL_SAMPLES, LatentGrid
from sideman.engine.bundle.manifest import Kind, SamplerSpec
from sideman.engine.bundle.stem_names import STEM_NAMES, stem_name_fault
from sideman.engine.errors import ExportError
from sideman.export.yaml_fields import Fields, load

#: Exponent of the student's schedule. The original server never passes the YAML's `diffusion.rho`
#: to its sampler, so the student was evaluated with the sampler's default of 7.
_STUDENT_RHO = 7.0
#: Fractions of the window that the diffusion model's training hid; its YAML does not say.
_DEFAULT_MASKS = (0.0, 0.25, 0.5)


@dataclass(frozen=True)
class UNetConfig:
    """Sizes of the U-Net, under the YAML's names.

    Attributes:
        resolution: height and width of a latent (`img_resolution`).
        in_channels: noisy latents, then mixture latents.
        out_channels: denoised latents.
        label_dim: number of stems.
        model_channels: base width.
        channel_mult: width of each resolution over `model_channels`, highest first.
        channel_mult_emb: width of the embedding over `model_channels`.
        num_blocks: residual blocks at each resolution.
        attn_resolutions: resolutions with self-attention.
        channel_mult_noise: width of the positional embedding over `model_channels`.
        num_heads: attention heads.
    """

    resolution: int
    in_channels: int
    out_channels: int
    label_dim: int
    model_channels: int
    channel_mult: tuple[int, ...]
    channel_mult_emb: int
    num_blocks: int
    attn_resolutions: tuple[int, ...]
    channel_mult_noise: int = 1
    num_heads: int = 1

    @property
    def embedding_channels(self) -> int:
        """Width of the conditioning vector."""
        return self.model_channels * self.channel_mult_emb


@dataclass(frozen=True)
class ModelConfig:
    """What a YAML file says of a model.

    Attributes:
        kind: diffusion model or consistency student.
        unet: sizes of its network.
        grid: window and latent sizes.
        stems: names in the order of the label.
        sampler: sampler and schedule it was trained or distilled for.
        sigma_data: the denoiser's sigma_data.
        sigma_min: lowest noise level, which the student's preconditioning needs.
    """

    kind: Kind
    unet: UNetConfig
    grid: LatentGrid
    stems: tuple[str, ...]
    sampler: SamplerSpec
    sigma_data: float
    sigma_min: float


def read_config(path: Path) -> ModelConfig:
    """Read a model's YAML file.

    Raises:
        ExportError: unreadable, incomplete, contradictory or unsupported; names file and field.
    """
    fields = load(path)
    kind = _kind(fields)
    model, logger = fields.section("model"), fields.section("audio_samples_logger")
    unet = _unet(model)
    stems = _stems(model, logger, unet)
    grid = _grid(model, logger, unet)
    if kind == "diffusion":
        sampler, sigma_data = _diffusion(fields, model, logger)
    else:
        sampler, sigma_data = _consistency(fields, logger)
    if sampler.sigma_min >= sampler.sigma_max:
        raise ExportError(
            f"{path.name}: sigma_min = {sampler.sigma_min} must be below "
            f"sigma_max = {sampler.sigma_max}."
        )
    return ModelConfig(kind, unet, grid, stems, sampler, sigma_data, sampler.sigma_min)


def _kind(fields: Fields) -> Kind:
    """Tell the two models apart by what their files configure."""
    diffusion = "diffusion_schedule" in fields or "diffusion_sampler" in fields
    consistency = "diffusion" in fields
    if diffusion == consistency:
        raise fields.refuse(
            "diffusion",
            "and diffusion_schedule are both there: which model is this?"
            if diffusion
            else "and diffusion_schedule are both missing: this configures no model.",
            "A diffusion model has diffusion_schedule and diffusion_sampler, "
            "a consistency student has diffusion.",
        )
    return "diffusion" if diffusion else "consistency"


def _unet(model: Fields) -> UNetConfig:
    """Sizes of the U-Net; refuses every variant but DDPM++ with plain resampling."""
    model.only("encoder_type", "standard")
    model.only("decoder_type", "standard")
    model.only("embedding_type", "positional")
    model.only("resample_filter", [1, 1])
    model.only("augment_dim", 0, default=0)
    model.only("class_cond", True)
    model.only("concat", True)
    unet = UNetConfig(
        resolution=model.integer("img_resolution"),
        in_channels=model.integer("in_channels"),
        out_channels=model.integer("out_channels"),
        label_dim=model.integer("label_dim"),
        model_channels=model.integer("model_channels", minimum=4),
        channel_mult=model.integers("channel_mult"),
        channel_mult_emb=model.integer("channel_mult_emb"),
        num_blocks=model.integer("num_blocks"),
        attn_resolutions=model.integers("attn_resolutions"),
        channel_mult_noise=model.integer("channel_mult_noise"),
        num_heads=model.integer("num_heads"),
    )
    if unet.resolution % (1 << (len(unet.channel_mult) - 1)):
        raise model.refuse(
            "img_resolution",
            f"= {unet.resolution} cannot be halved {len(unet.channel_mult) - 1} times, "
            f"as channel_mult = {list(unet.channel_mult)} asks.",
        )
    _check_widths(model, unet)
    return unet


def _check_widths(model: Fields, unet: UNetConfig) -> None:
    """Refuse widths that group normalisation, attention or the embedding cannot split."""
    levels = [unet.model_channels * multiplier for multiplier in unet.channel_mult]
    if unet.model_channels * unet.channel_mult_noise % 2:
        raise model.refuse("model_channels", f"= {unet.model_channels} must be even.")
    for width in {unet.model_channels, *levels}:
        if width % min(32, width // 4) or width % 4:
            raise model.refuse(
                "model_channels", f"makes {width} channels, which do not split into groups."
            )
        if width in levels and width % unet.num_heads:
            raise model.refuse("num_heads", f"= {unet.num_heads} does not divide {width} channels.")


def _stems(model: Fields, logger: Fields, unet: UNetConfig) -> tuple[str, ...]:
    """Names of the stems, and the channels that must agree with them."""
    stems = logger.names("stems")
    for stem in stems:
        if fault := stem_name_fault(stem):
            raise logger.refuse(
                "stems",
                f"holds {stem!r}, which {fault}.",
                f"Rename it; the model does not know its stems by name. {STEM_NAMES}",
            )
    if unet.label_dim != len(stems):
        raise model.refuse(
            "label_dim", f"= {unet.label_dim} contradicts {len(stems)} audio_samples_logger.stems."
        )
    logger.only("channels", 1)
    if unet.out_channels != 1:
        raise model.refuse(
            "out_channels", f"= {unet.out_channels} must be 1: a row of a batch makes one stem."
        )
    if unet.in_channels != 2:
        raise model.refuse(
            "in_channels", f"= {unet.in_channels} must be 2: the noisy latent and the mixture's."
        )
    return stems


def _grid(model: Fields, logger: Fields, unet: UNetConfig) -> LatentGrid:
    """The window, whose whole columns must fill the U-Net's resolution."""
    resolution = logger.integer("img_resolution")
    if resolution != unet.resolution:
        raise logger.refuse(
            "img_resolution", f"= {resolution} contradicts model.img_resolution {unet.resolution}."
        )
    window = logger.integer("length")
    columns = (window - TAIL_SAMPLES) // COLUMN_SAMPLES
    if columns != unet.resolution:
        raise logger.refuse(
            "length",
            f"= {window} samples hold {columns} latent columns, "
            f"but model.img_resolution is {unet.resolution}.",
        )
    return LatentGrid(
        sample_rate=logger.integer("sampling_rate"),
        window_samples=window,
        channels=unet.resolution,
        columns=columns,
        trained_masks=_trained_masks(model, columns),
    )


def _trained_masks(model: Fields, columns: int) -> tuple[int, ...]:
    """How many of the last columns training hid from the mixture, in ascending order."""
    if "inpaint_mask_ratios" not in model and "pr_win_mul" not in model:
        shares = set(_DEFAULT_MASKS)
    else:
        ratios, multipliers = model.numbers("inpaint_mask_ratios"), model.numbers("pr_win_mul")
        shares = {ratio * multiplier for ratio in ratios for multiplier in multipliers}
        if max(shares) > 1:
            raise model.refuse(
                "inpaint_mask_ratios", "times pr_win_mul hides more than the whole window."
            )
    return tuple(sorted({round(share * columns) for share in shares}))


def _diffusion(fields: Fields, model: Fields, logger: Fields) -> tuple[SamplerSpec, float]:
    schedule, sampler = fields.section("diffusion_schedule"), fields.section("diffusion_sampler")
    _class(schedule, "KarrasSchedule")
    _class(sampler, "ADPM2Sampler")
    # A dynamic threshold would clip what the network returns; -1 turns it off.
    model.only("diffusion_dynamic_threshold", -1.0, default=-1.0)
    spec = SamplerSpec(
        name="dpm2-ancestral",
        steps=logger.integer("sampling_steps", minimum=2),
        sigma_min=schedule.number("sigma_min"),
        sigma_max=schedule.number("sigma_max"),
        rho=schedule.number("rho"),
        midpoint_rho=sampler.number("rho"),
        resamples=sampler.integer("num_resamples"),
    )
    return spec, model.number("diffusion_sigma_data")


def _class(section: Fields, supported: str) -> None:
    """Refuse a section that configures another class than the one supported."""
    target = section.raw("_target_")
    if not isinstance(target, str) or target.rpartition(".")[2] != supported:
        raise section.refuse("_target_", f"= {target!r} is not supported, only {supported}.")


def _consistency(fields: Fields, logger: Fields) -> tuple[SamplerSpec, float]:
    diffusion = fields.section("diffusion")
    # "ctm" models take the target noise level as a second time input.
    diffusion.only("training_mode", "cd")
    diffusion.only("preconditioning", "cd")
    diffusion.only("linear_probing", False)
    diffusion.only("rescaling", False, default=False)
    logger.only("clip_denoised", False, default=False)
    logger.only("clip_output", False, default=False)
    logger.only("sampler_to_calculate_metrics", "cm_multistep_cd")
    spec = SamplerSpec(
        name="consistency",
        steps=logger.integer("steps_to_calculate_metrics"),
        sigma_min=diffusion.number("sigma_min"),
        sigma_max=diffusion.number("sigma_max"),
        rho=_STUDENT_RHO,
    )
    return spec, diffusion.number("sigma_data")
