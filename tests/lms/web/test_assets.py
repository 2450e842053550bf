"""Static files: addresses that last, modules that are found, nothing served that is not ours, vendored files untouched."""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.web.assets import AssetRegistry, UnknownAsset, install_assets

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "lms/static"
VENDORED = [STATIC / "vendor", ROOT / "tests/browser/vendor"]
YEAR = "public, max-age=31536000, immutable"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def core(tmp_path: Path) -> Path:
    return write(
        tmp_path / "core",
        {
            "css/theme.css": "body { color: black }" * 50,
            "js/app.js": 'import "./menu.js";\nimport { io } from "socket.io-client";\nconst later = () => import("./late.js");',
            "js/menu.js": '/** @import { X } from "./nowhere.js" */\nimport { make } from "./make.js";\nexport const from = "./no.js";',
            "js/make.js": 'export { from } from "./menu.js";',
            "js/late.js": "export {};",
            "vendor/io.js": "export const io = 1;",
            "vendor/manifest.json": json.dumps(
                {"files": {}, "imports": {"socket.io-client": "vendor/io.js"}}
            ),
            ".secret": "not served",
        },
    )


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    files = {"js/board.js": 'import { make } from "contrada/make.js";', "css/quiz.css": "p { margin: 0 }"}
    return write(tmp_path / "quiz", files)


@pytest.fixture
def registry(core: Path, quiz: Path) -> AssetRegistry:
    return AssetRegistry([("", core), ("quiz", quiz)])


@pytest.fixture
def client(registry: AssetRegistry) -> FlaskClient:
    app = Flask("test_assets", static_folder=None)
    install_assets(app, registry)
    return app.test_client()


def test_an_address_carries_the_fingerprint_of_its_folder(registry: AssetRegistry) -> None:
    theme, board = registry.url("css/theme.css"), registry.url("quiz/js/board.js")
    assert re.fullmatch(r"/static/_[0-9a-f]{12}/css/theme\.css", theme)
    assert re.fullmatch(r"/static/_[0-9a-f]{12}/quiz/js/board\.js", board)
    assert theme.split("/")[2] != board.split("/")[2]


def test_a_changed_file_changes_the_addresses_of_its_folder_only(
    registry: AssetRegistry, core: Path, quiz: Path
) -> None:
    write(quiz, {"css/quiz.css": "p { margin: 1rem }"})
    after = AssetRegistry([("", core), ("quiz", quiz)])
    assert after.url("quiz/js/board.js") != registry.url("quiz/js/board.js")
    assert after.url("css/theme.css") == registry.url("css/theme.css")


@pytest.mark.parametrize(
    "path", ["css/none.css", "../pyproject.toml", ".secret", "", "quiz", "quiz/../css/theme.css"]
)
def test_what_is_not_a_static_file_has_no_address(registry: AssetRegistry, path: str) -> None:
    with pytest.raises(UnknownAsset):
        registry.url(path)


def test_two_folders_cannot_claim_one_prefix(core: Path, quiz: Path) -> None:
    with pytest.raises(ValueError, match="claim the prefix"):
        AssetRegistry([("", core), ("", quiz)])


def test_two_folders_cannot_offer_one_module(core: Path, quiz: Path) -> None:
    write(quiz, {"vendor/manifest.json": json.dumps({"imports": {"socket.io-client": "vendor/io.js"}})})
    write(quiz, {"vendor/io.js": ""})
    with pytest.raises(ValueError, match="is offered by"):
        AssetRegistry([("", core), ("quiz", quiz)])


def test_the_import_map_names_core_plugins_and_libraries(registry: AssetRegistry) -> None:
    imports = json.loads(registry.import_map())["imports"]
    assert imports["contrada/"] == registry.url("js/app.js").removesuffix("app.js")
    assert imports["quiz/"] == registry.url("quiz/js/board.js").removesuffix("board.js")
    assert imports["socket.io-client"] == registry.url("vendor/io.js")


def test_the_policy_hash_is_of_exactly_the_import_map(registry: AssetRegistry) -> None:
    digest = base64.b64encode(hashlib.sha256(str(registry.import_map()).encode()).digest()).decode()
    assert registry.import_map_csp_hash() == f"'sha256-{digest}'"
    assert "<" not in registry.import_map()


def test_preloads_follow_static_imports_once_and_no_others(registry: AssetRegistry) -> None:
    names = [url.split("/", 3)[3] for url in registry.module_preloads("js/app.js")]
    assert names == ["js/app.js", "js/menu.js", "js/make.js", "vendor/io.js"]


def test_preloads_of_a_plugin_reach_into_the_core(registry: AssetRegistry) -> None:
    assert registry.url("js/make.js") in registry.module_preloads("quiz/js/board.js")


def test_a_module_that_imports_what_nobody_offers_is_named(registry: AssetRegistry, core: Path) -> None:
    write(core, {"js/broken.js": 'import "left-pad";'})
    with pytest.raises(UnknownAsset, match=r"js/broken\.js imports 'left-pad'"):
        AssetRegistry([("", core)]).module_preloads("js/broken.js")


def test_a_file_is_kept_for_a_year(client: FlaskClient, registry: AssetRegistry) -> None:
    answer = client.get(registry.url("css/theme.css"))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == YEAR
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_old_address_gets_the_file_of_today_without_a_promise(client: FlaskClient) -> None:
    answer = client.get("/static/_000000000000/css/theme.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


def test_text_is_compressed_for_those_who_accept_it(client: FlaskClient, registry: AssetRegistry) -> None:
    url = registry.url("css/theme.css")
    packed = client.get(url, headers={"Accept-Encoding": "br, gzip"})
    plain = client.get(url, headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data)
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_a_browser_that_has_the_file_gets_no_body(client: FlaskClient, registry: AssetRegistry) -> None:
    url = registry.url("css/theme.css")
    known = client.get(url).headers["ETag"]
    assert client.get(url, headers={"If-None-Match": known}).status_code == 304


@pytest.mark.parametrize(
    "path", ["css/none.css", "..%2f..%2fpyproject.toml", ".secret", "quiz/..%2fjs/app.js"]
)
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/_000000000000/{path}").status_code == 404


def test_a_changed_file_is_noticed_while_watching(core: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("lms.web.assets.time.monotonic", lambda: now)
    registry = AssetRegistry([("", core)], watch=True)
    before = registry.url("css/theme.css")
    write(core, {"css/theme.css": "body { color: brown; }"})
    now += 1
    assert registry.url("css/theme.css") != before


@pytest.mark.parametrize("folder", VENDORED, ids=lambda folder: folder.parent.name)
def test_vendored_files_are_what_the_manifest_says(folder: Path) -> None:
    files = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    here = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert here == {*files, "manifest.json"}
    for name, entry in files.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == entry["sha256"], name


def test_vendored_versions_are_the_pinned_ones() -> None:
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    pinned = package["dependencies"] | package["devDependencies"]
    for folder in VENDORED:
        for name, entry in json.loads((folder / "manifest.json").read_text("utf-8"))["files"].items():
            assert entry["version"] == pinned.get(entry["package"], entry["version"]), name


def test_every_vendored_package_is_listed_with_its_licence() -> None:
    listed = (ROOT / "docs/THIRD-PARTY.md").read_text("utf-8")
    for folder in VENDORED:
        for entry in json.loads((folder / "manifest.json").read_text("utf-8"))["files"].values():
            assert f"| {entry['package']} | {entry['version']} |" in listed


def test_every_script_of_the_core_finds_what_it_imports() -> None:
    registry = AssetRegistry([("", STATIC)])
    for script in (STATIC / "js").glob("*.js"):
        assert registry.module_preloads(f"js/{script.name}")


def test_every_file_and_icon_that_a_core_template_names_exists() -> None:
    registry = AssetRegistry([("", STATIC)])
    symbols = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor/icons.svg").read_text("utf-8")))
    for template in [
        *(ROOT / "lms/templates/ui").rglob("*.html"),
        *(ROOT / "lms/templates/shell").rglob("*.html"),
    ]:
        text = template.read_text("utf-8")
        for path in re.findall(r"""asset\(['"]([^'"]+)['"]\)""", text):
            assert registry.url(path)
        for name in re.findall(r"""\bicon\(['"]([a-z0-9-]+)['"]""", text):
            assert name in symbols, f"{template.name}: icon {name}"


def test_no_static_file_of_ours_asks_another_host() -> None:
    for file in [*(STATIC / "css").glob("*.css"), *(STATIC / "js").glob("*.js")]:
        addresses = set(re.findall(r"https?://[^\s\"'%)]+", file.read_text("utf-8")))
        assert addresses <= {"http://www.w3.org/2000/svg"}, file.name
