"""What can be said about --model and --subject before any picture is read."""

import argparse
import difflib
from collections.abc import Sequence

from matte_core.base.classes import SUBJECT_WORDS, VOC_CLASSES
from matte_core.base.errors import InputError, ModelError
from matte_core.catalog.registry import resolve, spec_path
from matte_core.catalog.spec import read_spec
from matte_core.cli.options import UsageError
from matte_core.segmentation.subject import parse_subject


def check_request(args: argparse.Namespace, *, needs_network: bool = False) -> None:
    """Check that a network and its classes are there, as far as that costs nothing.

    Parameters
    ----------
    args : Namespace
        With `subject` and `model`.
    needs_network : bool
        Whether GrabCut cannot stand in.

    Raises
    ------
    UsageError
        If the network does not know a class that is asked for.
    ModelError
        If the network that was named, or that is needed, is not installed.
    """
    classes: Sequence[str] | None = VOC_CLASSES
    try:
        described = spec_path(resolve(args.model))
        # An ONNX file from elsewhere has no description; running it will tell its classes.
        classes = read_spec(described).classes if described.is_file() else None
    except ModelError:
        if args.model is not None or needs_network:
            raise
    if classes is None:
        return
    names = [args.subject] if isinstance(args.subject, str) else args.subject
    for name in names:
        if len(names) == 1 and name in SUBJECT_WORDS:
            return
        try:
            parse_subject(name if name not in SUBJECT_WORDS else [f"{name} in a list"], classes)
        except InputError:
            known = (*(SUBJECT_WORDS if len(names) == 1 else ()), *classes[1:])
            near = difflib.get_close_matches(name, known, 1)
            guess = f" (did you mean {near[0]}?)" if near else ""
            raise UsageError(
                f"unknown subject {name!r}{guess}; choose from {', '.join(known)}; "
                'one of several is "person 2", counted from the left, "person left", or '
                '"person at 0.3 0.5"'
            ) from None
