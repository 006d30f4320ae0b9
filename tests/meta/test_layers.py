"""Each folder imports only the folders below it, and no module imports itself through others."""

import ast
import graphlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACES = [ROOT, ROOT / "plug-ins" / "matte"]

# From low to high: a folder may import those in the rows above its own, and itself.
LAYERS = """
    base
    link
    catalog
    batch
    setup
    boxes images
    marks
    filters
    networks
    trimap matting compositing
    segmentation
    steps
    cutting following
    files
    cli worker
"""
# The first five; what is above them needs the packages of the worker's environment as well.
STANDARD_LIBRARY_ONLY = {"base", "link", "catalog", "batch", "setup"}
# What is not a folder of the library.
OTHERS = {
    "matte_core": {"base"},  # its public names are loaded when they are first used
    "__main__": {"cli"},
    "matte_plugin": {"base", "link", "batch", "setup", "gi"},
    "matte": {"base", "gi", "matte_plugin"},
    "install": {"base", "setup"},
}

RANKS = {name: rank for rank, row in enumerate(LAYERS.split("\n")) for name in row.split()}


def sources() -> dict[str, ast.Module]:
    """Return the syntax trees of the library, the plug-in and the installer by module name."""
    paths = [
        *sorted((ROOT / "matte_core").rglob("*.py")),
        *sorted((ROOT / "plug-ins").rglob("*.py")),
        ROOT / "install.py",
    ]
    trees = {}
    for path in paths:
        place = next(place for place in reversed(PLACES) if path.is_relative_to(place))
        parts = path.relative_to(place).with_suffix("").parts
        trees[".".join(p for p in parts if p != "__init__")] = ast.parse(path.read_bytes())
    return trees


def folder_of(module: str) -> str:
    """Return the folder, or the single file, that is a layer of its own: ``matting``."""
    parts = module.split(".")
    return parts[1] if parts[0] == "matte_core" and len(parts) > 1 else parts[0]


def imports_of(module: str, tree: ast.Module) -> set[str]:
    """Return what a module imports: modules of ours, or the top-level names of others.

    Imports in functions and under ``if TYPE_CHECKING`` count as well. If a package loads names when
    they are first used, the ``TYPE_CHECKING`` block of its ``__init__`` says where they come from,
    which counts for the modules that import these names instead.
    """
    unused = {n for block in typing_blocks(tree) for n in ast.walk(block) if module in LAZY}
    nodes = (node for node in ast.walk(tree) if node not in unused)
    targets = {target for node in nodes for target in targets_of(node)}
    for target in list(targets):
        # Importing a module runs the packages that contain it, unless they contain both.
        parts = target.split(".")
        packages = {".".join(parts[:n]) for n in range(1, len(parts))}
        targets |= {p for p in packages if not f"{module}.".startswith(f"{p}.")}
    return targets - {module}


def targets_of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name if alias.name in TREES else alias.name.partition(".")[0]
    elif isinstance(node, ast.ImportFrom):
        source = str(node.module)
        assert node.level == 0, f"a relative import of {source}"
        for alias in node.names:
            name = f"{source}.{alias.name}"
            if name in TREES:
                yield name
            elif source in TREES:
                yield LAZY.get(source, {}).get(alias.name, source)
            else:
                yield source.partition(".")[0]


def is_lazy(tree: ast.Module) -> bool:
    """Tell whether a module has a ``__getattr__``: it loads names when they are first used."""
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assigned = {
        name for n in tree.body if isinstance(n, ast.Assign) for name in map(ast.unparse, n.targets)
    }
    return "__getattr__" in functions | assigned


def typing_blocks(tree: ast.Module) -> list[ast.If]:
    return [n for n in tree.body if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.dump(n.test)]


def exports(tree: ast.Module) -> dict[str, str]:
    nodes = (node for block in typing_blocks(tree) for node in block.body)
    return {
        alias.name: str(node.module)
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def wrong_imports(graph: dict[str, set[str]]) -> Iterator[str]:
    for module, targets in graph.items():
        folder = folder_of(module)
        for target in sorted(targets):
            other = folder_of(target)
            if other in (folder, "matte_core") or target in sys.stdlib_module_names:
                continue
            if folder in OTHERS:
                is_allowed = other in OTHERS[folder]
            elif other in RANKS:
                is_allowed = RANKS[other] < RANKS[folder]
            else:
                is_allowed = folder not in STANDARD_LIBRARY_ONLY and other not in {"gi", *OTHERS}
            if not is_allowed:
                yield f"{module} imports {target}"


TREES = sources()
LAZY = {name: exports(tree) for name, tree in TREES.items() if is_lazy(tree)}
GRAPH = {name: imports_of(name, tree) for name, tree in TREES.items()}


def test_every_folder_has_its_layer():
    assert {folder_of(module) for module in GRAPH} == RANKS.keys() | OTHERS.keys()


def test_folders_import_only_what_is_below_them():
    assert list(wrong_imports(GRAPH)) == []


def test_no_imports_go_in_circles():
    try:
        graphlib.TopologicalSorter(GRAPH).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize(
    ("module", "source", "is_wrong"),
    [
        ("matte_core.matting.alpha", "from matte_core.trimap import make_trimap", True),
        ("matte_core.matting.alpha", "def f():\n    import matte_core.segmentation.evidence", True),
        ("matte_core.trimap", "if TYPE_CHECKING:\n    from matte_core import Segmentation", True),
        (
            "matte_core.matting.alpha",
            "from matte_core.matting.knn import nearest\nimport cv2",
            False,
        ),
        ("matte_core.base.memory", "import numpy", True),
        ("matte_core.setup.checks", "from matte_core.images import Box", True),
        ("matte_core.setup.checks", "import json\nfrom matte_core.link import client", False),
        ("matte_core.cli.alpha", "from gi.repository import Gimp", True),
        ("matte_plugin.running", "from matte_core.catalog import registry", True),
        ("matte_plugin.running", "from gi.repository import Gimp, GLib\nimport json", False),
    ],
)
def test_a_wrong_import_would_be_found(module, source, is_wrong):
    found = list(wrong_imports({module: imports_of(module, ast.parse(source))}))
    assert bool(found) == is_wrong
