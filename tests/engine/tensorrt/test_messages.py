from __future__ import annotations

import logging

import pytest

from sideman.engine.errors import BackendError
from sideman.engine.tensorrt.messages import Messages, failed_build

TURING = (
    "IBuilder::buildSerializedNetwork: Error Code 1: Myelin ([pass.cpp:337: "
    "check_turing_op_compatibility] Cannot compile operation 'unet.map_label/Gemm' for Turing "
    "(SM75): FP32 GEMM is not supported. In compileGraph at "
    "/_src/optimizer/myelin/codeGenerator.cpp:2012)"
)
CLASSIC = (
    "IBuilder::buildSerializedNetwork: Error Code 10: Internal Error (Could not find any "
    "implementation for node {ForeignNode[unet.a/Conv...unet.b/Add]}.)"
)


@pytest.mark.parametrize(
    ("text", "layer"),
    [
        (TURING, "at layer unet.map_label/Gemm: "),
        (CLASSIC, "at layer {ForeignNode[unet.a/Conv...unet.b/Add]}: "),
        ("Could not find any implementation for node unet.c/Conv.", "at layer unet.c/Conv: "),
        ("Layer unet.d/Add: shapes differ", "at layer unet.d/Add: "),
        ("Layer 'odd name' has no kernel", "at layer odd name: "),
        ("Network must have at least one layer which is not constant", "failed: Network"),
        ("There is no implementation of layer found, see logs", "failed: There"),
        ("Something else broke", "failed: Something else"),
    ],
)
def test_the_layer_of_a_failure_is_named(text, layer):
    error = failed_build("Stage step for sm75", [text, "and a consequence"])
    assert isinstance(error, BackendError)
    assert layer in error.what
    assert error.what.startswith("Stage step for sm75: ")
    assert "consequence" not in error.what
    assert error.remedy


def test_positions_in_the_library_s_source_are_left_out():
    assert "/_src" not in failed_build("x", [TURING]).what
    assert "FP32 GEMM is not supported" in failed_build("x", [TURING]).what


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Requested amount of GPU memory (2147483648 bytes) could not be allocated. There may "
            "not be enough free memory for allocation to succeed.",
            "2,147 MB more",
        ),
        ("[defaultAllocator.cpp::allocate::19] Error Code 1: Cuda Runtime (out of memory)", ""),
        ("Error Code 2: OutOfMemory (no further information)", ""),
        ("std::bad_alloc", ""),
    ],
)
def test_missing_memory_is_said_with_the_way_out(text, said):
    error = failed_build("Stage step for sm89", ["first something odd", text])
    assert "memory ran out" in error.what
    assert said in error.what
    assert "--rows" in error.remedy


def test_a_failure_without_a_word_is_said_to_be_one():
    assert "no reason" in failed_build("Stage step", []).what


def test_very_long_messages_are_cut():
    assert len(failed_build("x", ["y" * 5000]).what) < 600


def test_messages_go_to_logging_and_errors_are_collected(library, caplog):
    messages = Messages(library)
    severity = library.ILogger.Severity
    with caplog.at_level(logging.DEBUG, "sideman.engine.tensorrt"):
        messages.logger.log(severity.ERROR, "before")
        with messages.errors() as errors:
            messages.logger.log(severity.ERROR, "an error")
            messages.logger.log(severity.INTERNAL_ERROR, "a worse one")
            messages.logger.log(severity.WARNING, "a warning")
            messages.logger.log(severity.VERBOSE, "chatter")
            assert errors == ["an error", "a worse one"]
        with messages.errors() as errors:
            assert errors == []
            messages.logger.log(severity.WARNING, "within")
    messages.logger.log(severity.ERROR, "after")
    levels = {record.message: record.levelno for record in caplog.records}
    assert levels["before"] == levels["after"] == logging.ERROR
    assert levels["an error"] == levels["a warning"] == levels["within"] == logging.INFO
    assert "chatter" not in levels
