"""What happens to bytes that decay or are tampered with; whoever reads them must notice each of these."""

from collections.abc import Iterator

__all__ = ["bits_changed", "byte_changed", "bytes_changed", "cut_or_lengthened"]


def byte_changed(data: bytes, at: int) -> bytes:
    """`data` with the lowest bit of one byte turned over; `at` may count from the end, as an index does."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def bytes_changed(data: bytes) -> Iterator[bytes]:
    """`data` with one byte changed, each in turn."""
    return (byte_changed(data, at) for at in range(len(data)))


def bits_changed(data: bytes) -> Iterator[bytes]:
    """`data` with one bit changed, each in turn, the lowest of a byte first."""
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def cut_or_lengthened(data: bytes) -> Iterator[bytes]:
    """`data` cut at every place, and with a byte too many behind or before it."""
    yield from (data[:cut] for cut in range(len(data)))
    yield data + b"\0"
    yield b"\0" + data
