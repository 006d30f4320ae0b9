"""Find a subject in a picture: `segment`.

References
----------
Chen et al.: Rethinking Atrous Convolution for Semantic Image Segmentation, 2017: scores are
lifted to the picture bilinearly before the best class is taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from matte_core.base.classes import NOTHING, SUBJECT_NAME, SUBJECT_WORDS
from matte_core.base.errors import NoSubjectError
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, part, silent
from matte_core.boxes import Box
from matte_core.catalog.published import BUILT_IN
from matte_core.catalog.registry import class_model, model_path, resolve
from matte_core.catalog.spec import assumption
from matte_core.catalog.subject_words import Wanted, parse_subject
from matte_core.images import Float32, Image, Mask, as_float, check_image, check_mask
from matte_core.marks import Marks
from matte_core.networks.loading import load_network
from matte_core.networks.network import Network
from matte_core.segmentation import outline
from matte_core.segmentation.agreement import HARDLY_KNOWN, classes_within, completed, edges_of
from matte_core.segmentation.evidence import Evidence, combine
from matte_core.segmentation.listing import Listing, listed, shows_much
from matte_core.segmentation.passes import blend, closer_passes, finest_cell_px, tuning_for
from matte_core.segmentation.plain_background import PlainBackground, plain_background
from matte_core.segmentation.result import Segmentation, label_map
from matte_core.segmentation.subject import Choice, choose, missing
from matte_core.segmentation.survey import Survey, survey, survey_place
from matte_core.segmentation.views import Views

_MARGIN = 0.15  # of the selection's longer side: the surroundings that models are shown
_LEAST_CONTRAST = 4  # in steps of 8 bit: models see things in perfect flatness
_SELECT_IT = Message("Select the subject roughly.")
_MARK_IT = Message("Mark something to keep, or choose a subject.")


def segment(
    image: Image,
    subject: str | Iterable[str] = "auto",
    model: str | Path | None = None,
    *,
    hint: Mask | None = None,
    keep: Mask | None = None,
    remove: Mask | None = None,
    refine: bool = True,
    progress: ProgressCallback | None = None,
) -> Segmentation:
    """Find the subject of a picture.

    Parameters
    ----------
    image : (H, W, 3) uint8 or float in [0, 1], sRGB
    subject : str or iterable of str
        "auto" (the main subject, whatever it is), a class name, several (a sequence, or separated
        by commas), or "everything" (all but the background). A class name with a number, left,
        middle, right or largest after it is one thing of that class: "person 2", counted from the
        left, or "dog left". So is one with a place, "person at 0.31 0.52": the one there, or the
        nearest one to it, at these fractions of the picture's width and height. The main subject
        is a class too: "subject 1", "subject at 0.31 0.52". Other class names need a model that
        knows them. "nothing" looks for nothing, so what is marked to keep is all that counts.
    model : str or Path, optional
        The name of a model or an ONNX file; the default finds the main subject and is built in. Of
        a model that knows classes, "auto" is the largest class (people first when they cover a
        third of it).
    hint : (H, W) bool, optional
        A rough selection. Only its surroundings are looked at, and only what lies mostly
        inside it is kept.
    keep, remove : (H, W) bool, optional
        Rough strokes on what belongs to the subject and what does not; what else they mean is
        found out. With something to keep, a subject need not be found without them.
    refine : bool
        Whether to look at the subject more closely and to draw its outline to the picture's
        edges. Without it the mask is one pass at the size the model was trained for, its scores
        interpolated.
    progress : callable, optional
        See `matte_core.base.progress`.

    Returns
    -------
    Segmentation

    Raises
    ------
    InputError
        If an array or the subject cannot be used, or a pixel is both to keep and to remove.
    NoSubjectError
        If nothing of what was asked for is in the picture, or strokes leave nothing of it.
    ModelError
        If the model is missing or cannot be used, or no model knows a class that was named.
    """
    image = check_image(image)
    marks = Marks.of((image.shape[0], image.shape[1]), keep, remove)
    if marks is not None and marks.moves_mask:
        found: Segmentation | None
        try:
            found = segment(image, subject, model, hint=hint, refine=refine, progress=progress)
        except NoSubjectError:
            if not marks.keep.any():
                raise
            found = None
        from matte_core.segmentation import strokes

        return strokes.correct(image, found, strokes.Affinities(image), marks.keep, marks.remove)
    if subject == NOTHING:
        raise NoSubjectError(Message("Nothing is marked as the subject."), _MARK_IT)
    if hint is not None:
        hint = check_mask(hint, image.shape[:2], "selection")
        if not hint.any():
            raise NoSubjectError(Message("The selection is empty."), _SELECT_IT)
    report = part(progress, 0.0, 1.0)
    report(0.0, Message("Loading the model"))
    subject = subject if isinstance(subject, str) else tuple(map(str, subject))
    words = subject.split(",") if isinstance(subject, str) else subject
    networks = _networks(model, needs_finder=any(SUBJECT_NAME in word for word in words))
    wanted = parse_subject(subject, [name for one in networks for name in one.spec.classes])
    _refuse_flat(image)
    report(0.1, Message("Finding the subject"))
    box = Box.whole(image.shape) if hint is None else _surroundings(hint)
    views = Views.of(image)
    surveys = [survey(one, views, box, hint, refine=refine) for one in networks]
    try:
        return _Scene(views, surveys, hint, refine).cut(wanted, part(progress, 0.3, 1.0))
    except NoSubjectError as error:
        if hint is not None and wanted[0].class_name in SUBJECT_WORDS and not _finds(networks):
            # A selection says that something is there, whether or not the classes are known.
            return segment(image, "auto", BUILT_IN, hint=hint, refine=refine, progress=progress)
        assumed = assumption(networks[0].spec)
        if assumed:
            error.hint = Message("{hint} {assumed}", hint=error.hint, assumed=assumed)
        raise


def _networks(model: str | Path | None, *, needs_finder: bool) -> list[Network]:
    """Return the model that says what "auto" is, and with it one that knows what that does not.

    Beside a model that finds subjects it is one that knows classes by name; beside such a one,
    where the main subject is named, it is the built-in one.
    """
    first = load_network(resolve(model))
    if first.spec.finds_subject:
        other = class_model()
    else:
        other = model_path(BUILT_IN) if needs_finder else None
    return [first] if other is None else [first, load_network(other)]


def _finds(networks: Sequence[Network]) -> bool:
    return any(network.spec.finds_subject for network in networks)


def _refuse_flat(image: Image) -> None:
    height, width = image.shape[:2]
    sample = image[:: max(1, height // 64), :: max(1, width // 64)]
    contrast = np.ptp(sample, axis=(0, 1)).max()  # within each channel: any color is one color
    if contrast < (_LEAST_CONTRAST if image.dtype == np.uint8 else _LEAST_CONTRAST / 255):
        raise NoSubjectError(
            Message("The picture is all one color, so there is nothing to find in it."),
            Message("Check that it is the right picture or layer."),
        )


def _surroundings(selection: Mask) -> Box:
    box = Box.around(selection)
    assert box is not None  # segment() has refused an empty selection
    return box.grown(round(_MARGIN * max(box.height, box.width)), selection.shape)


@dataclass(frozen=True)
class _Scene:
    """A picture with what its models have found in it."""

    views: Views
    surveys: Sequence[Survey]
    selection: Mask | None
    refine: bool

    @property
    def shape(self) -> tuple[int, int]:
        return self.views.shape

    def cut(self, wanted: Sequence[Wanted], progress: ProgressCallback) -> Segmentation:
        """Choose what is wanted, collect the evidence for it, and draw its mask."""
        plain = self._plain()
        unknown = None if plain is None else self._unknown(plain.alone())
        names_it = any(one.class_name == SUBJECT_NAME and not one.is_single for one in wanted)
        try:
            choices = choose(wanted, self.surveys, self._look_at)
        except NoSubjectError:
            if unknown is None or not (names_it or wanted[0].class_name in SUBJECT_WORDS):
                raise
            choices = []
        is_unknown = unknown is not None and (names_it or not choices)
        sources = self._evidence(choices, plain, part(progress, 0.0, 0.6), with_plain=is_unknown)
        progress(0.6, Message("Drawing the mask"))
        probability = combine(sources)
        cell_px = min(source.cell_px for source in sources)
        if self.refine:
            probability = outline.draw(self.views, probability, cell_px)
        else:
            probability = outline.lifted(probability, self.shape)
        mask = probability > 0.5
        if self.selection is not None:
            mask = outline.keep_inside(mask, self.selection, cell_px)
            probability *= outline.near(mask, 2 * cell_px)
        listing = listed(self.surveys, choices, unknown, self.shape)
        names = (SUBJECT_NAME,) * is_unknown + listing.chosen
        if not mask.any():
            raise self._too_small(names)
        lost = missing(wanted, self.surveys, choices)
        return self._result(mask, probability, cell_px, names, listing, lost)

    def _look_at(self, across: float, along: float) -> Survey:
        """Survey a place more closely, by the model that finds subjects."""
        finder = next(one.network for one in self.surveys if one.finds_subjects)
        return survey_place(finder, self.views, across, along)

    def _plain(self) -> PlainBackground | None:
        """Return what a plain background tells, where there is one."""
        scale = self.shape[0] / self.views.reduced_shape[0]
        return plain_background(as_float(self.views.reduced), scale)

    def _unknown(self, plain: Evidence) -> Evidence | None:
        """Return what stands out from a plain background, where no model knows a subject.

        A sprite or a scribble.
        """
        is_known = any(one.present for one in self.surveys if one.finds_subjects)
        return plain if shows_much(plain) and not is_known else None

    def _evidence(
        self,
        choices: Sequence[Choice],
        plain: PlainBackground | None,
        progress: ProgressCallback,
        *,
        with_plain: bool,
    ) -> list[Evidence]:
        """Return what each source says of the choices, and of what no model knows."""
        if not choices:
            return [] if plain is None else [plain.alone()]
        seen = [self._seen(choice, progress) for choice in choices]
        cell_px = min(one.cell_px for one in seen)
        likely = np.maximum.reduce([one.probability for one in seen])
        if plain is not None and with_plain:
            alone = plain.alone()
            likely = np.maximum(likely, alone.probability * alone.trust)
        models = Evidence(likely, 1.0, cell_px)
        are_subjects = all(choice.survey.finds_subjects for choice in choices)
        sources = (
            self._with_classes(models, choices)
            if are_subjects
            else self._with_main_subject(models, choices)
        )
        # A color tells the subject from the background, not one class from another.
        if plain is not None and not with_plain and are_subjects:
            meant = np.maximum.reduce([self._meant(choice) for choice in choices])
            beside = plain.beside(likely)
            sources.append(replace(beside, trust=beside.trust * meant))
        through = plain.holes(likely) if plain is not None and are_subjects else None
        return sources if through is None else [*sources, through]

    def _with_classes(self, main: Evidence, choices: Sequence[Choice]) -> list[Evidence]:
        """Let a model of classes have its say about the edge of the main subject."""
        by_name = next((one for one in self.surveys if not one.finds_subjects), None)
        if by_name is None or not self.refine or not _is_main_subject(choices):
            return [main]
        within = classes_within(by_name, main.probability, self.shape)
        if not within:
            return [main]
        names = tuple(present.name for present in within)
        known = self._seen(Choice(by_name, within, names), silent)
        return edges_of(main, known, self.views.reduced_shape[0] / self.shape[0])

    def _with_main_subject(self, known: Evidence, choices: Sequence[Choice]) -> list[Evidence]:
        """Let the model that finds subjects complete a class that its own model hardly knows."""
        classes = [present for choice in choices for present in choice.classes]
        area = sum(present.share for present in classes)
        confidence = sum(present.share * present.confidence for present in classes) / area
        if confidence >= HARDLY_KNOWN or not self.refine:
            return [known]
        finder = load_network(model_path(BUILT_IN))
        box = choices[0].survey.first.box
        found = survey(finder, self.views, box, self.selection)
        if not found.present:
            return [known]
        main = self._seen(Choice(found, found.present, (SUBJECT_NAME,)), silent)
        return completed(known, main, self.views.reduced_shape[0] / self.shape[0])

    def _seen(self, choice: Choice, progress: ProgressCallback) -> Evidence:
        """Return what a model says of a choice, after its closer passes."""
        first, network = choice.survey.first, choice.survey.network
        numbers = [present.index for present in choice.classes]
        weights = choice.survey.things.belonging(choice.whole, choice.instances)
        passes = [first]
        if self.refine:
            passes += closer_passes(network, self.views, first, numbers, progress, weights)
        size = self.views.reduced_shape
        probability = blend(passes, numbers, self.shape, size, tuning_for(network.spec))
        return Evidence(probability * self._meant(choice), 1.0, finest_cell_px(passes))

    def _meant(self, choice: Choice) -> Float32:
        """Return 1 near the things of a choice, 0 near others and where nobody looked."""
        weights = choice.survey.things.belonging(choice.whole, choice.instances)
        size = self.views.reduced_shape
        if weights is not None:
            return weights.at(self.shape, size)
        rows, columns = Box.whole(self.shape).sampled(size)
        box = choice.survey.first.box
        down, along = (
            (rows >= box.top) & (rows < box.bottom),
            (columns >= box.left) & (columns < box.right),
        )
        return np.asarray(np.outer(down, along), np.float32)

    def _too_small(self, names: Sequence[str]) -> NoSubjectError:
        subject = ", ".join(names)
        if self.selection is None:
            return NoSubjectError(
                Message("No {subject} is large enough.", subject=subject), _SELECT_IT
            )
        return NoSubjectError(
            Message("No {subject} lies mostly inside the selection.", subject=subject), _SELECT_IT
        )

    def _result(
        self,
        mask: Mask,
        probability: Float32,
        cell_px: float,
        names: tuple[str, ...],
        listing: Listing,
        lost: tuple[str, ...],
    ) -> Segmentation:
        by_name = next((one for one in self.surveys if not one.finds_subjects), None)
        return Segmentation(
            mask=mask,
            classes=listing.classes,
            probability=probability,
            grid_px=cell_px,
            source="network",
            subject=names,
            instances=listing.instances,
            missing=lost,
            instance_grid=listing.grid,
            _labels=None
            if by_name is None
            else lambda: label_map(
                by_name.network.score(self.views.full, Box.whole(self.shape)), self.shape
            ),
        )


def _is_main_subject(choices: Sequence[Choice]) -> bool:
    return all(choice.survey.finds_subjects and choice.whole for choice in choices)
