"""Reads pickles without running them.

A pickle is a program for a small machine with a stack, and some of its instructions import and
call what the file names. The interpreter here imports nothing: a name stays a name, and calling it
makes a stub. What a reader wants made of some names (tensors), it passes as builders.
"""

from __future__ import annotations

import argparse
import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple

#: Makes a value of the arguments that a file gives to a name.
Builder = Callable[[tuple[Any, ...]], Any]

#: Modules as Python 2 named them, and as old protocols still write them.
_RENAMED = {"__builtin__": "builtins", "copy_reg": "copyreg"}
#: Names that act: no weights and no settings need them, so a file that has them is refused.
_ACTING_MODULES = frozenset({"os", "posix", "nt", "sys", "subprocess", "commands", "pty"})
_ACTING = frozenset(
    {
        *("builtins.eval", "builtins.exec", "builtins.compile", "builtins.__import__"),
        *("builtins.open", "io.open", "_io.open"),
    }
)
#: Plain values whose stubs nobody needs to hear of.
_PLAIN = frozenset(
    {
        "_codecs.encode",
        "builtins.bool",
        "builtins.bytearray",
        "builtins.complex",
        "builtins.dict",
        "builtins.float",
        "builtins.frozenset",
        "builtins.int",
        "builtins.list",
        "builtins.long",
        "builtins.range",
        "builtins.set",
        "builtins.slice",
        "builtins.str",
        "builtins.tuple",
        "torch.device",
    }
)
#: Instructions that put their argument on the stack.
_PUSHING = frozenset(
    {
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE"),
        *("BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    }
)
_CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_TUPLE": tuple,
    # Of a set's values some may be stubs, and nothing asks what it holds.
    "EMPTY_SET": list,
}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class InertPickleError(ValueError):
    """A pickle that is damaged, cut short, or beyond this interpreter."""


class Name(NamedTuple):
    """What a pickle names in place of importing it."""

    module: str
    attribute: str

    def __str__(self) -> str:
        return f"{self.module}.{self.attribute}"


@dataclass(eq=False)
class Stub:
    """Stands for an object whose class was not run.

    Attributes:
        name: of its class or of the function that would have made it.
        entries: what was put into it by key or as attributes.
    """

    name: str
    entries: dict[Any, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<{self.name}, not run>"


def _pairs(arguments: tuple[Any, ...]) -> dict[Any, Any]:
    """The dict that a mapping's class makes of its first argument."""
    return dict(arguments[0]) if arguments else {}


#: Containers that are made for real, as plain ones of the same kind.
_CONTAINERS: Mapping[str, Builder] = {
    "collections.OrderedDict": _pairs,
    "collections.Counter": _pairs,
    # The first argument would make missing values.
    "collections.defaultdict": lambda arguments: _pairs(arguments[1:]),
    "argparse.Namespace": lambda _: argparse.Namespace(),
    "torch.Size": lambda arguments: tuple(arguments[0]) if arguments else (),
}


class InertUnpickler:
    """Reads one pickle after the other from a stream.

    Args:
        builders: what to make of calls of some names; their results are left as they are.
        constants: what some names stand for.
        load_persistent: makes the value of a persistent id.

    Attributes:
        stubbed: every name that became a stub, in the order of the file.
        acting: names of commands, none of which was run.
    """

    def __init__(
        self,
        builders: Mapping[str, Builder] | None = None,
        constants: Mapping[str, object] | None = None,
        load_persistent: Callable[[Any], Any] | None = None,
    ) -> None:
        self._builders = {**_CONTAINERS, **(builders or {})}
        self._constants = constants or {}
        self._load_persistent = load_persistent
        self._stubbed: dict[str, None] = {}
        self._acting: dict[str, None] = {}

    @property
    def stubbed(self) -> tuple[str, ...]:
        """Every name that became a stub, in the order of the file."""
        return tuple(self._stubbed)

    @property
    def acting(self) -> tuple[str, ...]:
        """Names of commands, none of which was run."""
        return tuple(self._acting)

    def load(self, stream: IO[bytes]) -> Any:
        """Read one pickle; the stream stands behind it afterwards.

        Raises:
            InertPickleError: it is damaged, cut short, or holds an instruction that is not known.
        """
        run = _Run(self)
        try:
            for opcode, argument, _ in pickletools.genops(stream):
                if opcode.name == "STOP":
                    return run.stack.pop()
                run.step(opcode.name, argument)
        except InertPickleError:
            raise
        except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
            raise InertPickleError(f"its pickle is damaged or cut short: {error}") from error
        raise InertPickleError("its pickle is cut short")

    def named(self, module: str, attribute: str) -> Any:
        """What stands for a name on the stack."""
        name = Name(_RENAMED.get(module, module), attribute)
        text = str(name)
        if text in self._constants:
            return self._constants[text]
        if name.module.partition(".")[0] in _ACTING_MODULES or text in _ACTING:
            self._acting[text] = None
        elif text not in self._builders and text not in _PLAIN:
            self._stubbed[text] = None
        return name

    def call(self, target: object, arguments: object) -> Any:
        """What stands for the result of a call."""
        if isinstance(target, Name) and isinstance(arguments, tuple):
            build = self._builders.get(str(target))
            return Stub(str(target)) if build is None else build(arguments)
        if isinstance(target, Stub):
            return Stub(target.name)
        raise InertPickleError(f"its pickle calls {type(target).__name__}, which is no name")

    def persistent(self, identity: object) -> Any:
        """What a persistent id stands for."""
        if self._load_persistent is None:
            raise InertPickleError("its pickle refers to data outside of it")
        return self._load_persistent(identity)


class _Run:
    """Stack and memory of one pickle."""

    def __init__(self, owner: InertUnpickler) -> None:
        self.stack: list[Any] = []
        self._owner = owner
        self._below: list[list[Any]] = []
        self._memo: dict[int, Any] = {}

    def step(self, opcode: str, argument: Any) -> None:
        """Run one instruction."""
        if opcode in _PUSHING:
            self.stack.append(argument)
        elif opcode in _CONSTANTS:
            self.stack.append(_CONSTANTS[opcode]())
        elif opcode in _TUPLES:
            taken = [self.stack.pop() for _ in range(_TUPLES[opcode])]
            self.stack.append(tuple(reversed(taken)))
        else:
            handler = getattr(self, f"_{opcode.lower()}", None)
            if handler is None:
                raise InertPickleError(f"its pickle holds the instruction {opcode}")
            handler(argument)

    def _proto(self, _: Any) -> None:
        pass

    _frame = _proto

    # The stack.

    def _mark(self, _: Any) -> None:
        self._below.append(self.stack)
        self.stack = []

    def _since_mark(self) -> list[Any]:
        items = self.stack
        self.stack = self._below.pop()
        return items

    def _pop(self, _: Any) -> None:
        if self.stack:
            self.stack.pop()
        else:
            self._since_mark()

    def _pop_mark(self, _: Any) -> None:
        self._since_mark()

    def _dup(self, _: Any) -> None:
        self.stack.append(self.stack[-1])

    def _put(self, key: int) -> None:
        self._memo[key] = self.stack[-1]

    _binput = _long_binput = _put

    def _memoize(self, _: Any) -> None:
        self._memo[len(self._memo)] = self.stack[-1]

    def _get(self, key: int) -> None:
        self.stack.append(self._memo[key])

    _binget = _long_binget = _get

    # Containers.

    def _tuple(self, _: Any) -> None:
        items = tuple(self._since_mark())
        self.stack.append(items)

    def _list(self, _: Any) -> None:
        items = self._since_mark()
        self.stack.append(items)

    _frozenset = _list

    def _dict(self, _: Any) -> None:
        items = self._since_mark()
        self.stack.append({})
        self._set(items)

    def _append(self, _: Any) -> None:
        self._extend([self.stack.pop()])

    def _appends(self, _: Any) -> None:
        self._extend(self._since_mark())

    _additems = _appends

    def _extend(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if isinstance(target, list):
            target.extend(items)
        elif not isinstance(target, Stub):
            raise InertPickleError(f"its pickle appends to {type(target).__name__}")

    def _setitem(self, _: Any) -> None:
        value = self.stack.pop()
        self._set([self.stack.pop(), value])

    def _setitems(self, _: Any) -> None:
        self._set(self._since_mark())

    def _set(self, items: list[Any]) -> None:
        target = self.stack[-1]
        entries = target.entries if isinstance(target, Stub) else target
        if not isinstance(entries, dict):
            raise InertPickleError(f"its pickle sets items of {type(target).__name__}")
        entries.update(zip(items[::2], items[1::2], strict=True))

    # Names and calls.

    def _global(self, argument: str) -> None:
        module, _, attribute = argument.partition(" ")
        self.stack.append(self._owner.named(module, attribute))

    def _stack_global(self, _: Any) -> None:
        attribute, module = self.stack.pop(), self.stack.pop()
        if not (isinstance(module, str) and isinstance(attribute, str)):
            raise InertPickleError("its pickle names something by no text")
        self.stack.append(self._owner.named(module, attribute))

    def _reduce(self, _: Any) -> None:
        arguments = self.stack.pop()
        self.stack.append(self._owner.call(self.stack.pop(), arguments))

    _newobj = _reduce

    def _newobj_ex(self, _: Any) -> None:
        self.stack.pop()  # arguments by name
        self._reduce(None)

    def _inst(self, argument: str) -> None:
        arguments = tuple(self._since_mark())
        self._global(argument)
        self.stack.append(self._owner.call(self.stack.pop(), arguments))

    def _obj(self, _: Any) -> None:
        target, *arguments = self._since_mark()
        self.stack.append(self._owner.call(target, tuple(arguments)))

    def _build(self, _: Any) -> None:
        state = self.stack.pop()
        target = self.stack[-1]
        if isinstance(target, argparse.Namespace | Stub):
            if isinstance(state, dict):
                attributes = {name: value for name, value in state.items() if isinstance(name, str)}
                entries = target.entries if isinstance(target, Stub) else vars(target)
                entries.update(attributes)
        elif not isinstance(target, dict):  # of an OrderedDict, what torch notes beside weights
            raise InertPickleError(f"its pickle changes {type(target).__name__} afterwards")

    def _binpersid(self, _: Any) -> None:
        self.stack.append(self._owner.persistent(self.stack.pop()))
