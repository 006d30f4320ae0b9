"""Sessions of onnxruntime: opened on what accelerates, within a limit of memory, never printing."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime

from matte_core.base.errors import ModelError
from matte_core.base.messages import Message

Session: TypeAlias = Any

_ACCELERATED = (
    "CUDAExecutionProvider",
    "DmlExecutionProvider",
    "CoreMLExecutionProvider",
    "OpenVINOExecutionProvider",
)
_FAILURES: tuple[type[Exception], ...] = (
    *(
        kind
        for kind in vars(runtime).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    ),
    RuntimeError,
    ValueError,
)
MAX_MEMORY_BYTES = 4 << 30
_OUT_OF_MEMORY = "Available memory of"  # how onnxruntime's allocator says it


def open_session(model: bytes | str, providers: Sequence[str] | None = None) -> Session:
    """Make an onnxruntime session of an ONNX file's bytes or path.

    Whatever accelerates on this machine is tried first; the CPU does where that fails.

    Raises
    ------
    ModelError
        If onnxruntime cannot read the file or does not know its operators.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    if _share_capped_memory():
        options.add_session_config_entry("session.use_env_allocators", "1")
    if providers is None:
        available = onnxruntime.get_available_providers()
        accelerated = [name for name in _ACCELERATED if name in available]
        if accelerated:
            try:
                return onnxruntime.InferenceSession(
                    model, options, providers=[*accelerated, "CPUExecutionProvider"]
                )
            except _FAILURES:
                return open_session(model, ["CPUExecutionProvider"])
        providers = ["CPUExecutionProvider"]
    try:
        # With nothing to fall back to, it would print, try the same again, and fail again.
        return onnxruntime.InferenceSession(
            model, options, providers=list(providers), enable_fallback=0
        )
    except _FAILURES as error:
        raise ModelError(
            Message("The model cannot be used: {why}", why=_first_line(error)),
            Message("Use another model, or export it again with standard ONNX operators."),
        ) from error


@cache
def _share_capped_memory() -> bool:
    """Give all sessions one pool of memory with an upper limit; return whether that worked.

    A file of a hundred bytes can ask for more memory than the machine has. With the limit
    onnxruntime refuses that as an error, where it would otherwise take the machine down.
    """
    try:
        where = onnxruntime.OrtMemoryInfo(
            "Cpu",
            onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR,
            0,
            onnxruntime.OrtMemType.DEFAULT,
        )
        arena = onnxruntime.OrtArenaCfg({"max_mem": MAX_MEMORY_BYTES, "arena_extend_strategy": 1})
        onnxruntime.create_and_register_allocator(where, arena)
    except _FAILURES:
        return False
    return True


def run_session(session: Session, tensor: NDArray[Any]) -> NDArray[Any]:
    """Run a session of one input and return its first output."""
    try:
        answers = session.run(None, {session.get_inputs()[0].name: tensor})
    except _FAILURES as error:
        if _OUT_OF_MEMORY in str(error):
            raise ModelError(
                f"The model wants more than {MAX_MEMORY_BYTES >> 30} GiB of memory for a "
                f"picture of shape {tensor.shape}.",
                "Use another model.",
            ) from error
        raise ModelError(
            f"The model failed on a picture of shape {tensor.shape}: {_first_line(error)}",
            "Check its description with `models show`, or use another model.",
        ) from error
    answer = answers[0]
    if not isinstance(answer, np.ndarray):
        raise ModelError("The model does not answer with an array of numbers.")
    return answer


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
