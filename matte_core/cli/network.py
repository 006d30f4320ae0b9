"""What can be said about --model and --subject before any picture is read."""

import argparse
import difflib
from pathlib import Path

from matte_core.base.classes import NOTHING, SUBJECT_WORDS, VOC_CLASSES
from matte_core.base.errors import InputError, ModelError
from matte_core.catalog.published import BUILT_IN, BUILT_IN_SPEC, CLASS_MODEL
from matte_core.catalog.registry import class_model, model_path, resolve, spec_path
from matte_core.catalog.spec import ModelSpec, read_spec
from matte_core.catalog.subject_words import parse_subject
from matte_core.cli.options import UsageError


def check_request(args: argparse.Namespace, *, needs_classes: bool = False) -> None:
    """Check that a model and the classes it is asked for exist, as far as that costs nothing.

    Parameters
    ----------
    args : Namespace
        With `subject` and `model`.
    needs_classes : bool
        Whether the model must know classes by name.

    Raises
    ------
    UsageError
        If no model knows a class that is asked for.
    ModelError
        If a model that was named, or that is needed, is not installed.
    """
    first = _spec(resolve(args.model))
    if first is None:
        return  # an ONNX file without a description: running it will tell its classes
    by_name = class_model() if first.finds_subject else None
    second = None if by_name is None else _spec(by_name)
    if needs_classes and first.finds_subject and second is None:
        raise ModelError(
            "A map of classes needs a model that knows classes, and none is installed.",
            f"Get one with `matte models fetch {CLASS_MODEL}`.",
        )
    classes = [*first.classes, *(second.classes if second is not None else ())]
    names = [args.subject] if isinstance(args.subject, str) else args.subject
    for name in names:
        if len(names) > 1 or name not in (*SUBJECT_WORDS, NOTHING):
            _check_name(name, classes, is_alone=len(names) == 1)


def _check_name(name: str, classes: list[str], *, is_alone: bool) -> None:
    try:
        parse_subject([f"{name} in a list"] if name in SUBJECT_WORDS else name, classes)
    except InputError:
        known = (*(SUBJECT_WORDS if is_alone else ()), *classes[1:])
        near = difflib.get_close_matches(name, (*known, *VOC_CLASSES[1:]), 1)
        guess = f" (did you mean {near[0]}?)" if near else ""
        raise UsageError(
            f"unknown subject {name!r}{guess}; choose from {', '.join(known)}; to pick one of "
            'several, "person 2" (counted from the left), "person left", or "person at 0.3 0.5"'
        ) from None


def _spec(path: Path) -> ModelSpec | None:
    if path == model_path(BUILT_IN):
        return BUILT_IN_SPEC
    described = spec_path(path)
    return read_spec(described) if described.is_file() else None
