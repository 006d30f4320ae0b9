"""What a photo's metadata says that does not belong into a cut-out, which gets published.

The tags are matched as text, because not every GIMP's Python knows the base class of Metadata.
"""

import re

from gi.repository import Gimp

# A group of Exif that is none of the standard's holds the maker's notes, as Exiv2 has read them.
_PRIVATE = re.compile(
    r'\s*<tag name="(?:'
    r"Exif\.(?!Image\.|Photo\.|Iop\.|Thumbnail\.)\w+\.|Exif\.Image\.GPSTag|"
    r"Exif\.Photo\.(?:MakerNote|\w*SerialNumber|CameraOwnerName|ImageUniqueID)|"
    r"Xmp\.\w+\.(?:GPS|\w*SerialNumber|OwnerName|CameraOwnerName|ImageUniqueID)|"
    r"Xmp\.photoshop\.(?:City|State|Country)|"
    r"Xmp\.\w+\.(?:Location|CountryCode|LocationCreated|LocationShown)|"
    r"Iptc\.Application2\.(?:City|SubLocation|ProvinceState|Country|Location)"
    r')[^"]*">[^<]*</tag>'
)
_THUMBNAIL = re.compile(r'\s*<tag name="Exif\.Thumbnail\.[^"]*">[^<]*</tag>')


def publish(image, source=None):
    """Leave out of an image's metadata the place, serial numbers, and the owner of the camera.

    Parameters
    ----------
    image : Gimp.Image
    source : Gimp.Image, optional
        The image whose metadata this one gets; by default its own.
    """
    metadata = (source or image).get_metadata()
    if metadata is None:
        return
    facts = _THUMBNAIL.sub("", _PRIVATE.sub("", metadata.serialize()))
    image.set_metadata(Gimp.Metadata.deserialize(facts))
