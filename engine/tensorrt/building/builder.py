"""From an ONNX graph to a serialised engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from sideman.engine.bundle.manifest import StageSpec
from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.building.memory import peak_bytes, reset_peak
from sideman.engine.tensorrt.building.progress import OnProgress, Watch, interruptible, make_monitor
from sideman.engine.tensorrt.flavours import Flavour
from sideman.engine.tensorrt.messages import Messages, failed_build, messages_of, out_of_memory
from sideman.engine.tensorrt.shapes import Shape
from sideman.engine.tensorrt.target_names import split_targets


@dataclass(frozen=True)
class BuildOrder:
    """One engine to be built.

    Attributes:
        stage: name of the stage.
        source: its ONNX file, in the precision that the engine is to have.
        spec: its tensors.
        shapes: one fixed optimisation profile is made for each.
        target: such as "sm89", or several of them (`target_names`).
    """

    stage: str
    source: Path
    spec: StageSpec
    shapes: tuple[Shape, ...]
    target: str

    def __str__(self) -> str:
        return f"Stage {self.stage} for {self.target}"

    def failed(self, errors: list[str]) -> BackendError:
        """The error for a library that built nothing, from what it said."""
        return failed_build(str(self), errors, several=len(split_targets(self.target)) > 1)


@dataclass(frozen=True)
class Built:
    """A serialised engine.

    Attributes:
        plan: its bytes, in the library's own memory.
        seconds: how long parsing and building took.
        layers: of the parsed network.
        peak_bytes: largest resident memory of the process; None where it is not known.
        timing_cache: kernel times that the library measured, if the flavour keeps them.
    """

    plan: memoryview
    seconds: float
    layers: int
    peak_bytes: int | None
    timing_cache: bytes | None = None


def build_engine(
    flavour: Flavour,
    library: ModuleType,
    order: BuildOrder,
    *,
    report: OnProgress = lambda *_: None,
    timing_cache: bytes | None = None,
) -> Built:
    """Parse a graph and build its engine; takes seconds to minutes.

    Args:
        flavour: of the library.
        library: the imported module.
        order: what to build.
        report: told how far it is, from the library's threads.
        timing_cache: of an earlier build.

    Raises:
        BackendError: the graph cannot be parsed, does not match the manifest, or the library cannot
            build it.
        KeyboardInterrupt: Ctrl-C was pressed; nothing of the build remains.
    """
    reset_peak()
    start = time.perf_counter()
    messages = messages_of(library)
    with _raising(order, messages) as errors, interruptible() as stopped:
        builder = library.Builder(messages.logger)
        network = builder.create_network(flavour.network_flags(library))
        _parse(library, order, network, messages.logger, errors)
        _check_tensors(order, network)
        config = builder.create_builder_config()
        flavour.configure(library, config, order.target)
        _add_profiles(order, builder, config)
        _use_timing_cache(flavour, config, timing_cache)
        plan = _build(library, order, builder, network, config, stopped, report, errors)
    kept = bytes(config.get_timing_cache().serialize()) if flavour.timing_cache else None
    seconds = time.perf_counter() - start
    return Built(memoryview(plan), seconds, network.num_layers, peak_bytes(), kept)


@contextmanager
def _raising(order: BuildOrder, messages: Messages) -> Iterator[list[str]]:
    """Collect the library's errors, and add them to exceptions of its bindings.

    The bindings raise a TypeError, "factory function returned nullptr", if the classic library
    finds no working GPU.
    """
    with messages.errors() as errors:
        try:
            yield errors
        except MemoryError as error:
            raise out_of_memory(str(order), str(error) or "MemoryError") from error
        except (RuntimeError, TypeError, ValueError) as error:
            raise order.failed([*errors, str(error)]) from error


def _build(
    library: ModuleType,
    order: BuildOrder,
    builder: Any,
    network: Any,
    config: Any,
    stopped: threading.Event,
    report: OnProgress,
    errors: list[str],
) -> Any:
    watch = Watch(stopped, report)
    # The configuration does not keep the monitor alive: this name has to.
    monitor = make_monitor(library, watch)
    config.progress_monitor = monitor
    plan = builder.build_serialized_network(network, config)
    watch.reraise()
    if plan is None:
        raise order.failed(errors)
    return plan


def _parse(
    library: ModuleType, order: BuildOrder, network: Any, logger: Any, errors: list[str]
) -> None:
    parser = library.OnnxParser(network, logger)
    # From the file, because external weights lie beside it.
    if parser.parse_from_file(str(order.source)):
        return
    found = [parser.get_error(index) for index in range(parser.num_errors)]
    if not found:
        raise order.failed(errors)
    lines = [_parser_error(error) for error in found]
    raise BackendError(
        f"{order}: {flavour_name(library)} cannot read the graph: {'; '.join(lines)}.",
        "Export the bundle again; if that does not help, this library lacks the operator.",
    )


def _parser_error(error: Any) -> str:
    what = " ".join(str(error.desc()).split())
    name, operator = str(error.node_name()), str(error.node_operator())
    if not operator:
        return what
    return f"node {name or '(unnamed)'} ({operator}): {what}"


def flavour_name(library: ModuleType) -> str:
    """Import name and version of a library, for messages."""
    return f"{library.__name__} {library.__version__}"


def _check_tensors(order: BuildOrder, network: Any) -> None:
    """Refuse a graph whose tensors are not those of the manifest."""
    for tensors, count, get, what in (
        (order.spec.inputs, network.num_inputs, network.get_input, "inputs"),
        (order.spec.outputs, network.num_outputs, network.get_output, "outputs"),
    ):
        promised = {tensor.name: len(tensor.shape) for tensor in tensors}
        real = {(t := get(index)).name: len(t.shape) for index in range(count)}
        if promised != real:
            raise BackendError(
                f"{order}: the graph has {what} of ranks {real}, the manifest promises {promised}.",
                "Export the bundle again.",
            )


def _add_profiles(order: BuildOrder, builder: Any, config: Any) -> None:
    for shape in order.shapes:
        free = [t for t in order.spec.inputs if any(isinstance(size, str) for size in t.shape)]
        if not free:
            continue
        profile = builder.create_optimization_profile()
        for tensor in free:
            sizes = shape.resolve(tensor)
            profile.set_shape(tensor.name, sizes, sizes, sizes)
        if config.add_optimization_profile(profile) < 0:
            raise BackendError(f"{order}: the library refuses the shape {shape}.")


def _use_timing_cache(flavour: Flavour, config: Any, content: bytes | None) -> None:
    if flavour.timing_cache:
        # One that another library or GPU made is not an error: it is ignored and replaced.
        cache = config.create_timing_cache(content or b"")
        config.set_timing_cache(cache, ignore_mismatch=False)


#: The type of `build_engine`, which tests replace.
BuildEngine = Callable[..., Built]
