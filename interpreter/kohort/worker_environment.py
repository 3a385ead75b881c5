"""What a worker process finds and settles around it before the engine is imported."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import MutableMapping
from typing import BinaryIO, Final

SPILL_FOLDER: Final = "KOHORT_SPILL_FOLDER"
"""Environment variable with the worker's own folder for data that do not fit in memory."""

_MEMORY_SHARE: Final = "0.85"
# numpy's linear algebra reads one of these: OpenBLAS, MKL, Accelerate.
_ALGEBRA_THREADS: Final = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def settle() -> tuple[BinaryIO, BinaryIO]:
    """Make this process a worker: give its requests and replies, and close every other way out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o077)
    _forbid_core_dumps()
    set_engine_environment(os.environ)
    return _private_pipes()


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take the pipes away from descriptors 0 to 2, so that nothing else writes into the frames."""
    requests, replies = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    return os.fdopen(requests, "rb"), os.fdopen(replies, "wb")


def _forbid_core_dumps() -> None:
    """An aborted engine would leave the data in one."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def set_engine_environment(environment: MutableMapping[str, str]) -> None:
    """Settle polars' and numpy's settings before they are imported; polars' threads stay.

    The folder for what does not fit in memory comes from the client, which wipes it after a kill.
    """
    for name in [name for name in environment if name.startswith("POLARS_")]:
        if name != "POLARS_MAX_THREADS":
            del environment[name]
    # Polars aborts itself above this share of memory, before the system picks another victim.
    environment["POLARS_OOMKILL_THRESHOLD_FRACTION"] = _MEMORY_SHARE
    # No digit may depend on the number of cores, and matrices are small: more threads only wait.
    environment.update(dict.fromkeys(_ALGEBRA_THREADS, "1"))
    if SPILL_FOLDER in environment:
        environment["POLARS_OOC_SPILL_DIR"] = environment[SPILL_FOLDER]


def wipe_spilled() -> None:
    """Remove what did not fit in memory and lies on disk."""
    if SPILL_FOLDER in os.environ:
        shutil.rmtree(os.environ[SPILL_FOLDER], ignore_errors=True)
