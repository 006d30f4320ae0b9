"""Behind a proxy, everything that is fetched goes through it: a real one, on this computer."""

import os
import sys

import pytest
from proxy import proxy

from matte_core.base.errors import DownloadError, SetupError
from matte_core.catalog.download import download
from matte_core.setup import environments, pythons


@pytest.fixture
def asked(monkeypatch):
    """What the proxy was asked for; it is the only way that the variables name."""
    with proxy(passes=False) as (address, hosts):
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, address)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        yield hosts


@pytest.mark.usefixtures("copied_environment")
def test_packages(host, told, asked, monkeypatch):
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.invalid/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    python = pythons.probe(sys.executable, host)
    with pytest.raises(SetupError, match="cannot be reached"):
        environments.make(host, python, told)
    assert set(asked) == {"index.invalid"}


def test_networks(tmp_path, asked):
    with pytest.raises(DownloadError):
        download("https://models.invalid/net", tmp_path / "net", "0" * 64, 4)
    assert set(asked) == {"models.invalid"}
