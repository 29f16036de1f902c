"""The containers that weights come in: torch's zip file, the one before it, and safetensors.

Tensors are mapped from the file rather than read, where the container allows.
"""

from __future__ import annotations

import io
import struct
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeGuard

import torch
from torch import Tensor

from sideman.engine.bundle.json_text import parse_json
from sideman.export.inert_pickle import InertPickleError, InertUnpickler

#: What the format before the zip file begins with.
_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
#: Longest table of contents of a safetensors file, in bytes.
_LONGEST_HEADER = 100_000_000
_STORAGES = {
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
    "ComplexFloatStorage": torch.complex64,
    "ComplexDoubleStorage": torch.complex128,
    "UntypedStorage": torch.uint8,
}
_SAFETENSORS = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
#: What names stand for that say of what type tensors are.
_TYPES: Mapping[str, object] = {
    **{
        f"{module}.{name}": dtype
        for module in ("torch", "torch.cuda", "torch.storage")
        for name, dtype in _STORAGES.items()
    },
    **{str(value): value for value in vars(torch).values() if isinstance(value, torch.dtype)},
}


@dataclass(frozen=True)
class Contents:
    """What a file holds.

    Attributes:
        data: the object that was saved; of what is foreign to tensors there are stubs.
        stubbed: names of which there are stubs.
        acting: names of commands in it; none was run.
    """

    data: Any
    stubbed: tuple[str, ...] = ()
    acting: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Storage:
    """Bytes of tensors, and their type as the file calls it."""

    data: torch.UntypedStorage
    dtype: torch.dtype


def is_torch_zip(path: Path) -> bool:
    """Whether a file is the zip archive that torch writes, and whole.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        if stream.read(4) != b"PK\x03\x04":
            return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    code = any(name.endswith("/constants.pkl") for name in names)
    return not code and any(name.endswith("/data.pkl") for name in names)


def is_legacy(path: Path) -> bool:
    """Whether a file begins as a pickle, which torch wrote before it wrote zip archives.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        head = stream.read(2)
    return len(head) == 2 and head[0] == 0x80 and 2 <= head[1] <= 5


def is_safetensors(path: Path) -> bool:
    """Whether a file begins as a safetensors file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        head = stream.read(9)
    if len(head) < 9 or head[8:] != b"{":
        return False
    length: int = struct.unpack("<Q", head[:8])[0]
    return 2 <= length <= _LONGEST_HEADER


def read_torch_zip(path: Path) -> Contents:
    """Read what torch writes today.

    Raises:
        ValueError, OSError, zipfile.BadZipFile: the file is damaged; with a reason in words.
    """
    with zipfile.ZipFile(path) as archive:
        return _ZipReader(path, archive).read()


class _ZipReader:
    """Reads one archive; its records are stored as they are, and mapped."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._records = {record.filename: record for record in archive.infolist()}
        pickles = [name for name in self._records if name.endswith("/data.pkl")]
        self._folder = min(pickles, key=len).removesuffix("data.pkl")
        self._mapped = _map(path)
        self._storages: dict[str, torch.UntypedStorage] = {}
        order = self._folder + "byteorder"
        self._swapped = (
            order in self._records and self._record("byteorder") != sys.byteorder.encode()
        )

    def read(self) -> Contents:
        unpickler = _unpickler(self._storage)
        data = unpickler.load(io.BytesIO(self._record("data.pkl")))
        return Contents(data, unpickler.stubbed, unpickler.acting)

    def _record(self, name: str) -> bytes:
        return _bytes(self._view(name))

    def _view(self, name: str) -> torch.UntypedStorage:
        """A record's bytes in the mapped file; torch's archives may lack checksums."""
        record = self._records.get(self._folder + name)
        if record is None:
            raise InertPickleError(f"its record {name} is missing")
        if record.compress_type != zipfile.ZIP_STORED:
            content = self._archive.read(record)
            return torch.frombuffer(bytearray(content), dtype=torch.uint8).untyped_storage()
        header = _bytes(self._mapped[record.header_offset : record.header_offset + 30])
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise InertPickleError(f"its record {name} is not where the archive says")
        start = record.header_offset + 30 + sum(struct.unpack("<HH", header[26:]))
        if start + record.file_size > self._mapped.nbytes():
            raise InertPickleError(f"its record {name} reaches beyond the end of the file")
        view: torch.UntypedStorage = self._mapped[start : start + record.file_size]
        return view

    def _storage(self, identity: Any) -> _Storage:
        kind, dtype, key, _, count = _fields(identity, 5)
        _check(kind, dtype, key, count)
        if key not in self._storages:
            view = self._view(f"data/{key}")
            if self._swapped and dtype.itemsize > 1:
                view = _copy(view)
                view.byteswap(dtype)  # type: ignore[no-untyped-call]
            self._storages[key] = view
        view = self._storages[key]
        if count * dtype.itemsize > view.nbytes():
            raise InertPickleError(f"its record data/{key} is too short")
        return _Storage(view, dtype)


def read_legacy(path: Path) -> Contents:
    """Read what torch wrote before 1.6: pickles one after the other, then all storages.

    Raises:
        ValueError, OSError: the file is damaged, or another program's pickle; with a reason.
    """
    with path.open("rb") as stream:
        return _LegacyReader(path).read(stream)


class _LegacyReader:
    """Reads one file; tensors are made first, and filled when their bytes come."""

    def __init__(self, path: Path) -> None:
        self._size = path.stat().st_size
        self._storages: dict[str, _Storage] = {}
        self._claimed = 0

    def read(self, stream: IO[bytes]) -> Contents:
        head = InertUnpickler()
        if head.load(stream) != _MAGIC:
            raise InertPickleError("it is a pickle, but not one that torch wrote")
        if head.load(stream) != _PROTOCOL:
            raise InertPickleError("it has another version of torch's old format")
        head.load(stream)  # the machine that it was written on
        unpickler = _unpickler(self._storage)
        data = unpickler.load(stream)
        keys = head.load(stream)
        if not isinstance(keys, list):
            raise InertPickleError("its list of storages is damaged")
        for key in keys:
            self._fill(stream, key)
        return Contents(data, unpickler.stubbed, unpickler.acting)

    def _fill(self, stream: IO[bytes], key: Any) -> None:
        storage = self._storages.get(key) if isinstance(key, str) else None
        length = stream.read(8)
        if storage is None or len(length) < 8:
            raise InertPickleError("its storages are damaged or cut short")
        wanted = storage.data.nbytes()
        if struct.unpack("<q", length)[0] * storage.dtype.itemsize != wanted:
            raise InertPickleError(f"its storage {key} has another length than it says")
        content = stream.read(wanted)
        if len(content) < wanted:
            raise InertPickleError(f"its storage {key} is cut short")
        if wanted:
            read = torch.frombuffer(bytearray(content), dtype=torch.uint8)
            storage.data.copy_(read.untyped_storage())

    def _storage(self, identity: Any) -> _Storage:
        kind, dtype, key, _, count, view = _fields(identity, 6)
        _check(kind, dtype, key, count)
        if key not in self._storages:
            self._claimed += count * dtype.itemsize
            if self._claimed > self._size:
                raise InertPickleError(f"it is cut short: its storage {key} is larger than it")
            data = torch.zeros(count * dtype.itemsize, dtype=torch.uint8).untyped_storage()
            self._storages[key] = _Storage(data, dtype)
        storage = self._storages[key]
        if view is None:
            return storage
        _, offset, length = _fields(view, 3)
        if not _whole([offset, length]):
            raise InertPickleError(f"its storage {key} is damaged")
        start, end = offset * dtype.itemsize, (offset + length) * dtype.itemsize
        if end > storage.data.nbytes():
            raise InertPickleError(f"its storage {key} is too short")
        return _Storage(storage.data[start:end], dtype)


def read_safetensors(path: Path) -> Contents:
    """Read a safetensors file: a table of contents in JSON, then the tensors.

    Raises:
        ValueError, OSError: the file is damaged or cut short; with a reason.
    """
    mapped = _map(path)
    length = struct.unpack("<Q", _bytes(mapped[:8]))[0]
    start = 8 + length
    if start > mapped.nbytes():
        raise ValueError("it is cut short within its table of contents")
    try:
        table = parse_json(_bytes(mapped[8:start]).decode("utf-8"))
    except ValueError as error:
        raise ValueError(f"its table of contents is damaged: {error}") from error
    table.pop("__metadata__", None)
    tensors: dict[str, Tensor] = {}
    for name, entry in table.items():
        tensors[name] = _table_tensor(mapped, start, name, entry)
    return Contents(tensors)


def _table_tensor(mapped: torch.UntypedStorage, start: int, name: str, entry: Any) -> Tensor:
    """One tensor of a safetensors file."""
    fields: dict[str, Any] = entry if isinstance(entry, dict) else {}
    dtype, shape, offsets = map(fields.get, ("dtype", "shape", "data_offsets"))
    if dtype not in _SAFETENSORS:
        raise ValueError(f"{name} is of the type {dtype!r}, which sideman does not read")
    if not (_whole(shape) and _whole(offsets) and len(offsets) == 2):
        raise ValueError(f"the entry of {name} in its table of contents is damaged")
    kind = _SAFETENSORS[dtype]
    first, last = (start + offset for offset in offsets)
    if last > mapped.nbytes():
        raise ValueError(f"it is cut short: {name} ends {last - mapped.nbytes():,} bytes behind it")
    stride = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        stride[axis] = stride[axis + 1] * shape[axis + 1]
    return _tensor(_Storage(mapped[first:last], kind), 0, shape, stride)


def _map(path: Path) -> torch.UntypedStorage:
    """A file's bytes; what is written to them stays in memory."""
    mapped = torch.from_file(str(path), shared=False, size=path.stat().st_size, dtype=torch.uint8)
    return mapped.untyped_storage()


def _copy(storage: torch.UntypedStorage) -> torch.UntypedStorage:
    return torch.frombuffer(bytearray(_bytes(storage)), dtype=torch.uint8).untyped_storage()


def _bytes(storage: torch.UntypedStorage) -> bytes:
    return torch.empty(0, dtype=torch.uint8).set_(storage).numpy().tobytes()


def _unpickler(storage: Any) -> InertUnpickler:
    unpickler = InertUnpickler(
        {
            "torch._utils._rebuild_tensor": lambda a: _tensor(*_fields(a, 4)),
            "torch._utils._rebuild_tensor_v2": _rebuild_v2,
            "torch._utils._rebuild_tensor_v3": _rebuild_v3,
            "torch._utils._rebuild_parameter": lambda a: a[0],
            "torch._utils._rebuild_parameter_with_state": lambda a: a[0],
            # A tensor with attributes, or of a class of its own: the tensor alone.
            "torch._tensor._rebuild_from_type_v2": lambda a: unpickler.call(a[0], a[2]),
            "torch.nn.parameter.Parameter": lambda a: a[0],
            "torch.Tensor": lambda a: a[0],
        },
        _TYPES,
        storage,
    )
    return unpickler


def _rebuild_v2(arguments: tuple[Any, ...]) -> Tensor:
    storage, offset, size, stride, _, _, *metadata = arguments
    return _tensor(storage, offset, size, stride, metadata)


def _rebuild_v3(arguments: tuple[Any, ...]) -> Tensor:
    storage, offset, size, stride, _, _, dtype, *metadata = arguments
    if not isinstance(storage, _Storage) or not isinstance(dtype, torch.dtype):
        raise InertPickleError("a tensor in it has no storage or no type")
    return _tensor(_Storage(storage.data, dtype), offset, size, stride, metadata)


def _tensor(
    storage: Any, offset: Any, size: Any, stride: Any, metadata: Sequence[object] = ()
) -> Tensor:
    """A tensor that looks at a part of a storage, and never beyond it."""
    if not isinstance(storage, _Storage):
        raise InertPickleError("a tensor in it has no storage")
    if not (_whole([offset]) and _whole(size) and _whole(stride) and len(size) == len(stride)):
        raise InertPickleError("the sizes of a tensor in it are damaged")
    if any(metadata):
        raise InertPickleError("a tensor in it is kept negated or conjugated")
    reach = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True)) + 1
    data, dtype = storage.data, storage.dtype
    if 0 not in size and reach * dtype.itemsize > data.nbytes():
        raise InertPickleError("a tensor in it reaches beyond its storage")
    if data.nbytes() and data.data_ptr() % dtype.itemsize:
        data = _copy(data)
    return torch.empty(0, dtype=dtype).set_(data, offset, tuple(size), tuple(stride))


def _whole(values: Any) -> TypeGuard[Sequence[int]]:
    """Whether something is a list or tuple of whole numbers, none negative."""
    return isinstance(values, list | tuple) and all(type(v) is int and v >= 0 for v in values)


def _fields(values: Any, count: int) -> tuple[Any, ...]:
    if not isinstance(values, tuple) or len(values) != count:
        raise InertPickleError("a tensor in it is described in a way that is not known")
    return values


def _check(kind: Any, dtype: Any, key: Any, count: Any) -> None:
    """Refuse the description of a storage that is none."""
    if kind != "storage" or not isinstance(dtype, torch.dtype) or not isinstance(key, str):
        raise InertPickleError("a storage in it is described in a way that is not known")
    if not _whole([count]):
        raise InertPickleError(f"its storage {key} is damaged")
