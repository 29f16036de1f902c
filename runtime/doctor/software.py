"""Probes of Python, inference backends, sound files, sound cards and processor."""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib import metadata

from sideman.engine.cores import available_cores
from sideman.engine.cuda.device import DeviceInfo, find_device
from sideman.engine.errors import SidemanError
from sideman.engine.loading.registry import BACKENDS
from sideman.engine.optional import found, install_command
from sideman.runtime.doctor.finding import Finding

#: Import names of the libraries that can run a stage, each with an extra that brings it.
LIBRARIES = {info.module: info.extra for info in reversed(BACKENDS.values())}
#: Two distributions that install one module, each breaking the other.
RIVALS = ("onnxruntime", "onnxruntime-gpu")
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "KMP_AFFINITY", "GOMP_CPU_AFFINITY")

#: Version of an installed distribution, or None.
Versions = Callable[[str], str | None]


def installed_version(distribution: str) -> str | None:
    """Version of an installed distribution, or None where there is none."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def probe_python(
    version: tuple[int, ...] = tuple(sys.version_info[:3]), where: str = ""
) -> list[Finding]:
    """Python and platform."""
    text = f"{'.'.join(map(str, version))} on {where or platform.platform()}"
    if version < (3, 11) or version >= (3, 14):
        return [
            Finding("problem", "Python", text, "Install Python 3.11, 3.12 or 3.13 and use that.")
        ]
    return [Finding("ok", "Python", text)]


def onnxruntime_providers() -> tuple[str, list[str]]:
    """Version and execution providers of ONNX Runtime; raises whatever its import raises."""
    module = importlib.import_module("onnxruntime")
    return str(module.__version__), list(module.get_available_providers())


def probe_backends(
    installed: Callable[[str], bool] = found,
    version_of: Versions = installed_version,
    providers: Callable[[], tuple[str, list[str]]] = onnxruntime_providers,
    libraries: Mapping[str, str] = LIBRARIES,
) -> list[Finding]:
    """Which backends are there, and whether two of them break each other.

    Args:
        installed: tells whether a module can be found.
        version_of: version of a distribution, or None.
        providers: version and providers of ONNX Runtime, by importing it.
        libraries: import names of those that this version has a backend for, and their extras.
    """
    findings = []
    for module, extra in libraries.items():
        if not installed(module):
            remedy = f"Wanted? {install_command(extra)}"
            findings.append(Finding("note", module, "not installed", remedy))
        elif module == "onnxruntime":
            findings.append(_onnxruntime(providers))
        else:
            version = version_of(module.replace("_", "-")) or "version unknown"
            findings.append(Finding("ok", module, f"{version}"))
    if all(version_of(name) for name in RIVALS):
        findings.append(
            Finding(
                "problem",
                "onnxruntime twice",
                "onnxruntime and onnxruntime-gpu are both installed and overwrite each other",
                f"pip uninstall -y onnxruntime onnxruntime-gpu, then {install_command('cpu')} "
                f'(for a GPU ".[cuda]")',
            )
        )
    if not any(f.level == "ok" for f in findings):
        findings.append(
            Finding(
                "problem",
                "backend",
                "no backend works: nothing can run a bundle",
                install_command("cpu"),
            )
        )
    return findings


def _onnxruntime(providers: Callable[[], tuple[str, list[str]]]) -> Finding:
    try:
        version, names = providers()
    # A broken binary fails in ways of its own: ImportError, OSError, AttributeError.
    except Exception as error:
        return Finding(
            "problem",
            "onnxruntime",
            f"installed and cannot be imported: {type(error).__name__}: {error}",
            "pip install --force-reinstall onnxruntime",
        )
    short = ", ".join(name.removesuffix("ExecutionProvider") for name in names)
    return Finding("ok", "onnxruntime", f"{version}, providers: {short}")


def ask_nvidia_smi() -> str | None:
    """nvidia-smi's lines, one for each GPU; empty if it failed, None if it is not on PATH."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    fields = "--query-gpu=name,driver_version,memory.total"
    done = subprocess.run(  # noqa: S603 - a fixed command line
        [program, fields, "--format=csv,noheader"],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=20,
        check=False,
    )
    return done.stdout if done.returncode == 0 else ""


def probe_gpu(ask: Callable[[], str | None] = ask_nvidia_smi) -> list[Finding]:
    """NVIDIA GPU and driver.

    Args:
        ask: returns nvidia-smi's answer; empty if it failed, None if there is no such program.
    """
    try:
        answer = ask()
    except (OSError, subprocess.TimeoutExpired):
        answer = ""
    if answer is None:
        return [Finding("ok", "GPU", "none found (no nvidia-smi on PATH); the CPU will be used")]
    rows = [line.split(", ") for line in answer.splitlines() if line.count(", ") == 2]
    if not rows:
        remedy = "Run nvidia-smi yourself to see why; usually the driver needs a restart."
        return [Finding("note", "GPU", "nvidia-smi does not answer: no usable GPU", remedy)]
    return [
        Finding("ok", f"GPU {i}", f"{name}, {memory}, driver {driver}")
        for i, (name, driver, memory) in enumerate(rows)
    ]


def probe_cuda(
    find: Callable[[], DeviceInfo] = find_device, installed: Callable[[str], bool] = found
) -> list[Finding]:
    """The GPU as CUDA sees it from Python, and so which engines this machine can run.

    Args:
        find: looks at the first GPU.
        installed: tells whether a module can be found.
    """
    if not installed("cuda"):
        return []
    try:
        device = find()
    except SidemanError as error:
        return [Finding("note", "CUDA", error.what, error.remedy)]
    text = f"{device.name} is {device.target}; the driver supports CUDA {device.driver}"
    return [Finding("ok", "CUDA", text)]


def sound_formats() -> tuple[str, bool]:
    """Version of libsndfile, and whether it reads MP3."""
    import soundfile

    return str(soundfile.__libsndfile_version__), "MP3" in soundfile.available_formats()


def probe_sound(formats: Callable[[], tuple[str, bool]] = sound_formats) -> list[Finding]:
    """Sound files: `rehearse` reads and writes them, `serve` does without."""
    try:
        version, mp3 = formats()
    # soundfile raises OSError without its C library, ImportError without itself.
    except (ImportError, OSError) as error:
        remedy = "pip install --force-reinstall soundfile (`serve` works without it)"
        return [Finding("note", "sound files", f"soundfile cannot be loaded: {error}", remedy)]
    if not mp3:
        remedy = "pip install --upgrade soundfile, or convert MP3 to WAV first"
        return [Finding("note", "sound files", f"libsndfile {version} does not read MP3", remedy)]
    return [Finding("ok", "sound files", f"libsndfile {version}, reads WAV, FLAC, OGG and MP3")]


def sound_cards() -> tuple[str, int, int]:
    """PortAudio's version, and how many devices record and play; raises what its import raises."""
    library = importlib.import_module("sounddevice")
    devices = library.query_devices()
    version = str(library.get_portaudio_version()[1]).partition(",")[0]
    return (
        version,
        sum(each["max_input_channels"] > 0 for each in devices),
        sum(each["max_output_channels"] > 0 for each in devices),
    )


def probe_sound_card(
    installed: Callable[[str], bool] = found,
    cards: Callable[[], tuple[str, int, int]] = sound_cards,
) -> list[Finding]:
    """Sound cards: `jam` plays through them, everything else does without.

    Args:
        installed: tells whether a module can be found.
        cards: PortAudio's version, and how many devices record and play.
    """
    if not installed("sounddevice"):
        remedy = f"Wanted, to play without Max? {install_command('jam')}"
        return [Finding("note", "sound cards", "sounddevice is not installed", remedy)]
    try:
        version, inputs, outputs = cards()
    # Without its library it raises OSError, and a class of its own where that does not start.
    except Exception as error:
        remedy = "On Debian and Ubuntu: sudo apt install libportaudio2 (`serve` works without it)"
        return [Finding("note", "sound cards", f"PortAudio cannot be used: {error}", remedy)]
    text = f"{version}: {inputs} to record with, {outputs} to play on"
    if not inputs or not outputs:
        remedy = "Wanted for `jam`? Connect one, or start the sound server that owns it."
        return [Finding("note", "sound cards", text, remedy)]
    return [Finding("ok", "sound cards", text)]


def probe_processor(
    count: int | None = None, environment: Mapping[str, str] | None = None
) -> list[Finding]:
    """Processors, and the variables that say how many of them libraries use."""
    count = available_cores() if count is None else count
    environment = os.environ if environment is None else environment
    findings = [Finding("ok", "processors", f"{count} usable")]
    variables = {name: environment[name] for name in THREAD_VARIABLES if environment.get(name)}
    if not variables:
        return findings
    text = ", ".join(f"{name}={value}" for name, value in variables.items())
    threads = variables.get("OMP_NUM_THREADS", "")
    if threads.isdigit() and int(threads) != count:
        remedy = "unset OMP_NUM_THREADS, or choose with `--threads`, unless you set it on purpose"
        findings.append(Finding("note", "threads", text, remedy))
    else:
        findings.append(Finding("ok", "threads", text))
    return findings
