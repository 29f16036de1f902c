"""A stage with some of its convolutions in eight bits and the others in float32.

The float32 graph stays as it is; each quantised convolution gets its pairs, and nothing else reads
them but convolutions: a residual connection that takes the same tensor keeps all of its digits,
which the quantiser itself would not leave it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto

from sideman.calibration.int8.quantising import Pairs, Quantised
from sideman.engine.bundle.graph_files import GraphFiles

#: Constants below this many bytes stay inside the graph. With none inside, ONNX's and the
#: runtimes' shape inference fails, for it reads no shape from a file.
_INLINE_BYTES = 1024
_ALIGNMENT = 64
#: Name of the file that holds quantised weights while layers are tried.
_TRIED = "quantised.data"


@dataclass(frozen=True)
class Mixer:
    """Makes graphs of a stage in which any choice of convolutions is quantised.

    Attributes:
        files: the stage in float32.
        quantised: pairs of all convolutions.
        stored: their constants, as they stand in graphs; large ones lie in `content`.
        content: bytes of the file of quantised weights.
    """

    files: GraphFiles
    quantised: Quantised
    stored: dict[str, TensorProto]
    content: bytes

    @classmethod
    def of(cls, files: GraphFiles, quantised: Quantised) -> Mixer:
        """Lay out the constants once for all graphs."""
        blob = bytearray()
        stored = {
            name: _stored(tensor, blob, _TRIED) for name, tensor in quantised.constants.items()
        }
        return cls(files, quantised, stored, bytes(blob))

    @property
    def names(self) -> tuple[str, ...]:
        """All convolutions that may be quantised, in the graph's order."""
        return tuple(self.quantised.pairs)

    def mix(self, names: Collection[str]) -> GraphFiles:
        """The stage with these convolutions in eight bits, in memory."""
        model = self._model(names)
        weights = {**self.files.weights, _TRIED: self.content}
        return GraphFiles(self.files.path, model.SerializeToString(), weights)

    def write(self, names: Collection[str], folder: Path) -> Path:
        """Write the stage with these convolutions in eight bits, and no weight that is not used.

        Args:
            names: of the convolutions.
            folder: for a file of the same name and its weights.

        Returns:
            The ONNX file, checked as ONNX's checker does.
        """
        model = self._model(names)
        path = folder / self.files.path.name
        location = f"{path.name}.data"
        sources = {**self.files.weights, _TRIED: self.content}
        with (folder / location).open("wb") as stream:
            for tensor in model.graph.initializer:
                if tensor.data_location != TensorProto.EXTERNAL:
                    continue
                where = {entry.key: entry.value for entry in tensor.external_data}
                start, length = int(where.get("offset", 0)), int(where["length"])
                stream.write(bytes(-stream.tell() % _ALIGNMENT))
                _point(tensor, location, stream.tell(), length)
                stream.write(memoryview(sources[where["location"]])[start : start + length])
            empty = stream.tell() == 0
        if empty:
            (folder / location).unlink()
        path.write_bytes(model.SerializeToString())
        onnx.checker.check_model(str(path))
        return path

    def _model(self, names: Collection[str]) -> onnx.ModelProto:
        model = onnx.load_from_string(self.files.graph)
        graph = model.graph
        wanted = {name: self.quantised.pairs[name] for name in names}
        nodes = _rewired(list(graph.node), wanted, {value.name for value in graph.output})
        graph.ClearField("node")
        graph.node.extend(nodes)
        used = {value for node in nodes for value in node.input}
        used |= {value.name for value in graph.output}
        constants = [t for t in graph.initializer if t.name in used]
        constants += [tensor for name, tensor in self.stored.items() if name in used]
        graph.ClearField("initializer")
        graph.initializer.extend(constants)
        return model


def _rewired(
    nodes: list[NodeProto], wanted: dict[str, Pairs], outputs: set[str]
) -> list[NodeProto]:
    """The graph's nodes in order, with pairs around the wanted convolutions."""
    made: list[NodeProto] = []
    there: set[str] = set()
    instead: dict[str, str] = {}

    def add(several: tuple[NodeProto, ...]) -> None:
        for one in several:
            if one.output[0] not in there:
                there.add(one.output[0])
                made.append(one)

    for old in nodes:
        node = NodeProto()
        node.CopyFrom(old)
        pair = wanted.get(node.name)
        for index, value in enumerate(node.input):
            node.input[index] = instead.get(value, value)
        if pair is not None:
            add(pair.before)
            for index, value in enumerate(pair.inputs):
                node.input[index] = value
        made.append(node)
        if pair is not None and node.output[0] not in outputs:
            add(pair.after)
            instead[node.output[0]] = pair.output
    return made


def _stored(tensor: TensorProto, blob: bytearray, location: str) -> TensorProto:
    """A constant as it stands in a graph; the values of large ones are added to the blob."""
    array = onnx.numpy_helper.to_array(tensor)
    raw = np.ascontiguousarray(array).tobytes()
    kept = TensorProto(name=tensor.name, data_type=tensor.data_type, dims=tensor.dims)
    if len(raw) < _INLINE_BYTES:
        kept.raw_data = raw
        return kept
    blob += bytes(-len(blob) % _ALIGNMENT)
    _point(kept, location, len(blob), len(raw))
    blob += raw
    return kept


def _point(tensor: TensorProto, location: str, offset: int, length: int) -> None:
    tensor.ClearField("external_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, "offset": offset, "length": length}.items():
        tensor.external_data.add(key=key, value=str(value))
