"""Probes of Python, backends, GPU, sound and processors, with their answers put in."""

from __future__ import annotations

import subprocess

import pytest

from sideman.engine.cuda.device import DeviceInfo
from sideman.engine.errors import BackendError
from sideman.runtime.doctor import software

CPU = ("1.22.0", ["AzureExecutionProvider", "CPUExecutionProvider"])


LIBRARIES = {"onnxruntime": "cpu", "openvino": "openvino", "tensorrt_rtx": "tensorrt-rtx"}


def backends(modules, versions=(), providers=lambda: CPU):
    known = dict(versions)
    found = software.probe_backends(lambda m: m in modules, known.get, providers, LIBRARIES)
    return {finding.subject: finding for finding in found}


@pytest.mark.parametrize(
    ("version", "level"), [((3, 10, 9), "problem"), ((3, 11, 0), "ok"), ((3, 14, 0), "problem")]
)
def test_python(version, level):
    (finding,) = software.probe_python(version, "somewhere")
    assert finding.level == level
    assert finding.text.endswith("on somewhere")


def test_onnxruntime_with_its_providers_is_enough():
    found = backends({"onnxruntime"})
    assert found["onnxruntime"].level == "ok"
    assert found["onnxruntime"].text == "1.22.0, providers: Azure, CPU"
    assert found["openvino"].level == "note"
    assert (
        found["tensorrt_rtx"].remedy == 'Wanted? pip install ".[tensorrt-rtx]" in sideman\'s folder'
    )
    assert "problem" not in {finding.level for finding in found.values()}


def test_only_libraries_with_a_backend_are_asked_for():
    assert software.LIBRARIES == {
        "onnxruntime": "cpu",
        "openvino": "openvino",
        "tensorrt": "tensorrt",
        "tensorrt_rtx": "tensorrt-rtx",
    }


def test_no_backend_is_a_problem():
    found = backends(set())
    assert found["backend"].level == "problem"
    assert found["backend"].remedy == 'pip install ".[cpu]" in sideman\'s folder'


def test_a_backend_that_cannot_be_imported_is_a_problem():
    def broken():
        raise OSError("libonnxruntime.so: wrong ELF class")

    found = backends({"onnxruntime"}, providers=broken)
    assert found["onnxruntime"].level == "problem"
    assert "wrong ELF class" in found["onnxruntime"].text
    assert found["backend"].level == "problem"


def test_both_onnxruntimes_are_a_problem():
    found = backends({"onnxruntime"}, {"onnxruntime": "1.22", "onnxruntime-gpu": "1.22"})
    assert found["onnxruntime twice"].level == "problem"
    assert "pip uninstall -y onnxruntime onnxruntime-gpu" in found["onnxruntime twice"].remedy


def test_versions_of_other_backends_are_told():
    found = backends({"openvino", "tensorrt_rtx"}, {"openvino": "2025.1", "tensorrt-rtx": "1.3"})
    assert found["openvino"].text == "2025.1"
    assert found["tensorrt_rtx"].text == "1.3"
    assert "backend" not in found


def test_gpus_are_listed_with_driver_and_memory():
    answer = "NVIDIA RTX 4090, 570.86, 24564 MiB\nNVIDIA RTX A2000, 570.86, 6138 MiB\n"
    found = software.probe_gpu(lambda: answer)
    assert [f.text for f in found] == [
        "NVIDIA RTX 4090, 24564 MiB, driver 570.86",
        "NVIDIA RTX A2000, 6138 MiB, driver 570.86",
    ]


def test_no_gpu_is_fine_and_a_silent_driver_is_a_note():
    assert software.probe_gpu(lambda: None)[0].level == "ok"
    assert software.probe_gpu(lambda: "")[0].level == "note"

    def hangs():
        raise subprocess.TimeoutExpired("nvidia-smi", 20)

    assert software.probe_gpu(hangs)[0].level == "note"


def test_sound_cards():
    def broken():
        raise OSError("PortAudio library not found")

    def probe(*answer):
        (finding,) = software.probe_sound_card(lambda m: True, lambda: answer)
        return finding

    found = probe("PortAudio V19.7.0", 2, 3)
    assert (found.level, found.text) == ("ok", "PortAudio V19.7.0: 2 to record with, 3 to play on")
    for inputs, outputs in ((0, 1), (1, 0), (0, 0)):
        assert probe("PortAudio V19.7.0", inputs, outputs).level == "note"
    (missing,) = software.probe_sound_card(lambda m: False)
    assert (missing.level, 'pip install ".[jam]"' in missing.remedy) == ("note", True)
    (without,) = software.probe_sound_card(lambda m: True, broken)
    assert (without.level, "libportaudio2" in without.remedy) == ("note", True)
    # Whatever is here, doctor itself does not fail.
    assert software.probe_sound_card()[0].level in ("ok", "note")


def test_sound_files():
    def missing():
        raise OSError("sndfile library not found")

    assert software.probe_sound(lambda: ("1.2.2", True))[0].level == "ok"
    assert "does not read MP3" in software.probe_sound(lambda: ("1.0.31", False))[0].text
    (finding,) = software.probe_sound(missing)
    assert finding.level == "note"
    assert "library not found" in finding.text
    assert software.probe_sound()[0].level in ("ok", "note")


def test_processors_and_thread_variables():
    assert [f.text for f in software.probe_processor(8, {})] == ["8 usable"]
    mismatch = software.probe_processor(8, {"OMP_NUM_THREADS": "1"})[1]
    assert (mismatch.level, mismatch.text) == ("note", "OMP_NUM_THREADS=1")
    assert software.probe_processor(8, {"OMP_NUM_THREADS": "8"})[1].level == "ok"
    assert software.probe_processor()[0].level == "ok"


def test_cuda_names_the_card_and_its_target():
    device = DeviceInfo("RTX 4090", (8, 9), 24 << 30, "13.0", "13.0", "GPU-1", 0)
    (finding,) = software.probe_cuda(lambda: device, lambda module: True)
    assert finding.level == "ok"
    assert "RTX 4090 is sm89" in finding.text


def test_cuda_without_a_driver_is_a_note_with_its_mend():
    def find():
        raise BackendError("There is no NVIDIA driver on this machine.", "Install one.")

    (finding,) = software.probe_cuda(find, lambda module: True)
    assert (finding.level, finding.remedy) == ("note", "Install one.")
    assert "no NVIDIA driver" in finding.text
    assert software.probe_cuda(find, lambda module: False) == []
