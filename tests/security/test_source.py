"""The code that is installed holds nothing by which data could become code; read, not run."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    ROOT / "install.py",
    *sorted((ROOT / "matte_core").rglob("*.py")),
    *sorted((ROOT / "plug-ins").rglob("*.py")),
]

# Loading these runs what they hold, or reads it with more trust than a stranger's file deserves.
MODULES = {
    "pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "joblib", "yaml", "dbm", "code",
    "codeop", "imp", "tarfile", "telnetlib", "ftplib", "smtplib", "xmlrpc", "socketserver",
    "socket", "asyncio", "multiprocessing", "pty", "xml.sax", "xml.dom", "lxml",
}  # fmt: skip
CALLS = {
    "eval", "exec", "compile", "__import__", "breakpoint", "os.system", "os.popen", "os.execv",
    "os.execve", "os.execvp", "os.spawnl", "os.spawnv", "os.startfile", "subprocess.getoutput",
    "subprocess.getstatusoutput", "tempfile.mktemp", "np.load", "np.memmap", "numpy.load",
    "np.fromstring", "ElementTree.parse", "ElementTree.fromstring", "ElementTree.XML",
    "ElementTree.XMLParser", "ElementTree.iterparse", "importlib.import_module.eval",
}  # fmt: skip
# A server would listen to whoever comes; only the fetching of networks opens a connection at all.
SERVERS = {"http.server", "wsgiref", "BaseHTTPServer", "xmlrpc.server"}
MAY_CONNECT = {"matte_core/catalog/download.py"}
CONNECTS = {"urllib.request", "http.client", "requests", "httpx", "ssl"}


def name_of(node):
    """Return a dotted name such as ``os.system``; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = name_of(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def imported(node):
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return set()


def faults(tree, where):
    """Yield what a file does that it must not."""
    forbidden = MODULES | SERVERS | (set() if where in MAY_CONNECT else CONNECTS)
    for node in ast.walk(tree):
        for name in imported(node):
            if any(name == module or name.startswith(module + ".") for module in forbidden):
                yield f"{where}:{node.lineno} imports {name}"
        if not isinstance(node, ast.Call):
            continue
        if name_of(node.func) in CALLS:
            yield f"{where}:{node.lineno} calls {name_of(node.func)}"
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("extract", "extractall"):
            yield f"{where}:{node.lineno} unpacks an archive by the names in it"
        for keyword in node.keywords:
            value = getattr(keyword.value, "value", None)
            if (keyword.arg, value) in (("shell", True), ("allow_pickle", True)):
                yield f"{where}:{node.lineno} passes {keyword.arg}=True"


def test_nothing_turns_data_into_code_or_opens_a_port():
    found = [
        fault
        for path in SOURCES
        for fault in faults(ast.parse(path.read_bytes()), path.relative_to(ROOT).as_posix())
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from multiprocessing import connection",
        "from http.server import HTTPServer",
        "import urllib.request",
        "eval(text)",
        "subprocess.run(words, shell=True)",
        "np.load(path, allow_pickle=True)",
        "archive.extractall(folder)",
        "os.system(words)",
        "ElementTree.parse(path)",
    ],
)
def test_each_of_these_would_be_found(code):
    assert list(faults(ast.parse(code), "matte_core/any.py"))


def test_the_one_text_that_is_run_is_our_own_file():
    """GIMP's batch interpreter takes a line of Python; it names a file by a variable."""
    lines = [
        f"{path.relative_to(ROOT).as_posix()}: {node.value}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"\b(exec|eval)\(", node.value)
    ]
    assert lines == [
        "matte_core/setup/sample.py: import os; "
        "exec(open(os.environ['MATTE_SAMPLE_SCRIPT'], encoding='utf-8').read())"
    ]


def test_every_variable_that_is_heard_is_documented():
    """What the environment can change is a list that a person can read."""
    named = {
        name
        for path in SOURCES
        for name in re.findall(r"\bMATTE_[A-Z_]*[A-Z]\b", path.read_text("utf-8"))
    }
    documented = set(re.findall(r"`(MATTE_[A-Z_]+)`", (ROOT / "docs/security.md").read_text()))
    assert named == documented


def test_every_package_is_pinned_with_its_hash():
    for listed in (
        ROOT / "matte_core/setup/requirements.txt",
        ROOT / "matte_core/setup/sample-photo.txt",
        ROOT / "tests/requirements.txt",
    ):
        entries = re.split(r"\n(?=[a-zA-Z])", listed.read_text().strip())
        assert entries
        for entry in entries:
            assert re.match(r"[\w.-]+==[\w.]+ ", entry), entry.partition("\n")[0]
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.partition("\n")[0]
        text = listed.read_text()
        assert "://" not in text, "a package from elsewhere than the index"
