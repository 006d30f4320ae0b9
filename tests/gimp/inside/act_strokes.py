"""Changing the subject by strokes in the preview: keep the flag, remove the helmet."""

import time

from act_portrait import FLAG, HELMET, SIZE
from preview import RIGHT, Preview

ACTION = "Cut Out Subject"
GRID_PX = 8
ALPHAS = (
    "import struct; mask = image.get_layers()[-1].get_mask(); box = Gegl.Rectangle.new(0, 0, "
    "mask.get_width(), mask.get_height()); found = memoryview(mask.get_buffer().get(box, 1.0, "
    "'Y float', Gegl.AbyssPolicy.NONE)).cast('f'); "
    "answer = [found[y * mask.get_width() + x] for x, y in {spots}]"
)
#: Over the helmet at the lower right, which is of the subject, and over the flag, which is not.
OVER_HELMET = [(345, 450), (400, 400), (465, 440), (440, 495)]
OVER_FLAG = [(12, 120), (20, 300)]
SPOTS = [
    (x, y)
    for x in range(GRID_PX // 2, SIZE[0], GRID_PX)
    for y in range(GRID_PX // 2, SIZE[1], GRID_PX)
]
#: Of the background, and of her.
SKY, FACE = (60, 60), (225, 110)
OVER_OTHERS = [(20, 40), (330, 60), (225, 130), (190, 480)]
AGREEMENT = 0.99


def change(session):
    """Paint, undo, redo, and paint the opposite; see the result, then what OK writes."""
    window = session.window
    shown = []

    def paint():
        preview = Preview(window, ACTION, SIZE)
        is_seen = preview.is_seen
        window.wait_for(lambda: is_seen(HELMET) and not is_seen(FLAG), 90, "what was found")
        time.sleep(1)  # the draft is followed by the result
        window.keys("k", "bracketright", "bracketleft")
        preview.paint(*OVER_FLAG)
        window.keys("p")
        window.wait_for(lambda: is_seen(FLAG), 30, "the flag after a Keep stroke")
        window.keys("ctrl+z")
        window.wait_for(lambda: not is_seen(FLAG), 30, "the flag to go")
        window.keys("ctrl+shift+z")
        window.wait_for(lambda: is_seen(FLAG), 30, "the flag to come again")
        session.see("a Keep stroke adds, undo and redo take it back and again", is_seen(HELMET))
        window.keys("k")
        preview.paint(*OVER_HELMET, button=RIGHT)
        window.keys("p")
        window.wait_for(lambda: not is_seen(HELMET), 30, "the helmet to go")
        session.see("the right button removes", is_seen(FLAG))
        shown.extend(settled(preview))

    session.run(ACTION, in_dialog=paint)
    alphas = session.ask(ALPHAS.format(spots=SPOTS))
    clear = [
        (is_seen, alpha > 0.5)
        for is_seen, alpha in zip(shown, alphas, strict=True)
        if not 0.02 < alpha < 0.98
    ]
    agreeing = sum(is_seen == is_kept for is_seen, is_kept in clear) / len(clear)
    print(f"preview and mask agree on {agreeing:.1%} of {len(clear)} spots", flush=True)
    session.see("the mask is what the preview showed", agreeing > AGREEMENT)
    repeat(session)
    window.keys("ctrl+z")
    time.sleep(1)
    cancel(session)


def repeat(session):
    """Repeat the action, which begins without the strokes; undo that."""
    window = session.window
    ends = ALPHAS.format(spots=[HELMET, FLAG])
    with_strokes = session.fingerprint()
    before = session.ask(ends)
    window.keys("ctrl+f")
    window.wait_for(lambda: session.fingerprint() != with_strokes, 60, "the action to be repeated")
    session.wait_for_the_end("Repeat")
    session.see(
        "repeat begins without the strokes",
        [alpha > 0.5 for alpha in before] == [False, True]
        and [alpha > 0.5 for alpha in session.ask(ends)] == [True, False],
    )
    window.keys("ctrl+z")
    session.see("one undo gives the image back, bit for bit", session.becomes(with_strokes))


def settled(preview):
    """Return where the subject is seen once the draft has given way to the result."""
    seen = None
    for _ in range(20):
        before, seen = seen, preview.seen(SPOTS)
        if seen == before:
            break
        time.sleep(2)
    return seen


def cancel(session):
    """Deselect all, paint, and cancel: nothing has changed."""
    window = session.window
    before = session.fingerprint()
    session.dialog(ACTION)
    preview = Preview(window, ACTION, SIZE)
    window.wait_for(lambda: not preview.is_seen(SKY) and preview.can_tick(), 90, "what was found")
    preview.tick_first()
    window.wait_for(lambda: preview.is_seen(SKY), 30, "the photo, nothing being selected")
    window.keys("k")
    preview.paint(*OVER_HELMET)
    preview.paint(*OVER_OTHERS, button=RIGHT)
    window.keys("p")

    def is_alone():
        return preview.is_seen(HELMET) and not any(map(preview.is_seen, (SKY, FACE)))

    window.wait_for(is_alone, 30, "what the strokes mean by themselves")
    session.see("two strokes are enough where nothing is selected", is_alone())
    window.keys("h")
    preview.paint((200, 60), (260, 40))
    window.keys("e")
    preview.paint((200, 60), (260, 40))
    window.keys_in(ACTION, "Escape")
    window.wait_for(lambda: not window.windows(ACTION), 30, "it to close")
    session.wait_for_the_end(ACTION)
    session.see("cancelling after strokes changes nothing", session.fingerprint() == before)
