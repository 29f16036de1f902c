from __future__ import annotations

import importlib

import pytest

from sideman.engine.errors import BackendError, MissingExtraError
from sideman.engine.tensorrt import flavours
from sideman.engine.tensorrt.flavours import TENSORRT, TENSORRT_RTX, choose_flavour


@pytest.mark.parametrize(
    ("here", "chosen"),
    [
        ({"tensorrt"}, TENSORRT),
        ({"tensorrt_rtx"}, TENSORRT_RTX),
        ({"tensorrt", "tensorrt_rtx"}, TENSORRT_RTX),
    ],
)
def test_the_one_that_is_installed_is_taken(monkeypatch, here, chosen):
    monkeypatch.setattr(flavours, "found", here.__contains__)
    assert choose_flavour(None) is chosen
    assert choose_flavour("tensorrt") is TENSORRT


def test_none_installed_is_said_with_both_commands(monkeypatch):
    monkeypatch.setattr(flavours, "found", lambda module: False)
    with pytest.raises(MissingExtraError) as error:
        choose_flavour(None)
    assert 'pip install ".[tensorrt-rtx]"' in str(error.value)
    assert 'pip install ".[tensorrt]"' in str(error.value)


def test_an_unknown_name_is_refused_with_the_known():
    with pytest.raises(BackendError, match="tensorrt-rtx, tensorrt"):
        choose_flavour("openvino")


def test_a_missing_library_names_its_command(monkeypatch):

    def missing(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(importlib, "import_module", missing)
    for flavour in (TENSORRT, TENSORRT_RTX):
        with pytest.raises(MissingExtraError) as error:
            flavour.require()
        assert f'pip install ".[{flavour.name}]"' in str(error.value)


def test_targets_are_those_of_the_library_without_its_placeholders(library, rtx_library):
    assert TENSORRT_RTX.targets(library) == ("sm75", "sm89", "sm120")
    assert TENSORRT.targets(library) == ()
    assert {"sm75", "sm80", "sm86", "sm89", "sm120"} <= set(TENSORRT_RTX.targets(rtx_library))
    assert not {"none", "current"} & set(TENSORRT_RTX.targets(rtx_library))


def test_networks_are_strongly_typed_where_there_is_a_choice(library, rtx_library):
    library.NetworkDefinitionCreationFlag.__members__["STRONGLY_TYPED"] = 1
    assert TENSORRT.network_flags(library) == 2
    del library.NetworkDefinitionCreationFlag.__members__["STRONGLY_TYPED"]
    assert TENSORRT.network_flags(library) == 0
    library.NetworkDefinitionCreationFlag.__members__["STRONGLY_TYPED"] = 0
    assert TENSORRT_RTX.network_flags(rtx_library) == 1


def test_the_real_configuration_is_as_its_flags_say(rtx_library):
    builder = rtx_library.Builder(rtx_library.Logger(rtx_library.Logger.ERROR))
    config = builder.create_builder_config()
    assert config.get_flag(rtx_library.BuilderFlag.TF32)
    TENSORRT_RTX.configure(rtx_library, config, "sm86")
    assert not config.get_flag(rtx_library.BuilderFlag.TF32)
    assert config.get_flag(rtx_library.BuilderFlag.REQUIRE_USER_ALLOCATION)
    assert config.profiling_verbosity == rtx_library.ProfilingVerbosity.DETAILED
    assert config.num_compute_capabilities == 1
    assert config.get_compute_capability(0) == rtx_library.ComputeCapability.SM86
    assert TENSORRT_RTX.flags != TENSORRT.flags
    TENSORRT_RTX.configure(rtx_library, config, "sm89,sm120")
    names = rtx_library.ComputeCapability
    assert [config.get_compute_capability(i) for i in range(config.num_compute_capabilities)] == [
        names.SM89,
        names.SM120,
    ]
