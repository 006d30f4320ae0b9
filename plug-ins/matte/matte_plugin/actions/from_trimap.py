"""Matte from Trimap…: matte a photo by a painted trimap."""

from functools import partial

from matte_core.base.errors import InputError
from matte_core.base.localization import _
from matte_core.link.requests import MatteRequest
from matte_plugin import arguments, outputs, running
from matte_plugin.actions import cut_out
from matte_plugin.document import items, layers, reading
from matte_plugin.preview.source import LayerSource

NAME = "plug-in-matte-from-trimap"
LABEL = _("_Matte from Trimap…")
MENUS = ("<Image>/Layer/Mask",)
BLURB = _("Resolve hair and soft edges in the gray areas of a trimap")

HELP = _(
    "Resolves hair and soft edges in the gray areas of a trimap and creates the output of your "
    "choice. The pixels of the photo are never changed. Select the photo or its trimap; a trimap "
    "created by Trimap… is found automatically, even in a saved XCF file. You can also choose any "
    "other layer or channel.\n\n"
    "Nearly white areas of the trimap are the subject, nearly black areas are the background, and "
    "everything else is unknown. Transparent areas are unknown as well; everything outside the "
    "trimap is background.\n\n"
    "{marks}\n\n"
    "Outputs: {outputs}. When run again, the action replaces its own result unless you have "
    "edited it since. The trimap layer is hidden so that the result is visible, except when the "
    "output is a new image."
).format(marks=arguments.MARKS_HELP, **arguments.listed(outputs=outputs.OF_TRIMAP))


def add_arguments(procedure):
    """Add the arguments and return values."""
    procedure.add_drawable_argument(
        "trimap", _("Trima_p"),
        _("The layer or channel to use as the trimap (none: the one created by Trimap…)"),
        True, arguments.READWRITE,
    )  # fmt: skip
    arguments.add_marks(procedure)
    arguments.add_output(procedure, outputs.OF_TRIMAP, outputs.LAYER_MASK)
    arguments.add_existing_mask(procedure)
    arguments.add_decontaminate(procedure)
    arguments.add_edge_controls(procedure)
    arguments.add_hide_original(procedure)
    arguments.add_crop(procedure, _("How to crop a new image"))
    arguments.add_new_image_value(procedure)


def _previewed(drawables, config):
    arguments.forget_marks(config)
    pairs = _pairs(drawables, config.get_property("trimap"))
    photo, trimap = next(iter(pairs.items()))
    source = LayerSource(photo, trimap, is_one_of_several=len(pairs) > 1)
    return source, partial(outputs.preview_settings, config)


def _matte(image, drawables, config, process, strokes):
    output = config.get_property("output")
    pairs = _pairs(drawables, config.get_property("trimap"))
    outputs.check(image, output, pairs)
    framing = arguments.framing(config)
    first = next(iter(pairs))
    cuts = running.for_each(
        list(pairs.items()),
        lambda worker, pair, progress: _ask(
            worker, *pair, config, strokes if pair[0] == first else (), progress
        ),
        process,
    )
    return outputs.write(
        image,
        cuts,
        output,
        NAME,
        **arguments.writing(config),
        replaces_own=True,
        hidden=[trimap for trimap in pairs.values() if reading.is_layer(trimap)],
        framing=framing,
    )


run = running.previewed_action(_matte, outputs.arrange, _previewed)


def _pairs(drawables, chosen):
    """Pair each photo with its trimap, whichever of the two is selected."""
    pairs = {}
    for layer in items.layers_of(drawables):
        photo, trimap = reading.photo_and_trimap(layer, chosen)
        if photo.get_id() not in [known.get_id() for known in pairs]:
            pairs[photo] = trimap
    if chosen is not None and len(pairs) > 1:
        raise InputError(
            _("“{name}” cannot be the trimap of more than one layer.").format(
                name=chosen.get_name()
            ),
            _("Select only the layer that it belongs to."),
        )
    return pairs


def _ask(worker, photo, trimap, config, strokes, progress):
    painted, box = reading.read_trimap(trimap, photo)
    # Intersect with the user's own mask only, not with an earlier result.
    is_own = outputs.has_own_mask(photo, (NAME, cut_out.NAME))
    intersects = config.get_property("existing-mask") == arguments.INTERSECT and not is_own
    output = config.get_property("output")
    request = MatteRequest(
        **reading.read_photo(photo),
        trimap=painted,
        trimap_box=box,
        **reading.read_marks(arguments.marked(config), photo),
        mask=reading.read_mask(photo) if intersects else None,
        **outputs.wanted(config, output),
        opacity=reading.read_opacity(photo),
        strokes=strokes,
    )
    result = worker.call(request, progress)
    running.say_note(result.note)
    return layers.Cut.of(photo, result)
