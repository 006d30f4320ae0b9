"""A retoucher's work on a portrait: cut out, change with a brush, composite, save, go on later."""

import time

SIZE = (512, 512)
# The subject is she and her helmet, without the flag; then she is to be with the flag instead.
FLAG, HELMET = (10, 300), (390, 440)
BLACK = [((345, 425), (465, 425)), ((320, 460), (475, 460)), ((315, 490), (465, 490))]
WHITE = [((12, 120), (10, 330))]
ALPHA_AT = (
    "import struct; mask = [layer.get_mask() for layer in image.get_layers() if layer.get_mask()]; "
    "answer = struct.unpack('f', mask[-1].get_buffer().get("
    "Gegl.Rectangle.new({x}, {y}, 1, 1), 1.0, 'Y float', Gegl.AbyssPolicy.NONE))[0]"
)
SKY = """
sky = Gimp.Image.new(640, 480, Gimp.ImageBaseType.RGB)
layer = Gimp.Layer.new(sky, "Sky", 640, 480, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL)
sky.insert_layer(layer, None, 0)
Gimp.context_push()
Gimp.context_set_foreground(Gegl.Color.new("#20508c"))
Gimp.context_set_background(Gegl.Color.new("#dcb9a0"))
Gimp.context_set_gradient_fg_bg_rgb()
layer.edit_gradient_fill(Gimp.GradientType.LINEAR, 0, False, 1, 0, False, 0, 0, 0, 480)
Gimp.context_pop()
"""
# The new background is the sky: its rows have one color each, bluer above.
IS_SKY = """
groups = [layer for layer in image.get_layers() if layer.is_group()]
answer = False
if groups:
    subject, behind = groups[0].get_children()
    def color(y):
        box = Gegl.Rectangle.new(40, y, 1, 1)
        return list(behind.get_buffer().get(box, 1.0, "R'G'B' u8", Gegl.AbyssPolicy.NONE))
    above, below = color(20), color(behind.get_height() - 20)
    answer = above[2] > above[0] + 60 and below[0] > below[2] + 20
"""


def cut_out(session):
    """Cut her out; try some other actions, and go back."""
    session.run("Cut Out All Layers", has_report=True, is_kept=False)
    session.run("Cut Out Subject", picture="dialog")
    session.picture("cut-out", seconds=1)
    session.run("Subject Mask", picture="subject-mask", is_kept=False)
    session.run("Decontaminate Colors", picture="decontaminate", is_kept=False)


def change_the_trimap(session):
    """Paint on a trimap with black and white, and matte again."""
    (photo,) = session.names()
    before = [session.ask(ALPHA_AT.format(x=x, y=y)) for x, y in (HELMET, FLAG)]
    paint_a_trimap(session, SIZE, BLACK, WHITE)
    after = [session.ask(ALPHA_AT.format(x=x, y=y)) for x, y in (HELMET, FLAG)]
    session.see("what was painted black is gone", before[0] > 0.9 and after[0] < 0.1)
    session.see("what was painted white has come", before[1] < 0.1 and after[1] > 0.9)
    session.select(photo)


def paint_a_trimap(session, size, black, white):
    """Make a trimap, paint lines on it, and matte from it."""
    window = session.window
    session.run("Trimap")
    session.picture("trimap", seconds=1)
    session.select("Matte trimap")
    time.sleep(0.5)
    window.keys("p", "d")  # the paintbrush, in black and white
    for start, end in black:
        window.drag_on_canvas(size, start, end)
    window.keys("x")
    for start, end in white:
        window.drag_on_canvas(size, start, end)
    time.sleep(0.5)
    session.picture("painted")
    session.run("Matte from Trimap", picture="from-trimap")


def composite(session):
    """Put her over another image."""
    session.ask(SKY)

    def choose_the_image():
        session.window.keys("alt+b", "End")

    session.run("Composite over Background", in_dialog=choose_the_image)
    session.picture("composite", seconds=1)
    session.see("the composite has the other image behind her", session.ask(IS_SKY))
    repeat(session)


def repeat(session):
    """Repeat it, undo that, and repeat once more when the other image is closed."""
    window = session.window
    session.select(session.names()[-1])
    before = session.fingerprint()
    window.keys("ctrl+f")
    window.wait_for(lambda: session.fingerprint() != before, 60, "the action to be repeated")
    session.wait_for_the_end("Repeat")
    session.see("repeat takes the same background", session.ask(IS_SKY))
    window.keys("ctrl+z")
    session.see("one undo gives the image back, bit for bit", session.becomes(before))
    session.ask("sky.delete()")
    window.keys("ctrl+f")
    window.wait_for(lambda: window.windows("GIMP Message"), 60, "a refusal")
    window.keys_in("GIMP Message", "Return")
    window.wait_for(lambda: not window.windows("GIMP Message"), 30, "the message to close")
    session.see("repeat refuses a background that is closed", session.becomes(before))


def save_and_go_on_later(session):
    """Save as XCF, close, open, and run again, all from the keyboard."""
    window = session.window
    path = session.folder / "saved.xcf"
    path.unlink(missing_ok=True)
    before = session.names()
    window.keys("ctrl+shift+s")
    window.wait_for(lambda: window.windows("Save Image"), 30, "the dialog to save")
    time.sleep(1)
    window.keys("ctrl+a")
    window.type(str(path))
    window.keys("Return")
    window.wait_for(path.exists, 60, "the file")
    window.wait_for(lambda: not window.windows("Save Image"), 30, "the dialog to close")
    known = session.ask("answer = [item.get_id() for item in Gimp.get_images()]")
    number = session.ask("answer = image.get_id()")
    window.keys("ctrl+w")
    is_open = f"answer = {number} in [item.get_id() for item in Gimp.get_images()]"
    window.wait_for(lambda: not session.ask(is_open), 30, "the image to close")
    window.keys("ctrl+o")
    window.wait_for(lambda: window.windows("Open Image"), 30, "the dialog to open")
    time.sleep(1)
    window.type(str(path))
    time.sleep(0.5)
    window.keys("Return")
    is_new = f"answer = any(item.get_id() not in {known} for item in Gimp.get_images())"
    window.wait_for(lambda: session.ask(is_new), 60, "the image to open")
    session.take(known)
    time.sleep(1)
    session.see("the saved file has all its layers", session.names() == before)
    session.select(before[-1])
    session.run("Matte from Trimap", changes=False)
    session.see("run again, it replaces its own result", session.names() == before)
