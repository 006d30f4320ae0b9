"""Files lie where they belong, are their owner's alone, and lead nowhere else."""

import hashlib
import os
import stat
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import cv2
import numpy as np
import pytest

from matte_core.base import folders
from matte_core.base.errors import DownloadError, FileError, ModelError
from matte_core.catalog.download import download
from matte_core.catalog.registry import check_name, model_path
from matte_core.files import read_picture
from matte_core.files.writing import write_whole
from matte_core.networks import onnx_proto as onnx
from matte_core.networks.inspection import inspect_onnx
from matte_core.networks.openvino_ir import import_ir
from matte_core.setup import homes, library, models, plugin
from matte_core.setup.gimps import Profile
from matte_core.setup.places import Place
from matte_core.setup.plugin import Homes, Source

posix = pytest.mark.skipif(sys.platform == "win32", reason="folders of Windows have no such modes")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def open_umask():
    """The mask of a careless shell: whatever is made without care, everyone may write."""
    before = os.umask(0)
    yield
    os.umask(before)


def writable_by_others(folder):
    return [
        path
        for path in (folder, *folder.rglob("*"))
        if not path.is_symlink() and path.stat().st_mode & 0o022
    ]


@posix
@pytest.mark.usefixtures("open_umask")
def test_what_is_made_is_its_owners_alone(tmp_path):
    for folder in (tmp_path / "new" / "home", tmp_path / "new" / "home" / "models"):
        folders.make_private(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


@posix
@pytest.mark.usefixtures("open_umask")
def test_the_installer_closes_what_it_makes(tmp_path):
    """It is run later, so nobody else may write it, whatever the shell's mask."""
    place, source = Place("host", tmp_path / "home"), Source(ROOT)
    profile, other = Profile(tmp_path / "GIMP" / "3.0"), tmp_path / "flatpak"
    homes.claim(place.home)
    with homes.one_at_a_time(place.home):
        library.install(place, source)
        plugin.install(profile, source, Homes(place.home))
        (place.home / "models").mkdir()
        (place.home / "models" / "a.json").write_text("{}")
        models.share(place.home, other)
    for folder in (place.home, profile.folder, other):
        assert writable_by_others(folder) == []
    assert os.umask(0) == 0, "the shell's mask is given back"


@posix
def test_results_do_not_follow_a_planted_link(tmp_path):
    """Whoever may write the folder of the results must not choose what is written over."""
    precious = tmp_path / "precious"
    precious.write_text("precious")
    target = tmp_path / "out.png"
    target.symlink_to(precious)
    write_whole(target, b"result")
    assert precious.read_text() == "precious"
    assert target.read_bytes() == b"result"
    assert not target.is_symlink()


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\\b", "/etc/passwd", "C:x", ".hidden", "a\0", "a\n", "x" * 65],
)
def test_names_of_networks_lead_nowhere(name, tmp_path, monkeypatch):
    monkeypatch.setenv(folders.HOME_VARIABLE, str(tmp_path))
    with pytest.raises(ModelError, match="cannot be the name"):
        check_name(name)
    assert model_path("net").parent == tmp_path / "models"


class Redirecting(BaseHTTPRequestHandler):
    """Sends whoever comes to what the class attribute says."""

    target = ""

    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", self.target)
        self.end_headers()

    def log_message(self, *_):
        return


@pytest.fixture
def redirecting(serve):
    return f"{serve(Redirecting)}/net"


@pytest.mark.parametrize("scheme", ["file", "data", "ftp-data", "javascript"])
def test_a_server_cannot_send_us_to_our_own_files(tmp_path, redirecting, monkeypatch, scheme):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    Redirecting.target = secret.as_uri() if scheme == "file" else f"{scheme}:secret"
    digest = hashlib.sha256(b"secret").hexdigest()
    with pytest.raises(DownloadError):
        download(redirecting, tmp_path / "net", digest, 6)
    assert not (tmp_path / "net").exists()


def test_a_rest_of_another_file_is_not_gone_on_with(tmp_path):
    """What an earlier try left counts only when the whole has the checksum."""
    source = tmp_path / "served" / "net"
    source.parent.mkdir()
    source.write_bytes(b"sound file")
    target = tmp_path / "net"
    (tmp_path / "net.part").write_bytes(b"evil")
    digest = hashlib.sha256(b"sound file").hexdigest()
    download(source.as_uri(), target, digest, 10)
    assert target.read_bytes() == b"sound file"


def hiding_weights(where):
    """Return a network whose weights lie in another file, said at one of the hidden places."""
    elsewhere = onnx.new("TensorProto", name="w", data_type=onnx.FLOAT, dims=[1])
    elsewhere.data_location = onnx.EXTERNAL
    entry = onnx.new("StringStringEntryProto", key="location", value="../../../etc/passwd")
    elsewhere.external_data.append(entry)
    node = onnx.node("Identity", ["image"], ["answer"])
    graph = onnx.new(
        "GraphProto",
        name="g",
        node=[node],
        input=[onnx.value_info("image", onnx.FLOAT, [1, 8, 8, 3])],
        output=[onnx.value_info("answer", onnx.FLOAT, [1, 8, 8, 3])],
    )
    match where:
        case "constant":
            graph.initializer.append(elsewhere)
        case "attribute":
            graph.node[0].attribute.add(name="value").t.CopyFrom(elsewhere)
        case "inner graph":
            inner = onnx.new("GraphProto", name="inner", initializer=[elsewhere])
            graph.node[0].attribute.add(name="body").g.CopyFrom(inner)
        case _:
            graph.sparse_initializer.add().values.CopyFrom(elsewhere)
    opset = [onnx.new("OperatorSetIdProto", version=13)]
    model = onnx.new("ModelProto", ir_version=8, graph=graph, opset_import=opset)
    return onnx.serialize(model)


@pytest.mark.parametrize("where", ["constant", "attribute", "inner graph", "sparse constant"])
def test_a_network_reads_no_other_file(where):
    with pytest.raises(ModelError, match="weights in another file"):
        inspect_onnx(hiding_weights(where), "net")


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE n [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><net>&b;</net>',
        b'<!DOCTYPE n [<!ENTITY a SYSTEM "file:///etc/passwd">]><net>&a;</net>',
        b'<!DOCTYPE net SYSTEM "http://127.0.0.1/x.dtd"><net/>',
    ],
    ids=["bomb", "file", "address"],
)
def test_xml_expands_and_fetches_nothing(xml):
    with pytest.raises(ModelError, match="document type"):
        import_ir(xml, b"")


def test_xml_may_be_deep_and_long():
    """Neither the depth nor the order of a file's parts makes the work grow out of bounds."""
    depth = 100_000
    with pytest.raises(ModelError, match="no layers"):
        import_ir(b"<net>" + b"<a>" * depth + b"</a>" * depth + b"</net>", b"")
    count = 19_999
    layer = '<layer id="{0}" type="{1}">{2}<output><port id="1"/></output></layer>'
    feed = '<input><port id="0"/></input>'
    layers = [layer.format(number, "ReLU", feed) for number in range(count - 1, 0, -1)]
    edges = [
        f'<edge from-layer="{number - 1}" from-port="1" to-layer="{number}" to-port="0"/>'
        for number in range(1, count)
    ]
    text = f"<net><layers>{''.join(layers)}{layer.format(0, 'Parameter', '')}</layers><edges>"
    with pytest.raises(ModelError, match="0 outputs"):
        import_ir(f"{text}{''.join(edges)}</edges></net>".encode(), b"")


def test_a_picture_that_goes_on_and_on_is_not_read_to_its_end(tmp_path):
    picture = tmp_path / "endless.jpg"
    picture.write_bytes(cv2.imencode(".jpg", np.zeros((8, 8, 3), np.uint8))[1].tobytes())
    with picture.open("ab") as file:
        file.truncate(200 << 20)  # a hole: it takes no room on the disk
    with pytest.raises(FileError, match="is larger than 64 MiB"):
        read_picture(picture, max_megapixels=0.01)
