"""What all batches share: one worker, one report, and GIMP's run modes."""

from gi.repository import Gimp, GObject

from matte_core.base.errors import Cancelled, MatteError, SetupError, WorkerError
from matte_core.base.localization import _
from matte_core.batch.report import FATAL, OUTCOMES, Report
from matte_plugin import arguments, failures, running
from matte_plugin.set_up import offer


def add_report_values(procedure):
    """Add the return values of a batch: a count for each outcome, and the report."""
    for outcome, words in OUTCOMES.items():
        procedure.add_int_return_value(
            outcome, words.capitalize(), _("Number of items: {what}").format(what=words),
            0, GObject.G_MAXINT, 0, arguments.READWRITE,
        )  # fmt: skip
    procedure.add_string_return_value(
        "report", _("Report"), _("The outcome for each item, one per line"), "", arguments.READWRITE
    )


def run(procedure, run_mode, config, action, arrange=None):
    """Run a batch in any of GIMP's run modes.

    Parameters
    ----------
    action : callable
        Does the work, given the view and the report; see `for_each`.
    arrange : callable, optional
        See `dialogs.ask`.
    """
    if run_mode == Gimp.RunMode.INTERACTIVE:
        from matte_plugin import dialogs  # the toolkit, which needs a screen

        if not offer.is_set_up() or not dialogs.ask(procedure, config, arrange):
            return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, None)
    report = Report()
    view = _view(procedure, run_mode)
    try:
        values = failures.run_guarded(procedure, lambda: action(view, report))
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


def action(work, arrange):
    """Return the `run` function of a batch that needs no image: `work(config, view, report)`."""

    def run_action(procedure, config, _data):
        run_mode = config.get_property("run-mode")
        return run(
            procedure, run_mode, config, lambda view, report: work(config, view, report), arrange
        )

    return run_action


def for_each(items, name_of, cut, view, report):
    """Cut out items one after the other; a failure does not stop the rest.

    Parameters
    ----------
    items : sequence
    name_of : callable
        Returns the name of an item for the report.
    cut : callable
        Given the worker, the item, and a progress callback, returns an outcome and a remark
        for the report.
    view
        A `BarView` or a `window.BatchWindow`.
    report : Report
        Receives an entry for each item.

    Raises
    ------
    ModelError, SetupError
        Immediately, as all other items would fail in the same way.
    Cancelled
    """
    named = [(name_of(item), item) for item in items]  # some may be gone before their turn
    with _SteadyWorker() as worker:
        for number, (name, item) in enumerate(named):
            progress = view.begin(number, len(named), name)
            try:
                entry = report.add(name, *cut(worker, item, progress))
            except (*FATAL, Cancelled):
                raise
            except MatteError as error:
                entry = report.add_failure(name, error)
            view.add(entry)


class _SteadyWorker:
    """A worker that is started when needed, and restarted after a failure."""

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
    """GIMP's own progress bar, for batches without a window."""

    def __init__(self):
        Gimp.progress_init("Matte")

    def begin(self, number, total, name):
        """Return the progress callback for an item."""
        words = _("{number} of {total}, {name}: ").format(number=number + 1, total=total, name=name)
        return running.gimp_progress(number / total, 1 / total, words)

    def add(self, entry):
        """Show an outcome: nothing to do, as the report contains it."""

    def finish(self, report, is_complete):
        """Show the report: nothing to do, as the procedure returns it."""

    def close(self):
        """Remove the progress bar."""
        Gimp.progress_end()


def _view(procedure, run_mode):
    if run_mode != Gimp.RunMode.NONINTERACTIVE:
        from matte_plugin.batch import window  # the toolkit

        if window.has_screen():
            return window.BatchWindow(procedure)
    return BarView()
