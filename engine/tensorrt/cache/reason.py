"""Why an engine has to be built: what is new compared with the nearest one that is there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sideman.engine.tensorrt.cache.identity import EngineIdentity
from sideman.engine.tensorrt.cache.sidecar import Sidecar
from sideman.engine.tensorrt.shapes import Shape
from sideman.engine.tensorrt.target_names import serves

#: Fields that follow from others: they are mentioned only if those others are the same.
_FOLLOWS = {
    "rewriter": ("precision", "target"),
    "convolve_products": ("precision", "target"),
    "flags": ("flavour",),
    "version": ("flavour",),
    "gpu": ("flavour", "target"),
}
_LABELS = {
    "graph": "graph",
    "weights": "weights",
    "flavour": "backend",
    "version": "library version",
    "target": "target",
    "gpu": "GPU",
    "precision": "precision",
    "rewriter": "revision of the precision rewriter",
    "convolve_products": "float32 products as convolutions",
    "flags": "builder flags",
    "exporter": "exporter",
    "sideman": "sideman",
}


def explain(
    identity: EngineIdentity, shapes: tuple[Shape, ...], bundle: str, known: Iterable[Sidecar]
) -> str:
    """Say in a few words why nothing in the cache will do.

    Args:
        identity: of the engine that is wanted.
        shapes: that it is to hold.
        bundle: name of the bundle.
        known: sidecars of all engines that are there.

    Returns:
        The differing fields of the nearest engine of the same stage and bundle, such as
        "precision fp16, not bf16".
    """
    wanted = identity.as_dict()
    related = [
        sidecar
        for sidecar in known
        if sidecar.identity.get("stage") == identity.stage
        and (
            sidecar.bundle == bundle
            or sidecar.identity.get("graph") == identity.graph
            or sidecar.identity.get("weights") == wanted["weights"]
        )
    ]
    if not related:
        return "first build for this bundle"
    nearest = min(related, key=lambda one: (len(_differing(wanted, one)), -one.created))
    fields = _differing(wanted, nearest)
    shown = [f for f in fields if not any(cause in fields for cause in _FOLLOWS.get(f, ()))]
    if not shown:
        same = (one for one in related if not _differing(wanted, one))
        built = dict.fromkeys(str(shape) for one in same for shape in one.shapes)
        return f"{'; '.join(map(str, shapes))} was not built yet, only {'; '.join(built)}"
    return "; ".join(_change(field, wanted[field], nearest.identity.get(field)) for field in shown)


def _differing(wanted: dict[str, Any], sidecar: Sidecar) -> list[str]:
    built = dict(sidecar.identity)
    if serves(str(built.get("target")), wanted["target"]):
        built["target"] = wanted["target"]
    return [field for field, value in wanted.items() if built.get(field) != value]


def _change(field: str, new: Any, old: Any) -> str:
    label = _LABELS.get(field, field)
    if field in ("graph", "weights"):
        return f"{label} changed ({_short(old)} → {_short(new)})"
    return f"{label} {_text(new)}, not {_text(old)}"


def _short(hashes: Any) -> str:
    many = hashes if isinstance(hashes, list) else [hashes]
    return ", ".join(f"{str(one)[:4]}…" for one in many) or "none"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value)) or "none"
    return str(value) if value not in ("", None) else "none"
