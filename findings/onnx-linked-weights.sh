#!/bin/sh
# A model whose weights stand in a file of their own: onnx refuses to read them when that file is a
# link, and ONNX Runtime plays the same model.
#
# Versions    onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6, Python 3.11, Linux x86-64
# Expected    Folders in which files are links are common: caches of model hubs keep each file once
#             and link to it, backups and build tools link what did not change. What checks and
#             edits a model (onnx) and what runs it (ONNX Runtime) take the same folders.
# Seen        They do not. `onnx.load` and `onnx.checker` refuse weights that are a symbolic link,
#             even to the file beside it, and weights that have a second name anywhere (a hard
#             link: the same folder is refused from the day a backup links it). ONNX Runtime opens
#             each of these folders and gives the right result. The text that onnx gives for a
#             second name speaks of an attack.
# Output seen
#   onnx 1.23.2, onnxruntime 1.32.0
#   files: onnx reads it, onnxruntime runs it
#   cache: onnx ValidationError, onnxruntime runs it
#   one folder: onnx ValidationError, onnxruntime runs it
#   second name: onnx ValidationError, onnxruntime runs it
#   as found: onnx refuses weights that are links, and ONNX Runtime takes them
#
# Run it with: sh findings/onnx-linked-weights.sh
# It needs a network for pip, makes its input itself, and writes into a temporary folder only.
# Exit status: 0 as long as the behaviour is as found, 1 when it has changed.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/environment"
"$folder/environment/bin/pip" install --quiet --disable-pip-version-check \
    onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6

"$folder/environment/bin/python" - "$folder" <<'PROGRAM'
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

top = Path(sys.argv[1]).resolve()
weights = np.arange(4096, dtype="float32").reshape(64, 64)
sound = np.ones((1, 64), "float32")


def empty(name):
    folder = top / name
    folder.mkdir()
    return folder


def files():
    folder = empty("files")
    model = onnx.helper.make_model(
        onnx.helper.make_graph(
            [onnx.helper.make_node("MatMul", ["x", "w"], ["y"])],
            "product",
            [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 64])],
            [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 64])],
            [onnx.numpy_helper.from_array(weights, "w")],
        ),
        opset_imports=[onnx.helper.make_opsetid("", 17)],
        ir_version=9,
    )
    onnx.save(
        model,
        folder / "model.onnx",
        save_as_external_data=True,
        location="weights.data",
        size_threshold=0,
    )
    return folder


def cache(made):
    """As model hubs lay out their caches: each name is a link to a blob."""
    folder = empty("cache")
    for name in ("model.onnx", "weights.data"):
        (folder / name).symlink_to(made / name)
    return folder


def one_folder(made):
    folder = empty("one folder")
    shutil.copy(made / "model.onnx", folder)
    shutil.copy(made / "weights.data", folder / "blob")
    (folder / "weights.data").symlink_to("blob")
    return folder


def second_name(made):
    """As `cp -l`, `rsync --link-dest` and tools that find equal files leave it."""
    folder = empty("second name")
    for name in ("model.onnx", "weights.data"):
        shutil.copy(made / name, folder)
        (top / f"backup-{name}").hardlink_to(folder / name)
    return folder


def checked(folder):
    try:
        onnx.load(folder / "model.onnx")
        onnx.checker.check_model(str(folder / "model.onnx"))
    except onnx.checker.ValidationError as error:
        return type(error).__name__
    return "reads it"


def run(folder):
    session = onnxruntime.InferenceSession(
        str(folder / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    (got,) = session.run(None, {"x": sound})
    return "runs it" if np.array_equal(got, sound @ weights) else "gives other numbers"


print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}")
made = files()
seen = {}
for folder in (made, cache(made), one_folder(made), second_name(made)):
    seen[folder.name] = checked(folder), run(folder)
    print(f"{folder.name}: onnx {seen[folder.name][0]}, onnxruntime {seen[folder.name][1]}")
refused = ("ValidationError", "runs it")
if seen != {
    "files": ("reads it", "runs it"),
    "cache": refused,
    "one folder": refused,
    "second name": refused,
}:
    sys.exit("changed: this is not what was found")
print("as found: onnx refuses weights that are links, and ONNX Runtime takes them")
PROGRAM
