"""A step's progress is mapped into its share of the whole."""

from matte_core.base.progress import part, silent


def test_a_part_fills_its_share():
    seen = []
    report = part(lambda fraction, step: seen.append((round(fraction, 6), step)), 0.5, 0.7)
    for fraction in (-1, 0, 0.5, 1, 2):
        report(fraction, "Solving")
    assert seen == [(f, "Solving") for f in (0.5, 0.5, 0.6, 0.7, 0.7)]


def test_a_part_can_have_a_name_of_its_own():
    seen = []
    part(lambda fraction, step: seen.append(step), 0, 1, "Matting")(0.1, "Solving")
    assert seen == ["Matting"]


def test_no_callback_reports_nothing():
    assert part(None, 0, 1) is silent
    assert silent(0.5, "x") is None
