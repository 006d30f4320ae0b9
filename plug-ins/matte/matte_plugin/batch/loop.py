"""What all batches share: one worker, one report, and every mode that GIMP asks for."""

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, GObject

from matte_core.base.errors import (
    Cancelled,
    MatteError,
    ModelError,
    NoSubjectError,
    SetupError,
    WorkerError,
)
from matte_core.base.localization import _, localized
from matte_core.batch.report import FAILED, NO_SUBJECT, OUTCOMES, Entry, Report
from matte_plugin import arguments, running

# What fails for one like this fails for all.
_FATAL = (ModelError, SetupError, Cancelled)


def add_report_values(procedure):
    """Add what a batch returns: the counts, and the report in words."""
    for outcome, words in OUTCOMES.items():
        procedure.add_int_return_value(
            outcome, words.capitalize(), _("How many: {what}").format(what=words),
            0, GObject.G_MAXINT, 0, arguments.READWRITE,
        )  # fmt: skip
    procedure.add_string_return_value(
        "report", _("Report"), _("What became of each, line by line"), "", arguments.READWRITE
    )


def run(procedure, run_mode, config, action, arrange=None):
    """Run a batch in whichever mode GIMP asks for.

    Parameters
    ----------
    action : callable
        Given the view and the report, does the work; see `for_each`.
    arrange : callable, optional
        See `dialogs.ask`.
    """
    if run_mode == Gimp.RunMode.INTERACTIVE:
        from matte_plugin import dialogs  # the toolkit, which needs a screen

        if not running.offer_set_up() or not dialogs.ask(procedure, config, arrange):
            return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
    report = Report()
    view = _view(procedure, run_mode)
    try:
        values = running.outcome_of(procedure, lambda: action(view, report))
        is_complete = values.index(0) == Gimp.PDBStatusType.SUCCESS
        view.finish(report, is_complete)
    finally:
        view.close()
    if is_complete:
        while values.length() > 1:
            values.remove(1)
        for outcome in OUTCOMES:
            values.append(GObject.Value(GObject.TYPE_INT, report.count(outcome)))
        values.append(GObject.Value(GObject.TYPE_STRING, str(report)))
    return values


def for_each(items, name_of, cut, view, report):
    """Cut out one after the other; one that fails does not stop the rest.

    Parameters
    ----------
    items : sequence
    name_of : callable
        Names an item for a person.
    cut : callable
        Given the worker, the item and a progress callback, returns an outcome and words for the
        report.
    view
        A `BarView` or a `window.BatchWindow`.
    report : Report
        Gets an entry for each.

    Raises
    ------
    ModelError, SetupError
        At once, as all others would fail alike.
    Cancelled
    """
    named = [(name_of(item), item) for item in items]  # some may be gone before their turn
    with _SteadyWorker() as worker:
        for number, (name, item) in enumerate(named):
            progress = view.begin(number, len(named), name)
            try:
                outcome, words = cut(worker, item, progress)
            except _FATAL:
                raise
            except NoSubjectError as error:
                outcome, words = NO_SUBJECT, localized(error)
            except MatteError as error:
                outcome, words = FAILED, localized(error)
            report.entries.append(Entry(name, outcome, words))
            view.add(report.entries[-1])


class _SteadyWorker:
    """A worker that is started when it is needed, and again after it has failed."""

    def __init__(self):
        self._worker = None

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._end()

    def call(self, request, progress):
        """Send a request to the worker; see `Worker.call`."""
        if self._worker is None or not self._worker.is_running:
            self._end()
            try:
                self._worker = running.worker().__enter__()
            except WorkerError as error:
                raise SetupError(error.message, error.hint) from error
        try:
            return self._worker.call(request, progress)
        except WorkerError:
            self._end()
            raise

    def _end(self):
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()


class BarView:
    """GIMP's own progress bar, where there is nobody to show a window to."""

    def __init__(self):
        Gimp.progress_init("Matte")

    def begin(self, number, total, name):
        """Return the progress callback of one out of several."""
        words = _("{number} of {total}, {name}: ").format(number=number + 1, total=total, name=name)
        return running.gimp_progress(number / total, 1 / total, words)

    def add(self, entry):
        """Show what became of one: the report tells it all at the end."""

    def finish(self, report, is_complete):
        """Show the report: it is returned."""

    def close(self):
        """Take the bar away."""
        Gimp.progress_end()


def _view(procedure, run_mode):
    if run_mode != Gimp.RunMode.NONINTERACTIVE:
        from matte_plugin.batch import window  # the toolkit

        if window.has_screen():
            return window.BatchWindow(procedure)
    return BarView()
