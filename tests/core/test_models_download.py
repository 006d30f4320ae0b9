import hashlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import ClassVar

import pytest

from matte_core.base.errors import DownloadError
from matte_core.catalog.download import download, mirror_address

CONTENT = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT; the path says what goes wrong."""

    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.asked.append((self.path, wanted))
        if self.path == "/absent":
            self.send_error(404)
            return
        start = 0
        if wanted and self.path != "/no-ranges":
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.end_headers()
        body = CONTENT[start:]
        if self.path == "/breaks" and start == 0:
            body = body[:100_000]
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server(serve: Callable[[type[BaseHTTPRequestHandler]], str]) -> str:
    Handler.asked.clear()
    return serve(Handler)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def test_fetches_with_progress(server: str, tmp_path: Path) -> None:
    steps: list[float] = []
    target = tmp_path / "folder" / "net.bin"
    download(
        f"{server}/net", target, SHA256, len(CONTENT), lambda fraction, _: steps.append(fraction)
    )
    assert target.read_bytes() == CONTENT
    assert steps == sorted(steps)
    assert steps[-1] == 1
    assert [path.name for path in target.parent.iterdir()] == ["net.bin"]


def test_what_is_there_is_not_fetched_again(server: str, tmp_path: Path) -> None:
    target = tmp_path / "net.bin"
    target.write_bytes(CONTENT)
    download(f"{server}/net", target, SHA256, len(CONTENT))
    assert Handler.asked == []


def test_goes_on_where_it_stopped(server: str, tmp_path: Path) -> None:
    target = tmp_path / "net.bin"
    with pytest.raises(DownloadError, match="156000 bytes early"):
        download(f"{server}/breaks", target, SHA256, len(CONTENT))
    assert not target.exists()
    download(f"{server}/breaks", target, SHA256, len(CONTENT))
    assert target.read_bytes() == CONTENT
    assert Handler.asked[1] == ("/breaks", "bytes=100000-")


def test_starts_again_where_the_server_knows_no_ranges(server: str, tmp_path: Path) -> None:
    (tmp_path / "net.bin.part").write_bytes(CONTENT[:5])
    download(f"{server}/no-ranges", tmp_path / "net.bin", SHA256, len(CONTENT))
    assert (tmp_path / "net.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("left", [len(CONTENT), len(CONTENT) + 1])
def test_a_damaged_rest_is_thrown_away(server: str, tmp_path: Path, left: int) -> None:
    (tmp_path / "net.bin.part").write_bytes(b"x" * left)
    if left == len(CONTENT):
        with pytest.raises(DownloadError, match="SHA-256"):
            download(f"{server}/net", tmp_path / "net.bin", SHA256, len(CONTENT))
    download(f"{server}/net", tmp_path / "net.bin", SHA256, len(CONTENT))
    assert (tmp_path / "net.bin").read_bytes() == CONTENT


def test_another_file_than_expected_is_refused(server: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="SHA-256") as caught:
        download(f"{server}/net", tmp_path / "net.bin", "0" * 64, len(CONTENT))
    assert list(tmp_path.iterdir()) == []
    assert f"{server}/net" in caught.value.message
    assert str(tmp_path / "net.bin") in caught.value.hint


def test_a_longer_file_is_cut_off_early(server: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="SHA-256"):
        download(f"{server}/net", tmp_path / "net.bin", SHA256, 1000)


def test_absent_and_unreachable(server: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="replied 404"):
        download(f"{server}/absent", tmp_path / "net.bin", SHA256, len(CONTENT))
    with pytest.raises(DownloadError, match="could not be downloaded"):
        download("http://127.0.0.1:1/net", tmp_path / "net.bin", SHA256, len(CONTENT))
    with pytest.raises(DownloadError, match="could not be downloaded"):
        download((tmp_path / "no").as_uri(), tmp_path / "net.bin", SHA256, len(CONTENT))


def test_mirrors(tmp_path: Path) -> None:
    assert mirror_address("https://host/nets/", "a b.bin") == "https://host/nets/a%20b.bin"
    assert mirror_address("file:///nets", "a.bin") == "file:///nets/a.bin"
    (tmp_path / "net.bin").write_bytes(CONTENT)
    address = mirror_address(str(tmp_path), "net.bin")
    download(address, tmp_path / "out" / "net.bin", SHA256, len(CONTENT))
    assert (tmp_path / "out" / "net.bin").read_bytes() == CONTENT
