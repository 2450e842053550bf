"""Static files with addresses that never change their content.

Each static folder (the core's, and one per plugin) has one fingerprint made of all its files, and is served as
`/static/_<fingerprint>/...`. A folder, and not each file, is the unit, because then relative addresses inside stylesheets
and `import "./other.js"` work as written, without a bundler, and still are cached for a year.

`AssetRegistry` knows nothing of Flask; `install_assets` puts it into an application.
"""

import base64
import gzip
import hashlib
import json
import posixpath
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, Response, abort, request
from markupsafe import Markup

ASSETS = "lms_assets"
CORE_SPECIFIER = "contrada/"
"""Scripts of plugins import the core's modules as `contrada/toast.js`."""

_IMMUTABLE = "public, max-age=31536000, immutable"
_REVALIDATE = "no-cache"
_WATCH_SECONDS = 0.5
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
}
_COMPRESSED_BY_NATURE = {".woff2", ".png", ".jpg", ".webp"}
_STATIC_IMPORT = re.compile(
    r"""^[ \t]*(?:import\s*(?:[\w*{}\s,$]+?\s*from\s*)?|export\s+[\w*{}\s,$]+?\s*from\s*)["']([^"']+)["']""",
    re.MULTILINE,
)


class UnknownAsset(LookupError):
    """A template or script names a static file, or a module, that does not exist."""


@dataclass(frozen=True, slots=True)
class ServedAsset:
    """One answer: the bytes to send and the headers that go with them."""

    body: bytes
    headers: dict[str, str]
    etag: str


@dataclass(slots=True)
class _Root:
    """One static folder: its files by path, its fingerprint, and what was compressed of it so far."""

    prefix: str
    directory: Path
    files: dict[str, Path] = field(default_factory=dict)
    fingerprint: str = ""
    stamp: tuple[tuple[str, int, int], ...] = ()
    gzipped: dict[str, bytes] = field(default_factory=dict)

    def scan(self) -> bool:
        """Read the folder if it changed; return whether it did."""
        found = {
            path.relative_to(self.directory).as_posix(): path
            for path in sorted(self.directory.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }
        stats = ((name, path.stat()) for name, path in found.items())
        stamp = tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)
        if stamp == self.stamp and self.fingerprint:
            return False
        digest = hashlib.sha256()
        for name, path in found.items():
            digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        self.files, self.stamp, self.fingerprint = found, stamp, digest.hexdigest()[:12]
        self.gzipped.clear()
        return True

    def imports(self) -> Mapping[str, str]:
        """The bare module names that this folder's `vendor/manifest.json` offers, with the file of each."""
        manifest = self.files.get("vendor/manifest.json")
        if manifest is None:
            return {}
        names: dict[str, str] = json.loads(manifest.read_text("utf-8")).get("imports", {})
        return names


class AssetRegistry:
    """Knows all static files, their addresses, and the modules that scripts may import.

    `static_roots` are pairs of prefix and folder: the core's prefix is `""`, a plugin's is its name, so that
    `quiz/js/board.js` means `js/board.js` in the folder of the plugin quiz. With `watch=True` (development) changed files
    are noticed within half a second; without it folders are read once.

    Raises ValueError when two folders claim one prefix or offer the same module name.
    """

    def __init__(
        self, static_roots: Sequence[tuple[str, Path]], *, url_path: str = "/static", watch: bool = False
    ) -> None:
        self.url_path = url_path.rstrip("/")
        self._watch = watch
        self._looked_at = time.monotonic()
        self._roots: dict[str, _Root] = {}
        for prefix, directory in static_roots:
            if prefix in self._roots:
                raise ValueError(f"two static folders claim the prefix {prefix!r}")
            self._roots[prefix] = _Root(prefix, directory)
        self._read()

    def url(self, path: str) -> str:
        """Return the lasting address of a file, such as `css/theme.css`. Raises UnknownAsset."""
        self._refresh()
        known = self._urls.get(path)
        if known is None:
            known = self._urls[path] = self._url(*self._find(path))
        return known

    def import_map(self) -> Markup:
        """Return the JSON of the import map, ready to stand inside `<script type="importmap">`."""
        self._refresh()
        return Markup(self._import_map)  # noqa: S704 - our own JSON, and "<" is escaped in it

    def import_map_csp_hash(self) -> str:
        """Return the source expression that lets a strict `script-src` accept the inline import map."""
        self._refresh()
        return self._import_map_hash

    def module_preloads(self, entry: str) -> list[str]:
        """Return the addresses of a module and of all it imports statically, itself first, each once.

        Raises UnknownAsset when one of them imports what does not exist.
        """
        self._refresh()
        if entry not in self._preloads:
            self._preloads[entry] = list(dict.fromkeys(self._follow(entry, set())))
        return [self.url(path) for path in self._preloads[entry]]

    def serve(self, fingerprint: str, path: str, *, accepts_gzip: bool) -> ServedAsset:
        """Return the answer for a request of `/static/_<fingerprint>/<path>`. Raises UnknownAsset.

        An outdated fingerprint still gets the file of today, but not a promise that it will stay: pages opened before
        an upgrade keep working.
        """
        self._refresh()
        root, name = self._find(path)
        file = root.files[name]
        body = file.read_bytes()
        headers = {
            "Content-Type": _TYPES.get(file.suffix, "application/octet-stream"),
            "Cache-Control": _IMMUTABLE if fingerprint == root.fingerprint else _REVALIDATE,
            "X-Content-Type-Options": "nosniff",
        }
        etag = hashlib.sha256(body).hexdigest()[:20]
        if file.suffix not in _COMPRESSED_BY_NATURE:
            headers["Vary"] = "Accept-Encoding"
            if accepts_gzip:
                headers["Content-Encoding"] = "gzip"
                body = root.gzipped.setdefault(
                    name, root.gzipped.get(name) or gzip.compress(body, 9, mtime=0)
                )
                etag += "-gzip"
        return ServedAsset(body, headers, etag)

    def _refresh(self) -> None:
        if self._watch and time.monotonic() - self._looked_at > _WATCH_SECONDS:
            self._looked_at = time.monotonic()
            self._read()

    def _read(self) -> None:
        changed = [root.scan() for root in self._roots.values()]
        if any(changed) or not self._roots:
            self._preloads: dict[str, list[str]] = {}
            self._urls: dict[str, str] = {}
            self._modules = dict(self._collect_modules())
            imports = {name: self._address(path) for name, path in sorted(self._modules.items())}
            text = json.dumps({"imports": imports}, ensure_ascii=True, separators=(",", ":"))
            self._import_map = text.replace("<", "\\u003c")
            digest = hashlib.sha256(self._import_map.encode()).digest()
            self._import_map_hash = f"'sha256-{base64.b64encode(digest).decode()}'"

    def _collect_modules(self) -> Iterator[tuple[str, str]]:
        owner: dict[str, str] = {}
        for prefix, root in self._roots.items():
            base = f"{prefix}/" if prefix else ""
            offered = {name: base + path for name, path in root.imports().items()}
            if any(name.startswith("js/") for name in root.files):
                offered[base or CORE_SPECIFIER] = base + "js/"
            for name, path in offered.items():
                if name in owner:
                    raise ValueError(f"the module {name!r} is offered by {owner[name]!r} and by {prefix!r}")
                owner[name] = prefix
                yield name, path

    def _find(self, path: str) -> tuple[_Root, str]:
        """Only names found by a scan exist, so no path can lead out of a folder."""
        prefix, _, rest = path.partition("/")
        for root, name in ((self._roots.get(prefix), rest), (self._roots.get(""), path)):
            if root is not None and name in root.files:
                return root, name
        raise UnknownAsset(f"no static file {path!r}")

    def _url(self, root: _Root, name: str) -> str:
        middle = f"{root.prefix}/" if root.prefix else ""
        return f"{self.url_path}/_{root.fingerprint}/{middle}{name}"

    def _address(self, path: str) -> str:
        """The address of a file, or of a folder of modules (ends with a slash)."""
        if not path.endswith("/"):
            return self._url(*self._find(path))
        prefix, _, rest = path.partition("/")
        root = self._roots.get(prefix)
        return self._url(self._roots[""], path) if root is None else self._url(root, rest)

    def _follow(self, path: str, seen: set[str]) -> Iterator[str]:
        if path in seen:
            return
        seen.add(path)
        root, name = self._find(path)
        yield path
        for specifier in _STATIC_IMPORT.findall(root.files[name].read_text("utf-8")):
            yield from self._follow(self._resolve(specifier, path), seen)

    def _resolve(self, specifier: str, importer: str) -> str:
        if specifier.startswith("."):
            return posixpath.normpath(posixpath.join(posixpath.dirname(importer), specifier))
        if specifier in self._modules:
            return self._modules[specifier]
        folder, _, rest = specifier.partition("/")
        if f"{folder}/" in self._modules:
            return self._modules[f"{folder}/"] + rest
        raise UnknownAsset(f"{importer} imports {specifier!r}, which no static folder offers")


def install_assets(
    app: Flask,
    registry: AssetRegistry,
    *,
    wrap: Callable[[Callable[..., Response]], Callable[..., Response]] | None = None,
) -> None:
    """Serve the registry's files (endpoint `asset`) and give templates `asset`, `import_map` and `module_preloads`.

    Create the application with `static_folder=None`. `wrap` decorates the view, for instance to declare it public.
    """

    def serve_asset(fingerprint: str, path: str) -> Response:
        try:
            found = registry.serve(fingerprint, path, accepts_gzip=request.accept_encodings["gzip"] > 0)
        except UnknownAsset:
            abort(404)
        response = Response(found.body, headers=found.headers)
        response.set_etag(found.etag)
        response.make_conditional(request)
        return response

    app.extensions[ASSETS] = registry
    view = wrap(serve_asset) if wrap is not None else serve_asset
    app.add_url_rule(f"{registry.url_path}/_<fingerprint>/<path:path>", endpoint="asset", view_func=view)
    app.jinja_env.globals.update(
        asset=registry.url, import_map=registry.import_map, module_preloads=registry.module_preloads
    )
