"""Typed settings: defaults < ``instance/lms.toml`` < ``LMS_*`` environment.

Every error names the file (or variable), the key and what is allowed. Nothing else
in the product reads the environment or the configuration file.
"""

from __future__ import annotations

import difflib
import os
import secrets
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from lms.errors import ConfigError

ENV_PREFIX = "LMS_"
MIN_SECRET_LENGTH = 32
ROOT = Path(__file__).resolve().parent.parent


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WebSettings(_Section):
    """How pages and sockets are served."""

    host: str = "127.0.0.1"
    port: int = Field(8420, ge=1, le=65535)
    threads: int = Field(
        260,
        ge=4,
        le=1000,
        description="threads of the embedded server; all but 40 can hold a live connection",
    )
    workers: int = Field(
        0, ge=0, le=64, description="web processes; 0: two where there are two cores (scale mode: one)"
    )
    trusted_proxies: int = Field(0, ge=0, le=5, description="reverse proxies whose forwarded headers count")


class MailSettings(_Section):
    """Where mail goes. An empty ``url`` keeps all mail in the outbox, to be read at ``/_mail`` in development."""

    url: str = Field(
        "", description="smtp://user:password@host:port, smtps://...; empty keeps mail in the outbox"
    )
    sender: str = "Contrada <no-reply@example.org>"


class FileSettings(_Section):
    """Limits of uploads; sizes in megabytes."""

    max_upload_mb: int = Field(512, ge=1)
    user_quota_mb: int = Field(2_048, ge=1)
    office_quota_mb: int = Field(51_200, ge=1)
    max_image_megapixels: int = Field(50, ge=1)
    max_passing_mb: int = Field(
        4_096,
        ge=1,
        description="what is looked through and thrown away, such as a portfolio that somebody brings",
    )


class JobSettings(_Section):
    """Background work."""

    workers: int = Field(2, ge=1, le=32)
    stale_after_seconds: int = Field(60, ge=5, description="a running job without heartbeat is queued again")


class MediaSettings(_Section):
    """Sound and pictures of live rooms."""

    engine: Literal["embedded", "none"] = Field(
        "embedded", description="none: no sound and pictures, and no process for them"
    )
    port: int = Field(
        8430,
        ge=1,
        le=65535,
        description="UDP and TCP port that browsers reach; left out, another one is used if it is taken",
    )
    host: str = Field(
        "",
        description="address to listen at; empty: all, or only this machine while pages are only served to it",
    )
    workers: int = Field(
        1,
        ge=1,
        le=64,
        description="engine processes, for as many cores; each has a port of its own: port, port + 1, ...",
    )
    public_address: str = Field(
        "",
        description="IP address that browsers are told, behind address translation; empty: the machine's own",
    )


class OutgoingSettings(_Section):
    """What this site asks other sites for. By default nothing."""

    is_allowed: bool = Field(
        False, description="fetch a preview (title, text, picture) of web addresses that people keep"
    )
    seconds: float = Field(15, gt=0, le=120, description="for one address with its redirects")
    open_networks: list[str] = Field(
        default_factory=list,
        description="networks such as 10.20.0.0/16 that may be asked although they are not public",
    )

    @field_validator("open_networks")
    @classmethod
    def _known_networks(cls, networks: list[str]) -> list[str]:
        for each in networks:
            try:
                ip_network(each)
            except ValueError:
                raise ValueError("allowed: networks such as 10.20.0.0/16 or fd00::/8") from None
        return networks


class BackupSettings(_Section):
    """Backups made by ``lms backup`` and before every upgrade."""

    keep: int = Field(14, ge=1)


class OfficeSettings(_Section):
    """What the file fixes for one office; the admin page shows it as fixed."""

    plugins: list[str] | None = None


class Settings(_Section):
    """All settings of an installation. ``instance_dir`` is where its data lives."""

    instance_dir: Path = ROOT / "instance"
    environment: Literal["production", "development", "test"] = "production"
    site_name: str = "Contrada"
    base_url: str = Field("", description="public address, such as https://learning.example.org")
    allowed_hosts: list[str] = Field(default_factory=list, description="host names this site answers to")
    secret_key: str = Field("", description="at least 32 characters; normally kept in keys/secret.key")
    database_url: str = Field(
        "", description="empty: SQLite in the instance folder; else postgresql+psycopg://..."
    )
    redis_url: str = Field("", description="redis://...; joins several web processes (scale mode)")
    languages: list[str] = Field(default_factory=lambda: ["en", "it"])
    plugins: list[str] = Field(default_factory=list, description="loaded plugins, in order")
    plugin_folders: list[str] = Field(
        default_factory=list, description="folders with plugins, searched first"
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    web: WebSettings = Field(default_factory=WebSettings)
    mail: MailSettings = Field(default_factory=MailSettings)
    files: FileSettings = Field(default_factory=FileSettings)
    jobs: JobSettings = Field(default_factory=JobSettings)
    media: MediaSettings = Field(default_factory=MediaSettings)
    outgoing: OutgoingSettings = Field(default_factory=OutgoingSettings)
    backup: BackupSettings = Field(default_factory=BackupSettings)
    offices: dict[str, OfficeSettings] = Field(default_factory=dict)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError(
                "allowed: empty, sqlite:///FILE, postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
            )
        return url

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, url: str) -> str:
        if url and not url.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("allowed: empty, redis://HOST:PORT/0, rediss://..., unix://PATH")
        return url

    @property
    def sqlalchemy_url(self) -> str:
        """The database address, with the embedded default filled in."""
        return self.database_url or f"sqlite:///{self.instance_dir / 'contrada.db'}"

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded database."""
        return self.sqlalchemy_url.startswith("sqlite")

    @property
    def sqlite_path(self) -> Path:
        """The embedded database's file."""
        return Path(self.sqlalchemy_url.removeprefix("sqlite:///"))

    @property
    def is_scaled(self) -> bool:
        """True when several web processes share channels through Redis."""
        return bool(self.redis_url)

    @property
    def is_development(self) -> bool:
        """True in development and tests: extra pages, strict start-up checks."""
        return self.environment != "production"

    @property
    def site_url(self) -> str:
        """The public address without a trailing slash; links in mail start with it."""
        return (self.base_url or f"http://{self.web.host}:{self.web.port}").rstrip("/")

    @property
    def hosts(self) -> frozenset[str]:
        """Host names (without port) that requests may name."""
        named = {host.lower() for host in self.allowed_hosts}
        from_url = urlsplit(self.site_url).hostname
        local = {"127.0.0.1", "localhost", "[::1]"} if self.is_development or not self.base_url else set()
        return frozenset(named | local | ({from_url} if from_url else set()))


@dataclass(frozen=True)
class LoadedSettings:
    """Settings together with where each value came from (``web.port`` -> ``environment LMS_WEB__PORT``)."""

    settings: Settings
    origins: Mapping[str, str] = field(default_factory=dict)

    def origin(self, key: str) -> str:
        """Where the value of a dotted key came from."""
        return self.origins.get(key, "default")


def load_settings(
    instance_dir: Path | None = None, environ: Mapping[str, str] | None = None
) -> LoadedSettings:
    """Read the settings of the installation in ``instance_dir``.

    Raises ConfigError for an unknown key, a value that is not allowed, values that cannot
    work together, or a secret that is missing or unsafe.
    """
    environ = os.environ if environ is None else environ
    chosen = instance_dir or Path(environ.get("LMS_INSTANCE", ROOT / "instance"))
    chosen = chosen.resolve()
    file = chosen / "lms.toml"
    values = _read_file(file)
    origins = {key: str(file) for key in _flatten(values)}
    for name, key, value in _from_environment(environ):
        _put(values, key, value)
        origins[key] = f"environment {name}"
    values["instance_dir"] = chosen
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_explain(error, file, origins)) from None
    _refuse_impossible(settings)
    return LoadedSettings(_with_secret(settings, origins), origins)


def make_secret_file(instance_dir: Path) -> Path:
    """Create ``keys/secret.key`` readable by its owner only, unless it exists; returns its path."""
    path = instance_dir / "keys" / "secret.key"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(48) + "\n")
    return path


def setting_keys(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, Any, str]]:
    """Every key with its default and description, depth first; for ``lms config`` and the docs."""
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, _Section):
            yield from setting_keys(kind, f"{prefix}{name}.")
        elif name not in {"instance_dir", "offices"}:
            default = info.get_default(call_default_factory=True)
            yield f"{prefix}{name}", default, info.description or ""


def _refuse_impossible(settings: Settings) -> None:
    if settings.is_scaled and settings.is_sqlite:
        raise ConfigError(
            "`redis_url` is set but `database_url` is SQLite: scale mode needs PostgreSQL (docs/operations/scale.md)"
        )
    if (
        settings.environment == "production"
        and not settings.base_url
        and settings.web.host not in {"127.0.0.1", "::1"}
    ):
        raise ConfigError("`base_url` is missing: say under which public address this site is reached")


def _read_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not readable as TOML: {error}") from None


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, str, Any]]:
    for name in sorted(environ):
        key = name.removeprefix(ENV_PREFIX).lower().replace("__", ".")
        if (
            not name.startswith(ENV_PREFIX)
            or key in {"instance", "venv"}
            or key.startswith(("test_", "internal_"))
        ):
            continue
        text = environ[name]
        yield name, key, [part.strip() for part in text.split(",") if part.strip()] if _is_list(key) else text


def _is_list(key: str) -> bool:
    model: Any = Settings
    for part in key.split("."):
        info = getattr(model, "model_fields", {}).get(part)
        if info is None:
            return False
        model = info.annotation
    return get_origin(model) is list or list in {get_origin(each) for each in get_args(model)}


def _put(values: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        values = values.setdefault(parent, {})
    values[last] = value


def _flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _explain(error: ValidationError, file: Path, origins: Mapping[str, str]) -> str:
    lines = []
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"])
        where = origins.get(key, str(file))
        if item["type"] == "extra_forbidden":
            lines.append(f"{where}: unknown key `{key}`. {_suggest(key)}")
        else:
            message = item["msg"].removeprefix("Value error, ")
            lines.append(f"{where}: `{key}` = {item['input']!r} is not allowed: {message}.")
    return "\n".join(lines)


def _suggest(key: str) -> str:
    known = [name for name, _default, _text in setting_keys()]
    near = difflib.get_close_matches(key, known, n=1)
    parent = key.rpartition(".")[0]
    siblings = sorted(name for name in known if name.rpartition(".")[0] == parent) or sorted(known)
    hint = f"Did you mean `{near[0]}`? " if near else ""
    return f"{hint}Allowed: {', '.join(siblings)}."


def _with_secret(settings: Settings, origins: dict[str, str]) -> Settings:
    path = settings.instance_dir / "keys" / "secret.key"
    if settings.secret_key:
        secret, where = settings.secret_key, origins.get("secret_key", "secret_key")
    else:
        try:
            secret, where = path.read_text("utf-8").strip(), str(path)
        except FileNotFoundError:
            raise ConfigError(
                f"{path}: there is no secret key. Make one with: python3 -m lms setup --instance {settings.instance_dir}"
            ) from None
        if path.stat().st_mode & 0o077:
            raise ConfigError(
                f"{path}: other users of this machine can read the secret key. Mend with: chmod 600 {path}"
            )
    if len(secret) < MIN_SECRET_LENGTH or len(set(secret)) < 10:
        raise ConfigError(
            f"{where}: `secret_key` is not safe: it needs at least {MIN_SECRET_LENGTH} random characters. "
            f"Remove it and run: python3 -m lms setup --instance {settings.instance_dir}"
        )
    origins["secret_key"] = where
    return settings.model_copy(update={"secret_key": secret})
