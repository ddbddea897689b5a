"""The contract's servers, for the control routes and the faults."""

from tests.contract.wire.conftest import fresh, settable, shared, world, xnat

__all__ = ["fresh", "settable", "shared", "world", "xnat"]
