"""What is in the artifacts, and that the same sources give the same bytes."""

import ast
import email
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import flathub
from packaging.metadata import Metadata

import matte_core
from matte_core.setup.plugin import MAIN, Source, tree

ROOT = Path(__file__).resolve().parents[2]


def sums(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_sources_give_the_same_bytes(dist, rebuilt):
    assert sums(dist) == sums(rebuilt)
    listed = (dist / "SHA256SUMS").read_text().split()
    assert dict(zip(listed[1::2], listed[::2], strict=True)).items() <= sums(dist).items()
    kinds = {path.suffix for path in dist.iterdir()}
    assert {".zip", ".whl", ".gz", ".deb"} <= kinds


def test_the_zip_is_the_plug_in_alone(dist):
    (path,) = dist.glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        found = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        runs = [entry.filename for entry in archive.infolist() if entry.external_attr >> 16 & 0o111]
    assert found == {f"matte/{name}": data for name, data in tree(Source(ROOT), {}).items()}
    assert runs == [f"matte/{MAIN}"]
    assert "matte/locale/de/LC_MESSAGES/matte-for-gimp.mo" in found
    assert "matte/help/en/index.html" in found


def test_the_packages_for_pip_say_what_they_are(dist):
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (info,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(info)
    found = Metadata.from_email(metadata, validate=True)
    assert (found.name, str(found.version)) == ("matte-for-gimp", matte_core.__version__)
    assert found.description_content_type == "text/markdown"
    assert "<5" not in str(found.requires_dist)
    assert {"matte_core/networks/subject.onnx", f"matte_for_gimp/plug-ins/matte/{MAIN}"} <= {*names}
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests")]
    (archive,) = dist.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        top = f"matte_for_gimp-{matte_core.__version__}"
        packed_metadata = packed.extractfile(f"{top}/PKG-INFO").read()
        assert f"{top}/install.py" in packed.getnames()
    assert email.message_from_bytes(packed_metadata).items() == (
        email.message_from_bytes(metadata).items()
    )


def test_the_version_is_stated_once():
    stated = f'"{matte_core.__version__}"'
    places = ("matte_core", "plug-ins", "tools", "install.py", "pyproject.toml")
    command = ["git", "-C", ROOT, "grep", "-lF", stated, "--", *places]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert listed.stdout.split() == ["matte_core/__init__.py"]


def test_the_tools_are_python_that_installs_nothing():
    for path in (ROOT / "tools").glob("*.py"):
        imported = {
            name.name.partition(".")[0] if isinstance(node, ast.Import) else str(node.module)
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for name in node.names
        }
        own = {other.stem for other in (ROOT / "tools").glob("*.py")}
        for name in imported - own:
            top = name.partition(".")[0]
            assert top == "matte_core" or top in sys.stdlib_module_names, (path.name, name)


def test_flathub_is_told_where_the_sources_are(dist):
    folder = dist / "flathub"
    manifest = json.loads((folder / f"{flathub.ID}.json").read_text())
    (archive,) = dist.glob("*.tar.gz")
    source = manifest["modules"][-1]["sources"][0]
    version = matte_core.__version__
    assert source["url"] == (
        f"https://example.org/matte/releases/download/v{version}/{archive.name}"
    )
    assert source["sha256"] == sums(dist)[archive.name]
    assert manifest["build-options"]["prefix"] == "/app/extensions/Matte"
    names = [line.partition("==")[0] for line in (folder / "requirements.txt").read_text().split()]
    assert names == list(flathub.PACKAGES)


def test_the_metainfo_lists_the_releases_of_the_changelog(tmp_path):
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / flathub.TEMPLATE, tmp_path / "tools")
    (tmp_path / "CHANGELOG.md").write_text("## [2.0.0] - 2027-03-04\n\n## [1.0.0] - 2026-12-01\n")
    known = flathub.metainfo(tmp_path, "2.0.0", "", 0).decode()
    assert re.findall(r'version="([^"]+)" date="([^"]+)"', known) == [
        ("2.0.0", "2027-03-04"), ("1.0.0", "2026-12-01"),
    ]  # fmt: skip
    assert '<release version="2.1" date="1970-01-01" />' in (
        flathub.metainfo(tmp_path, "2.1", "", 0).decode()
    )
