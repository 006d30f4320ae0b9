"""Run models with ONNX Runtime: on what accelerates, within a limit of memory, never printing."""

from functools import cache
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime

from matte_core.base.errors import ModelError
from matte_core.base.messages import Message
from matte_core.base.threads import most_threads

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


_DTYPES = {"tensor(uint8)": np.uint8, "tensor(float16)": np.float16, "tensor(float)": np.float32}


class OnnxRuntimeSession:
    """A model in ONNX Runtime; see `matte_core.networks.session`.

    Parameters
    ----------
    model : bytes or str
        An ONNX file's bytes or path.
    only_cpu : bool, optional
        Leave out whatever else accelerates on this machine. Otherwise that is tried first, and the
        CPU does where it fails.

    Raises
    ------
    ModelError
        If ONNX Runtime cannot read the file or does not know its operators.
    """

    def __init__(self, model: bytes | str, *, only_cpu: bool = False) -> None:
        self._session = _open(model, only_cpu)
        self._input = self._session.get_inputs()[0]

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(_DTYPES[self._input.type])

    def run(self, tensor: NDArray[Any]) -> NDArray[Any]:
        """Run the model; see `matte_core.networks.session.Session`."""
        try:
            answers = self._session.run(None, {self._input.name: tensor})
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


def _open(model: bytes | str, only_cpu: bool) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = most_threads()
    # Between two runs its threads would otherwise keep the cores busy, waiting for more.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    if _share_capped_memory():
        options.add_session_config_entry("session.use_env_allocators", "1")
    available = onnxruntime.get_available_providers()
    accelerated = [name for name in _ACCELERATED if name in available and not only_cpu]
    if accelerated:
        try:
            return onnxruntime.InferenceSession(
                model, options, providers=[*accelerated, "CPUExecutionProvider"]
            )
        except _FAILURES:
            return _open(model, only_cpu=True)
    try:
        # With nothing to fall back to, it would print, try the same again, and fail again.
        return onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"], enable_fallback=0
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


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
