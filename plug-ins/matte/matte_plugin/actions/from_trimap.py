"""Matte from Trimap…: the alpha that a painted trimap asks for."""

from functools import partial

from matte_core.base.errors import InputError
from matte_core.base.localization import _
from matte_core.link.requests import MatteRequest
from matte_plugin import arguments, outputs, running
from matte_plugin.actions import cut_out
from matte_plugin.document import items, layers, pixels, reading
from matte_plugin.preview.source import LayerSource

NAME = "plug-in-matte-from-trimap"

HELP = _(
    "Looks for hair and soft edges where a trimap is gray, and writes the result where you choose; "
    "the photo's own pixels are never changed. Select the photo or its trimap; a trimap made by "
    "Trimap… is found again, also in a saved XCF. Any other layer or channel can be chosen.\n\n"
    "In the trimap, what is nearly white is subject, what is nearly black is background, "
    "everything else is unknown. Where the layer is transparent it is unknown too; beyond its "
    "border is background.\n\n"
    "Outputs: {outputs}. Run again, it replaces its own result, but nothing that you have worked "
    "on since. The trimap's layer is hidden, so that the result is seen; with a new image it is "
    "left as it is."
).format(outputs=arguments.listed(outputs.CHOICES))


def create(plug_in):
    """Describe the procedure: its arguments, menus and words."""
    procedure = arguments.image_procedure(
        plug_in,
        NAME,
        run,
        label=_("_Matte from Trimap…"),
        menus=("<Image>/Layer/Mask",),
        blurb=_("Cut out along hair and soft edges where a painted trimap is gray"),
        help_text=HELP,
    )
    procedure.add_drawable_argument(
        "trimap", _("Trima_p"),
        _("The layer or channel to use as the trimap; none for the one that was made by Trimap…"),
        True, arguments.READWRITE,
    )  # fmt: skip
    arguments.add_choice(
        procedure, "output", _("O_utput"), _("Where the result goes"), outputs.CHOICES,
        outputs.LAYER_MASK,
    )  # fmt: skip
    arguments.add_existing_mask(procedure)
    arguments.add_decontaminate(procedure)
    arguments.add_edge_controls(procedure)
    arguments.add_hide_original(procedure)
    arguments.add_new_image_value(procedure)
    return procedure


def run(procedure, run_mode, image, drawables, config, _data):
    """Run the action in whichever mode GIMP asks for."""
    return running.run_previewed(
        procedure,
        run_mode,
        config,
        lambda process: _matte(image, drawables, config, process),
        outputs.arrange,
        lambda: (_source(drawables, config), partial(outputs.preview_settings, config)),
    )


def _source(drawables, config):
    pairs = _pairs(drawables, config.get_property("trimap"))
    return LayerSource(*next(iter(pairs.items())))


def _matte(image, drawables, config, process):
    output = config.get_property("output")
    pairs = _pairs(drawables, config.get_property("trimap"))
    outputs.check(image, output, pairs)
    cuts = running.for_each(
        list(pairs.items()),
        lambda worker, pair, progress: _ask(worker, *pair, config, progress),
        process,
    )
    return outputs.write(
        image,
        cuts,
        output,
        NAME,
        hide_original=config.get_property("hide-original"),
        replaces_own=True,
        keeps_masks=arguments.keeps_masks(config),
        hidden=[trimap for trimap in pairs.values() if reading.is_layer(trimap)],
    )


def _pairs(drawables, chosen):
    """Find the trimap of every photo that is selected, or whose trimap is."""
    pairs = {}
    for layer in items.layers_of(drawables):
        photo, trimap = reading.photo_and_trimap(layer, chosen)
        if photo.get_id() not in [known.get_id() for known in pairs]:
            pairs[photo] = trimap
    if chosen is not None and len(pairs) > 1:
        raise InputError(
            _("“{name}” cannot be the trimap of several layers.").format(name=chosen.get_name()),
            _("Select the one that it belongs to."),
        )
    return pairs


def _ask(worker, photo, trimap, config, progress):
    painted, box = reading.read_trimap(trimap, photo)
    # A mask that an earlier run made is not the user's, so it is not intersected with.
    is_own = outputs.has_own_mask(photo, (NAME, cut_out.NAME))
    intersects = config.get_property("existing-mask") == arguments.INTERSECT and not is_own
    request = MatteRequest(
        **reading.read_photo(photo),
        trimap=painted,
        trimap_box=box,
        mask=reading.read_mask(photo) if intersects else None,
        edge=arguments.edge_controls(config),
        decontaminate=config.get_property("decontaminate") / 100,
        with_foreground=config.get_property("output") in outputs.WITH_COLORS,
    )
    result = worker.call(request, progress)
    return layers.Cut(photo, result.alpha, pixels.Colors.of(result))
