"""What a property is: inputs to make up, and what must hold for every one of them."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as with_seed
from hypothesis.strategies import SearchStrategy

from matte_core.base.errors import MatteError

_UNHURRIED = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)


@dataclass(frozen=True)
class Property:
    """One thing that must hold."""

    name: str
    inputs: SearchStrategy[Any]  # each example is one input, as plain values
    holds: Callable[[Any], None]  # given an input; raises where it does not hold
    # How many inputs a test run tries, and how many the long run.
    short: int
    long: int

    def try_out(
        self, count: int, before: Callable[[Any], None] | None = None, seed: int | None = None
    ) -> None:
        """Try `count` inputs; the first that does not hold is made small, and raised.

        Without a seed the inputs are the same at every run.
        """

        def trial(given_input: Any) -> None:
            if before is not None:
                before(given_input)
            self.holds(given_input)

        phases = (Phase.generate, Phase.shrink)
        chosen = settings(
            max_examples=count,
            database=None,
            deadline=None,
            derandomize=seed is None,
            phases=phases,
            suppress_health_check=_UNHURRIED,
            report_multiple_bugs=False,
        )
        run = chosen(given(self.inputs)(trial))
        if seed is not None:
            run = with_seed(seed)(run)
        run()


@contextlib.contextmanager
def refused() -> Iterator[None]:
    """Let an error of the project's own pass if it has words for a person, and no other."""
    try:
        yield
    except MatteError as error:
        if not error.message:
            raise AssertionError(f"a {type(error).__name__} that says nothing") from error
