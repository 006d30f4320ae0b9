"""Write what Flathub needs to build the plug-in as an extension of its GIMP.

A person submits it: docs/releasing.md says how. Flathub builds without a network, and ONNX Runtime
cannot be built that way with reasonable effort, so OpenCV runs the built-in model. The packages are
built from the list ``requirements.txt``, which flatpak-pip-generator turns into a module.
"""

import hashlib
import json
import re
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ID = "org.gimp.GIMP.Plugin.Matte"
PREFIX = "/app/extensions/Matte"
SDK = "org.gnome.Sdk//49"
TEMPLATE = f"tools/{ID}.metainfo.xml"
PACKAGES = (*("numpy", "scipy", "scikit-learn", "opencv-python-headless", "pillow", "protobuf"),)
# Shown in software centers, in this order.
SCREENSHOTS = {
    "dialog.png": "The preview with the list of what was found",
    "cut-out.png": "A portrait with its mask",
    "composite.png": "The subject over another image",
}
# In isolation, Python reads no folder but those of its own environment, so it gets one.
COMMANDS = (
    "python3 -m venv --without-pip ${FLATPAK_DEST}/env",
    "echo ${FLATPAK_DEST}/lib/python3.*/site-packages > packages.pth",
    "install -m644 packages.pth ${FLATPAK_DEST}/env/lib/python3.*/site-packages/",
    "python3 tools/stage.py ${FLATPAK_DEST}/plug-ins ${FLATPAK_DEST}/env/bin/python",
    "install -Dm644 -t ${FLATPAK_DEST}/share/licenses/matte LICENSE",
    f"install -Dm644 -t ${{FLATPAK_DEST}}/share/metainfo {ID}.metainfo.xml",
)


def write(checkout: Path, folder: Path, archive: Path, version: str, url: str, stamp: int) -> None:
    """Write the manifest, its list of packages, the metainfo and Flathub's own settings.

    Parameters
    ----------
    checkout : Path
        The project.
    folder : Path
        Where to write; it must not exist.
    archive : Path
        The sdist, which Flathub builds from.
    version : str
    url : str
        The project's address; if it is empty, the manifest names a local archive, and the metainfo
        has no screenshots.
    stamp : int
        When `version` was released if the changelog does not tell, in seconds since 1970.
    """
    folder.mkdir(parents=True)
    source = {"type": "archive", "sha256": hashlib.sha256(archive.read_bytes()).hexdigest()}
    if url:
        source["url"] = f"{url}/releases/download/v{version}/{archive.name}"
    else:
        source["path"] = archive.name
    settings = {"only-arches": ["x86_64", "aarch64"], "skip-icons-check": True}
    for name, contents in ((f"{ID}.json", manifest(source)), ("flathub.json", settings)):
        (folder / name).write_text(json.dumps(contents, indent=4) + "\n")
    (folder / f"{ID}.metainfo.xml").write_bytes(metainfo(checkout, version, url, stamp))
    pinned = (checkout / "matte_core" / "setup" / "requirements.txt").read_text()
    (folder / "requirements.txt").write_text(requirements(pinned))


def manifest(source: dict[str, str]) -> dict[str, Any]:
    """Return the manifest; `source` is that of the project."""
    return {
        "id": ID,
        "branch": "3",
        "runtime": "org.gimp.GIMP",
        "runtime-version": "stable",
        "sdk": SDK,
        "build-extension": True,
        "separate-locales": False,
        "build-options": {"prefix": PREFIX, "prepend-path": f"{PREFIX}/bin"},
        "cleanup": ["/bin", "/share/man"],
        "modules": [
            "python3-packages.json",
            {
                "name": "matte",
                "buildsystem": "simple",
                "build-commands": list(COMMANDS),
                "sources": [source, {"type": "file", "path": f"{ID}.metainfo.xml"}],
            },
        ],
    }


def requirements(pinned: str) -> str:
    """Return the packages that Flathub has to build, as pip's list without hashes.

    Of a version for older Pythons and one for newer ones, the newer is taken.
    """
    found = dict(re.findall(r"^([a-z0-9-]+)==([\w.]+)", pinned, re.MULTILINE))
    return "".join(f"{name}=={found[name]}\n" for name in PACKAGES)


def metainfo(checkout: Path, version: str, url: str, stamp: int) -> bytes:
    """Return the AppStream metainfo, with releases, addresses and screenshots."""
    tree = ElementTree.fromstring((checkout / TEMPLATE).read_text(encoding="utf-8"))
    if url:
        for kind, address in (("homepage", url), ("bugtracker", f"{url}/issues")):
            ElementTree.SubElement(tree, "url", type=kind).text = address
        shots = ElementTree.SubElement(tree, "screenshots")
        for name, caption in SCREENSHOTS.items():
            attributes = {"type": "default"} if len(shots) == 0 else {}
            shot = ElementTree.SubElement(shots, "screenshot", attributes)
            ElementTree.SubElement(shot, "caption").text = caption
            address = f"{url}/raw/v{version}/docs/images/{name}"
            ElementTree.SubElement(shot, "image").text = address
    releases = ElementTree.SubElement(tree, "releases")
    for each, date in _releases(checkout, version, stamp).items():
        ElementTree.SubElement(releases, "release", version=each, date=date)
    ElementTree.indent(tree)
    written = ElementTree.tostring(tree, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'.encode()


def _releases(checkout: Path, version: str, stamp: int) -> dict[str, str]:
    changes = (checkout / "CHANGELOG.md").read_text(encoding="utf-8")
    dated = dict(re.findall(r"^## \[(\d[\w.]*)\] - (\d{4}-\d\d-\d\d)", changes, re.MULTILINE))
    today = time.strftime("%Y-%m-%d", time.gmtime(stamp))
    return dated if version in dated else {version: today, **dated}
