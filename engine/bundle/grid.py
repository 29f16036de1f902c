"""How audio samples and latent columns correspond."""

from __future__ import annotations

from dataclasses import dataclass

from sideman.engine.bundle import bounds
from sideman.engine.bundle.bounds import check_within, too_much
from sideman.engine.errors import BundleError

#: STFT hop of Music2Latent in samples; its window is four hops.
HOP = 512
#: STFT frames in one latent column: the codec halves the time axis three times.
FRAMES_PER_COLUMN = 8
#: Samples that one latent column adds.
COLUMN_SAMPLES = HOP * FRAMES_PER_COLUMN
#: Samples that the last STFT frame reaches past the last column.
TAIL_SAMPLES = 3 * HOP
#: Names of the sizes that encode leaves free: usually those of the whole window.
ENCODED_SIZES = frozenset({"encoded_columns", "encoded_samples"})
#: STFT bins that the codec keeps (the Nyquist bin is dropped).
BINS = 2 * HOP


@dataclass(frozen=True)
class LatentGrid:
    """The window of a model, in samples and in latent columns.

    Attributes:
        sample_rate: samples a second.
        window_samples: length T of the context in the published models (264,600 = 6 s). Longer
            than what the codec reads: the codec crops its input to `codec_samples`.
        channels: latent channels (rows of a latent image).
        columns: latent columns of a window.
        trained_masks: how many of the mixture's last columns were hidden in training.

    Raises:
        BundleError: the numbers contradict one another.
    """

    sample_rate: int = 44_100
    window_samples: int = 264_600
    channels: int = 64
    columns: int = 64
    trained_masks: tuple[int, ...] = (0, 16, 32)

    def __post_init__(self) -> None:
        if min(self.sample_rate, self.window_samples, self.channels, self.columns) < 1:
            raise BundleError(f"Every size of a latent grid must be positive: {self}")
        check_within("sample_rate", self.sample_rate, 1, bounds.SAMPLE_RATE)
        check_within("window_samples", self.window_samples, 1, bounds.WINDOW_SAMPLES)
        check_within("channels", self.channels, 1, bounds.CHANNELS)
        check_within("columns", self.columns, 1, bounds.COLUMNS)
        if self.channels * self.columns > bounds.LATENT_VALUES:
            raise too_much(
                f"{self.channels} channels by {self.columns} columns are more than "
                f"{bounds.LATENT_VALUES:,} values."
            )
        if len(self.trained_masks) > bounds.COLUMNS:
            raise too_much(
                f"{len(self.trained_masks)} trained_masks, where there may be up to "
                f"{bounds.COLUMNS:,}."
            )
        if self.window_samples < self.codec_samples:
            raise BundleError(
                f"A window of {self.window_samples} samples does not hold "
                f"{self.columns} latent columns, which take {self.codec_samples}."
            )
        if any(not 0 <= mask <= self.columns for mask in self.trained_masks):
            raise BundleError(f"trained_masks {self.trained_masks} exceed {self.columns} columns.")

    @property
    def codec_samples(self) -> int:
        """Samples that the codec turns into all columns (263,680 for 64)."""
        return self.decoded_samples(self.columns)

    @staticmethod
    def decoded_samples(columns: int) -> int:
        """Samples that N columns decode to: 4,096·N + 1,536."""
        return columns * COLUMN_SAMPLES + TAIL_SAMPLES

    @classmethod
    def free_sizes(
        cls, rows: int, decoded_columns: int, encoded_columns: int, *, contexts: int = 1
    ) -> dict[str, int]:
        """The sizes that graphs leave free, by their names in a manifest.

        Args:
            rows: stems that are generated at once.
            decoded_columns: columns that are decoded.
            encoded_columns: columns that are encoded; all of a window, where nothing is left out.
            contexts: 1 where all rows hear the same, else one for each row.
        """
        return {
            "encoded_columns": encoded_columns,
            "encoded_samples": cls.decoded_samples(encoded_columns),
            "batch": rows,
            "contexts": contexts,
            "decoded_columns": decoded_columns,
            "decoded_samples": cls.decoded_samples(decoded_columns),
        }

    @property
    def whole_sizes(self) -> dict[str, int]:
        """Of the sizes that graphs leave free, those of a cycle that leaves out no column."""
        return {"encoded_columns": self.columns, "encoded_samples": self.codec_samples}

    def masked_columns(self, wanted: int) -> int:
        """The smallest trained mask that hides at least `wanted` columns.

        The models were trained with no other masks. If none is large enough, `wanted` itself is
        returned: a smaller mask would show the model columns that are not known yet, which is
        worse.
        """
        return min((mask for mask in self.trained_masks if mask >= wanted), default=wanted)
