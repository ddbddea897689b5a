"""Very many small values, kept packed: one file's row takes some 40 bytes where it would take 300."""

import threading
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from types import GenericAlias
from typing import Any, Generic, TypeVar, overload

import msgspec

Kind = TypeVar("Kind")
Key = TypeVar("Key")

_BLOCK = 128
"""Values that are packed, and made again, together."""
_BATCH = 16 * _BLOCK
_FAST = 1
_encoder = msgspec.msgpack.Encoder()
_making = threading.Lock()
_decoders: dict[Any, "msgspec.msgpack.Decoder[Any]"] = {}


class Packed(Sequence[Kind], Generic[Kind]):
    """Values of one kind in their order. Going through them makes them anew, a hundred at a time."""

    def __init__(self, kind: type[Kind], values: Iterable[Kind] = ()) -> None:
        self._kind, self._count = kind, 0
        self._blocks: list[bytes | tuple[Kind, ...]] = []
        self._ends: list[int] = []
        """How many values there are up to the end of each block."""
        self._tail: list[Kind] = []
        self._newest: tuple[int, Sequence[Kind]] = (-1, ())
        """The block that was made again last, for whoever asks for its values one by one."""
        self._decoder = _decoder_of(kind)
        self.extend(values)

    def append(self, value: Kind) -> None:
        """Some of the last ones stay as they are until there are enough to be packed."""
        self._tail.append(value)
        self._count += 1
        if len(self._tail) == _BLOCK:
            self._pack()

    def extend(self, values: Iterable[Kind]) -> None:
        """Values of another Packed are taken over as they are packed."""
        if isinstance(values, Packed):
            self._pack()
            values._pack()
            self._blocks += values._blocks
            self._ends += [self._count + end for end in values._ends]
            self._count += len(values)
            return
        for value in values:
            self.append(value)
        self._pack()

    def _pack(self) -> None:
        if self._tail:
            try:
                self._blocks.append(zlib.compress(_encoder.encode(self._tail), _FAST))
            except (UnicodeEncodeError, OverflowError):  # a name that is no UTF-8, a number that nobody has
                self._blocks.append(tuple(self._tail))
            self._ends.append(self._count)
            self._tail = []

    def _unpacked(self, block: bytes | tuple[Kind, ...]) -> Sequence[Kind]:
        return block if isinstance(block, tuple) else self._decoder.decode(zlib.decompress(block))

    def only(self, test: Callable[[Kind], bool]) -> "Packed[Kind]":
        """Those that pass a test."""
        found = Packed(self._kind)
        for block, values in self._parts():
            passing = [one for one in values if test(one)]
            found._take(passing, block if len(passing) == len(values) else None)
        return found

    def _parts(self) -> Iterator[tuple[bytes | tuple[Kind, ...], Sequence[Kind]]]:
        """What is packed together, and what that is unpacked."""
        self._pack()
        return ((block, self._unpacked(block)) for block in self._blocks)

    def _take(self, values: Sequence[Kind], block: bytes | tuple[Kind, ...] | None) -> None:
        """Take over values; ``block`` is what they are packed, where somebody has done that."""
        if block is None:
            self.extend(values)
        else:
            self._pack()
            self._blocks.append(block)
            self._count += len(values)
            self._ends.append(self._count)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Kind]:
        return chain(chain.from_iterable(map(self._unpacked, self._blocks)), self._tail)

    @overload
    def __getitem__(self, place: int) -> Kind: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Kind]: ...
    def __getitem__(self, place: int | slice) -> Kind | Sequence[Kind]:
        if isinstance(place, slice):
            start, stop, step = place.indices(self._count)
            return tuple(islice(self, start, stop, step)) if step > 0 else tuple(self)[place]
        wanted = place + self._count if place < 0 else place
        if not 0 <= wanted < self._count:
            raise IndexError(place)
        block = bisect_right(self._ends, wanted)
        before = self._ends[block - 1] if block else 0
        if block == len(self._blocks):
            return self._tail[wanted - before]
        number, part = self._newest
        if number != block:
            part = self._unpacked(self._blocks[block])
            self._newest = block, part
        return part[wanted - before]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # it may grow

    def __repr__(self) -> str:
        return f"Packed({self._kind}, {list(self)!r})"


def packed_by(
    kind: type[Kind], key: Callable[[Kind], Key], values: Iterable[Kind]
) -> dict[Key, Packed[Kind]]:
    """The values by what ``key`` says of them, in their order."""
    found: dict[Key, Packed[Kind]] = {}
    for block, part in values._parts() if isinstance(values, Packed) else _batches(values):
        apart: dict[Key, list[Kind]] = {}
        for one in part:
            apart.setdefault(key(one), []).append(one)
        for name, some in apart.items():
            found.setdefault(name, Packed(kind))._take(some, block if len(apart) == 1 else None)
    return found


def _batches(values: Iterable[Kind]) -> Iterator[tuple[None, Sequence[Kind]]]:
    left = iter(values)
    while batch := list(islice(left, _BATCH)):
        yield None, batch


def joined(kind: type[Kind], parts: Iterable[Sequence[Kind]]) -> Packed[Kind]:
    """Several as one, in their order."""
    whole = Packed(kind)
    for part in parts:
        whole.extend(part)
    return whole


def _decoder_of(kind: Any) -> "msgspec.msgpack.Decoder[Any]":
    with _making:  # two threads that make the first decoder of a kind at once may crash
        found = _decoders.get(kind)
        if found is None:
            found = _decoders[kind] = msgspec.msgpack.Decoder(GenericAlias(list, (kind,)))
    return found
