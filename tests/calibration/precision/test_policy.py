"""The table that says what may round."""

from __future__ import annotations

import pytest

from sideman.calibration.precision.policy import (
    BETWEEN,
    MOVES,
    PRODUCTS,
    PROTECTED_SCOPES,
    Treatment,
    treatment,
)


@pytest.mark.parametrize(
    "scope",
    [
        "unet.enc.64x64_block0.norm0",
        "unet.dec.64x64_aux_norm",
        "encoder.prenorm_1d_to_2d",
        "encoder.norm_out",
        "encoder.down_layers.4.att.norm",
        "decoder.decoder.bottleneck_layers.0.norm1",
        "stft",
        "istft",
        "compand",
        "expand",
    ],
)
@pytest.mark.parametrize("operation", ["Conv", "MatMul", "Mul", "Reshape", "Add"])
def test_protected_scopes_stay_whatever_the_operation(scope, operation):
    assert treatment(f"{scope}/{operation}", operation) is Treatment.FULL


@pytest.mark.parametrize(
    "scope", ["unet.enc.64x64_conv", "decoder.up_layers.1.conv1", "unet.normal", "a.enormous"]
)
def test_a_scope_is_protected_for_its_own_name_only(scope):
    assert treatment(f"{scope}/Conv", "Conv") is Treatment.LOW


@pytest.mark.parametrize("operation", sorted(PRODUCTS.keys() | BETWEEN.keys()))
def test_arithmetic_outside_every_layer_stays(operation):
    assert treatment(f"{operation}_3", operation) is Treatment.FULL


@pytest.mark.parametrize("operation", ["Softmax", "Tanh", "Pow", "Sin", "Exp", "Unheard"])
def test_what_nobody_thought_about_stays(operation):
    assert treatment(f"unet.enc.64x64_block0/{operation}", operation) is Treatment.FULL


def test_moves_follow_even_outside_layers():
    assert treatment("Split_2", "Split") is Treatment.FOLLOW


def test_no_operation_is_in_two_tables():
    tables = [set(PRODUCTS), set(BETWEEN), set(MOVES)]
    assert sum(map(len, tables)) == len(set().union(*tables))


def test_every_entry_has_its_reason():
    reasons = [*PRODUCTS.values(), *BETWEEN.values(), *(p.reason for p in PROTECTED_SCOPES)]
    assert all(reason.endswith(".") and len(reason) > 4 for reason in reasons)
