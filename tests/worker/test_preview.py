"""A preview repeats only the steps that a control touches."""

from dataclasses import replace
from functools import partial
from typing import get_args

import numpy as np
import pytest

from matte_core import matting
from matte_core import steps as steps_module
from matte_core.base.errors import InputError, NoSubjectError
from matte_core.base.progress import silent
from matte_core.link.fields import EdgeControls, Region, View, ViewSettings
from matte_core.link.strokes import Stroke
from matte_core.matting import edge as edge_module
from matte_core.steps import Steps
from matte_core.worker.preview import Preview

STEPS = {
    "segment": steps_module,
    "trimap_of": steps_module,
    "estimate_alpha": matting,
    "adjust_edge": edge_module,
    "estimate_foreground": matting,
}
SELECTED = ViewSettings(with_selection=True)


def disc(size=96):
    rows, columns = np.mgrid[:size, :size]
    distance = np.hypot(rows - size / 2, columns - size / 2)
    image = np.where((distance < size / 4)[..., None], (230, 180, 60), (30, 60, 120))
    grain = np.random.default_rng(1).integers(0, 20, (size, size, 1))
    return (image + grain).astype(np.uint8), distance < size / 3


@pytest.fixture
def counted(monkeypatch, tmp_path):
    """Count how often each step is computed; no network is installed."""
    monkeypatch.setenv("MATTE_HOME", str(tmp_path))
    counts = dict.fromkeys(STEPS, 0)
    for name, module in STEPS.items():
        plain = getattr(module, name)

        def counting(*arguments, _plain=plain, _name=name, **options):
            counts[_name] += 1
            return _plain(*arguments, **options)

        monkeypatch.setattr(module, name, counting)
    return counts


def test_a_step_is_computed_again_only_for_another_key():
    steps, made = Steps(disc()[0]), []
    one, same = np.zeros(3), np.zeros(3)
    for key in ((1, "a"), (1, "a"), (2, "a"), (2, one), (2, one), (2, same), (None, same)):
        steps.once("alpha", key, partial(made.append, key))
    assert len(made) == 5, "arrays are compared by identity"


def test_a_step_that_fails_is_not_kept():
    steps = Steps(disc()[0])
    with pytest.raises(ZeroDivisionError):
        steps.once("alpha", (1,), lambda: 1 // 0)
    assert steps.once("alpha", (1,), lambda: 7) == 7


def test_every_view_has_the_size_of_the_picture(counted):
    image, hint = disc()
    preview = Preview(image, hint)
    for view in get_args(View):
        picture = preview.show(replace(SELECTED, view=view), silent)
        assert picture.dtype == np.uint8
        # On a picture that is not chosen yet there is nothing behind the subject.
        assert picture.shape == (96, 96, 4 if view in ("cut-out", "background") else 3)
    assert set(counted.values()) <= {0, 1}


def test_views_show_what_they_say(counted):
    image, hint = disc()
    preview = Preview(image, hint)

    def seen(view, **more):
        return preview.show(replace(SELECTED, view=view, **more), silent)

    assert np.array_equal(seen("original"), image)
    assert tuple(seen("black")[0, 0]) == (0, 0, 0)
    assert tuple(seen("white")[0, 0]) == (255, 255, 255)
    assert tuple(seen("color", color=(9, 8, 7))[0, 0]) == (9, 8, 7)
    assert np.array_equal(seen("black")[48, 48], image[48, 48])
    assert seen("matte")[48, 48, 0] == 255
    assert seen("matte")[0, 0, 0] == 0
    assert seen("cut-out")[48, 48, 3] == 255
    assert set(np.unique(seen("trimap"))) == {0, 128, 255}
    assert seen("overlay")[0, 0, 0] > image[0, 0, 0]


def test_a_draft_needs_no_matting_and_is_replaced(counted):
    image, hint = disc()
    preview = Preview(image, hint)
    settings = replace(SELECTED, view="matte")
    draft = preview.show(replace(settings, is_draft=True), silent)
    assert draft[48, 48, 0] > 200
    assert draft[0, 0, 0] < 50
    assert (counted["segment"], counted["estimate_alpha"]) == (1, 0)
    for _ in range(2):
        preview.show(settings, silent)
    assert (counted["segment"], counted["estimate_alpha"]) == (2, 1)


def test_a_background_covers_the_picture_and_is_centered(counted):
    image, hint = disc()
    preview = Preview(image, hint)
    # Three times as wide as high: its middle third is seen.
    behind = np.zeros((48, 144, 3), np.uint8)
    behind[:, 48:96], behind[:, 96:] = (200, 100, 50), (255, 255, 255)
    preview.background = behind
    picture = preview.show(replace(SELECTED, view="background"), silent)
    assert picture.shape == (96, 96, 3)
    assert tuple(picture[4, 4]) == tuple(picture[4, 91]) == (200, 100, 50)
    assert np.array_equal(picture[48, 48], image[48, 48])


def test_a_part_in_full_lies_where_the_background_does(counted):
    image, hint = disc()
    behind = np.dstack([np.tile(np.arange(96, dtype=np.uint8) * 2, (96, 1))] * 3)
    preview = Preview(image, hint)
    preview.background = behind
    settings, region = replace(SELECTED, view="background"), Region(0.0, 0.5, 0.25, 1.0)
    whole = preview.show(settings, silent)
    part = preview.detail(image[:24, 48:].copy(), region, settings, EdgeControls(), silent)
    assert abs(part.astype(int) - whole[:24, 48:]).max() <= 1


def test_a_control_repeats_only_what_it_touches(counted):
    image, hint = disc()
    preview = Preview(image, hint)
    base = replace(SELECTED, view="black")
    preview.show(base, silent)
    counted.update(dict.fromkeys(counted, 0))
    preview.show(replace(base, view="white"), silent)
    assert not any(counted.values())
    preview.show(replace(base, decontaminate=0.5), silent)
    assert not any(counted.values())
    preview.show(replace(base, edge=EdgeControls(feather_px=3.0)), silent)
    assert {name for name, count in counted.items() if count} == {"adjust_edge"}
    counted.update(dict.fromkeys(counted, 0))
    preview.show(replace(base, radius_px=9), silent)
    assert counted["segment"] == 0
    assert counted["trimap_of"] == counted["estimate_alpha"] == 1


def test_a_painted_trimap_needs_no_segmentation(counted):
    image, hint = disc()
    trimap = np.where(hint, np.uint8(128), np.uint8(0))
    trimap[40:56, 40:56] = 255
    preview = Preview(image, None, trimap)
    assert preview.show(ViewSettings(view="matte"), silent)[48, 48, 0] == 255
    assert counted["segment"] == counted["trimap_of"] == 0


def test_a_selection_that_is_missing_is_said(counted):
    image, _ = disc()
    with pytest.raises(InputError, match="Nothing is selected"):
        Preview(image).show(SELECTED, silent)


def test_a_part_in_full_shows_what_the_whole_shows(counted):
    image, hint = disc(192)
    small, small_hint = image[::2, ::2].copy(), hint[::2, ::2].copy()
    preview = Preview(small, small_hint)
    settings, edge = replace(SELECTED, view="matte"), EdgeControls()
    region = Region(0.25, 0.25, 0.75, 0.75)
    part = preview.detail(image[48:144, 48:144].copy(), region, settings, edge, silent)
    whole = preview.show(settings, silent)
    assert part.shape == (96, 96, 3)
    assert abs(part[::2, ::2].astype(float) - whole[24:72, 24:72]).mean() < 8
    region = Region(0, 0, 0.1, 0.1)
    corner = preview.detail(image[:20, :20].copy(), region, settings, edge, silent)
    assert not corner.any()


DISC = Stroke("keep", 6.0, ((48.5, 48.5),))
CORNER = Stroke("remove", 6.0, ((8.5, 8.5),))


def test_strokes_repeat_neither_the_segmentation_nor_in_a_draft_the_matting(counted):
    image, hint = disc()
    preview = Preview(image, hint)
    base = replace(SELECTED, view="cut-out")
    before = preview.show(base, silent)
    counted.update(dict.fromkeys(counted, 0))
    drafted = preview.show(replace(base, strokes=(CORNER,), is_draft=True), silent)
    assert not any(counted.values())
    assert drafted[8, 8, 3] == 0
    exact = preview.show(replace(base, strokes=(CORNER, DISC)), silent)
    assert (counted["segment"], counted["estimate_alpha"]) == (0, 1)
    assert exact[48, 48, 3] == 255
    assert np.array_equal(preview.show(base, silent), before), "an undone stroke leaves no trace"


def test_strokes_are_in_pixels_of_the_layer_and_known_in_the_trimap(counted):
    image, hint = disc()
    preview = Preview(image, hint, full_size=(960, 960))
    strokes = (
        Stroke("keep", 50.0, ((100.0, 100.0),)),
        Stroke("remove", 50.0, ((480.0, 480.0),)),
        Stroke("hair", 50.0, ((100.0, 800.0),)),
    )
    trimap = preview.show(replace(SELECTED, view="trimap", strokes=strokes), silent)[..., 0]
    assert (trimap[10, 10], trimap[48, 48], trimap[80, 10]) == (255, 0, 128)


def test_a_subject_that_nothing_finds_is_kept_by_a_stroke(counted):
    flat = np.full((64, 64, 3), 90, np.uint8)
    flat[20:44, 20:44] += 1
    preview = Preview(flat)
    settings = ViewSettings(view="matte")
    for _ in range(2):
        with pytest.raises(NoSubjectError):
            preview.show(settings, silent)
    for is_draft in (True, False):
        kept = replace(settings, strokes=(Stroke("keep", 5.0, ((32.5, 32.5),)),), is_draft=is_draft)
        assert preview.show(kept, silent)[32, 32, 0] == 255
    assert preview.found.source == "strokes"


def test_strokes_override_a_painted_trimap(counted):
    image, hint = disc()
    trimap = np.where(hint, np.uint8(128), np.uint8(0))
    trimap[40:56, 40:56] = 255
    preview = Preview(image, None, trimap)
    settings = ViewSettings(view="matte")
    before = preview.show(settings, silent)
    marked = (replace(CORNER, kind="keep"), replace(DISC, kind="remove"))
    for is_draft in (True, False):
        shown = preview.show(replace(settings, strokes=marked, is_draft=is_draft), silent)
        assert (shown[8, 8, 0], shown[48, 48, 0]) == (255, 0)
    assert np.array_equal(preview.show(settings, silent), before)
    assert counted["segment"] == 0


def test_strokes_are_as_fine_as_the_pixels_at_full_size(counted):
    image, hint = disc(192)
    preview = Preview(image[::2, ::2].copy(), hint[::2, ::2].copy(), full_size=(192, 192))
    line = Stroke("remove", 0.5, ((60.5, 97.5), (130.5, 97.5)))
    around = [Stroke("keep", 2.0, ((60.5, y), (130.5, y))) for y in (91.5, 103.5)]
    settings = replace(SELECTED, view="matte", strokes=(*around, line))
    region = Region(0.25, 0.25, 0.75, 0.75)
    for is_draft in (True, False):
        part = preview.detail(
            image[48:144, 48:144].copy(),
            region,
            replace(settings, is_draft=is_draft),
            EdgeControls(),
            silent,
        )[..., 0]
        row = 97 - 48
        assert not part[row, 20:70].any()
    assert part[row - 6, 40] == part[row + 6, 40] == 255
