"""An export is shared only by those whose export would give the same bytes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.export_once import _key

torch = pytest.importorskip("torch", reason="exporting needs the extra 'export'")


@dataclass
class Config:
    layers: tuple[int, ...]


class Net(torch.nn.Module):
    def __init__(self, attribute: object, weight: float = 1.0) -> None:
        super().__init__()
        self.attribute = attribute
        self.weight = torch.nn.Parameter(torch.tensor([weight]))


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 2), ("up", ""), (None, "up"), ([1, 2], [2, 1]), (Config((1, 2)), Config((1, 3)))],
)
def test_any_other_attribute_gives_another_key(one: object, other: object) -> None:
    assert _key(Net(one)) == _key(Net(one))
    assert _key(Net(one)) != _key(Net(other))


def test_other_weights_modes_and_sizes_give_another_key() -> None:
    keys = {_key(Net(1)), _key(Net(1, 2.0)), _key(Net(1).eval()), _key(Net(1), ("batch", 2))}
    assert len(keys) == 4


@pytest.mark.parametrize("attribute", [object(), [object()], Config(object())])
def test_an_attribute_whose_text_does_not_tell_its_value_is_refused(attribute: object) -> None:
    with pytest.raises(TypeError, match=r"Net\.attribute"):
        _key(Net(attribute))
