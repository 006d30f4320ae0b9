from matte_core.base.errors import InputError, NoSubjectError
from matte_core.batch.report import DONE, FAILED, NO_SUBJECT, SKIPPED, Report


def test_each_item_is_a_line_and_each_outcome_is_counted():
    report = Report()
    report.add("a.jpg", DONE)
    report.add("b.jpg", SKIPPED, "b.png already exists")
    assert report.add_failure("c.jpg", NoSubjectError("Empty.")).outcome == NO_SUBJECT
    assert report.add_failure("d.jpg", InputError("Odd.", "Try another.")).outcome == FAILED
    assert str(report).splitlines() == [
        "cut out: a.jpg",
        "skipped: b.jpg: b.png already exists",
        "no subject: c.jpg: Empty.",
        "failed: d.jpg: Odd. Try another.",
    ]
    assert report.summary() == "1 cut out, 1 no subject, 1 skipped, 1 failed"
    assert report.count(FAILED, NO_SUBJECT) == 2
    assert Report().summary() == ""
