"""Download a file with a known SHA-256 from its address or a mirror, completely or not at all.

A partial download is kept next to the target as NAME.part and resumed the next time (by an HTTP
range request). The file gets its final name only after its checksum has been verified. The proxy is
taken from the environment (`HTTPS_PROXY`, ...).
"""

import http.client
import os
import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import IO

from matte_core import __version__
from matte_core.base import folders
from matte_core.base.atomic import refusal
from matte_core.base.errors import DownloadError
from matte_core.base.messages import Message
from matte_core.base.progress import ProgressCallback, silent
from matte_core.catalog.registry import not_writable, sha256_of

MIRROR_VARIABLE = "MATTE_MODEL_MIRROR"
_TIMEOUT_S = 30  # without any data
_CHUNK_BYTES = 1 << 16
_PARTIAL_CONTENT = 206
_RANGE_NOT_SATISFIABLE = 416


def mirror_address(mirror: str, name: str) -> str:
    """Return the address of the file `name` at a mirror, which is a URL or a local folder."""
    scheme = urllib.parse.urlsplit(mirror).scheme
    if scheme in ("http", "https", "file"):
        return mirror.rstrip("/") + "/" + urllib.parse.quote(name)
    return (Path(mirror).expanduser().absolute() / name).as_uri()


def download(
    address: str,
    target: Path,
    sha256: str,
    size: int,
    progress: ProgressCallback | None = None,
) -> None:
    """Download `address` to `target`, unless the file is already there.

    Parameters
    ----------
    address : str
        A URL with the scheme https, http, or file.
    target : Path
        A file; its folder is created.
    sha256 : str
        The expected checksum, in hexadecimal.
    size : int
        The expected size in bytes; a longer response is cut off.
    progress : callable, optional
        See `matte_core.base.progress`.

    Raises
    ------
    DownloadError
        If the file cannot be downloaded or has a different checksum. The error names the address
        and the target, so that the user can put the file there by hand.
    FileError
        If the disk is full or the folder is not writable.
    """
    if target.is_file() and sha256_of(target) == sha256:
        return
    part = target.with_name(target.name + ".part")
    try:
        folders.make_private(target.parent)
        _fetch(address, part, size, progress or silent)
        found = sha256_of(part)
        if found != sha256:
            part.unlink()
            reason = Message(
                "its SHA-256 is {found}, expected {sha256}", found=found, sha256=sha256
            )
            raise _failure(address, target, reason)
        os.replace(part, target)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if refusal(error):
            raise not_writable(target.parent, refusal(error)) from error
        raise _failure(address, target, _reason(error)) from error


def _fetch(address: str, part: Path, size: int, progress: ProgressCallback) -> None:
    have = part.stat().st_size if part.exists() else 0
    if have == size:
        return  # Complete, but not verified yet: the caller does that.
    if have > size:
        part.unlink()
        have = 0
    headers = {"User-Agent": f"matte-for-gimp/{__version__}"}
    if have and not address.startswith("file:"):
        headers["Range"] = f"bytes={have}-"
    request = urllib.request.Request(address, headers=headers)
    try:
        # An opener of our own: the shared one keeps the proxies that were set when it was created.
        response = urllib.request.build_opener().open(request, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == _RANGE_NOT_SATISFIABLE and have:
            part.unlink()
            _fetch(address, part, size, progress)
            return
        raise
    with response:
        resumes = getattr(response, "status", None) == _PARTIAL_CONTENT and have == _range_start(
            response.headers.get("Content-Range", "")
        )
        with part.open("ab" if resumes else "wb") as stream:
            _copy(response, stream, have if resumes else 0, size, progress, part.stem)


def _copy(
    response: IO[bytes],
    stream: IO[bytes],
    done: int,
    size: int,
    progress: ProgressCallback,
    name: str,
) -> None:
    while done <= size:
        # One byte more than expected is enough to know that this is a different file.
        chunk = response.read(min(_CHUNK_BYTES, size + 1 - done))
        if not chunk:
            break
        stream.write(chunk)
        done += len(chunk)
        progress(min(done / size, 1.0), f"Downloading {name}")
    if done < size:
        raise http.client.IncompleteRead(b"", size - done)


def _range_start(content_range: str) -> int:
    found = re.match(r"bytes (\d+)-", content_range)
    return int(found[1]) if found else -1


def _reason(error: Exception) -> str:
    match error:
        case urllib.error.HTTPError():
            return Message(
                "the server replied {code} {reason}", code=error.code, reason=error.reason
            )
        case urllib.error.URLError():
            return str(error.reason)
        case http.client.IncompleteRead():
            return Message("the connection ended {count} bytes early", count=error.expected)
        case TimeoutError():
            return Message("the connection timed out")
        case _:
            return str(error) or type(error).__name__


def _failure(address: str, target: Path, reason: str) -> DownloadError:
    return DownloadError(
        Message("{address} could not be downloaded: {reason}.", address=address, reason=reason),
        Message(
            "Try again (the download resumes), specify a mirror (--mirror or {variable}), or "
            "download the file another way, save it as {file}, and run this again.",
            variable=MIRROR_VARIABLE,
            file=target,
        ),
    )
