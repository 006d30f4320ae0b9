import subprocess
import sys
from pathlib import Path

import pytest

from matte_core.base.errors import ModelError
from matte_core.catalog import registry
from matte_core.catalog.borrowed import borrowed, borrowed_file
from matte_core.catalog.published import PUBLISHED
from matte_core.catalog.spec import ModelSpec, encode_spec, read_spec


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MATTE_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def install(home: Path, name: str) -> Path:
    path = home / f"{name}.onnx"
    path.write_bytes(b"a network")
    (home / f"{name}.json").write_bytes(encode_spec(ModelSpec(name)))
    return path


def test_needs_only_the_standard_library() -> None:
    code = (
        "import sys; import matte_core.catalog.registry, matte_core.catalog.download, "
        "matte_core.cli.models, matte_core.base.classes; "
        "print(sorted({'numpy', 'cv2', 'onnxruntime', 'google'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_built_in_model_is_there_with_nothing_installed(home: Path) -> None:
    assert registry.resolve() == registry.model_path(registry.BUILT_IN)
    assert registry.resolve().is_file()
    assert registry.resolve().stat().st_size <= 5_000_000, "it is kept in the repository"
    assert [spec.name for spec in registry.installed()] == [registry.BUILT_IN]
    assert registry.class_model() is None


def test_published_but_not_installed_is_told_apart_from_unknown(home: Path) -> None:
    with pytest.raises(ModelError, match="models fetch deeplab-257"):
        registry.resolve("deeplab-257")
    install(home, "mine")
    with pytest.raises(ModelError, match=r"no model named “other”.*mine"):
        registry.resolve("other")


def test_names_paths_and_none(home: Path, tmp_path: Path) -> None:
    mine = install(home, "mine")
    assert registry.resolve("mine") == mine
    assert registry.class_model() == mine
    classes = install(home, "deeplab-513")
    assert registry.class_model() == classes, "before any other"
    assert registry.resolve(None) == registry.model_path(registry.BUILT_IN)
    assert registry.resolve(str(mine)) == mine
    with pytest.raises(ModelError, match="no model at"):
        registry.resolve(tmp_path / "absent.onnx")


def test_default_can_be_chosen_and_forgotten(home: Path) -> None:
    install(home, "deeplab-513")
    mine = install(home, "mine")
    registry.set_default("mine")
    assert registry.resolve() == mine
    assert [spec.name for spec in registry.installed()] == ["mine", "built-in", "deeplab-513"]
    registry.forget_default("mine")
    assert registry.default_name() == registry.BUILT_IN
    with pytest.raises(ModelError, match="no model named"):
        registry.set_default("absent")


def test_a_damaged_description_hides_only_its_own_network(home: Path) -> None:
    install(home, "good")
    install(home, "bad").with_suffix(".json").write_text("{", "utf-8")
    assert [spec.name for spec in registry.installed()] == ["built-in", "good"]


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "a b", "dot.", "x" * 65])
def test_names_that_are_no_file_names_are_refused(name: str) -> None:
    with pytest.raises(ModelError, match="cannot be the name"):
        registry.check_name(name)


def test_published_models_are_pinned() -> None:
    for model in PUBLISHED.values():
        for file in model.files:
            assert len(file.sha256) == 64
            assert file.size > 0
            assert model.address(file).startswith("https://")
            assert model.address(file).endswith(file.name)
        assert model.spec.license


def test_what_rembg_has_downloaded_is_offered(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("U2NET_HOME", str(tmp_path / "rembg"))
    assert borrowed() == {}
    model = PUBLISHED["u2netp"]
    copy = tmp_path / "rembg" / "u2netp.onnx"
    copy.parent.mkdir()
    copy.write_bytes(bytes(model.size))
    assert borrowed() == {"u2netp": copy}
    assert borrowed_file(model) is None, "as large, but another file"


def test_a_description_survives_its_file(tmp_path: Path) -> None:
    spec = ModelSpec("net", normalization="imagenet", classes=("background", "thing"), step=4)
    (tmp_path / "net.json").write_bytes(encode_spec(spec))
    assert read_spec(tmp_path / "net.json") == spec


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"name": 3}',
        '{"name": "n", "height": "tall"}',
        '{"name": "n", "classes": [1, 2]}',
        '{"name": "n", "normalization": "none"}',
        '{"name": "n", "width": 0}',
        "not json",
    ],
)
def test_a_wrong_description_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "net.json").write_text(text, "utf-8")
    with pytest.raises(ModelError):
        read_spec(tmp_path / "net.json")
