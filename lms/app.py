"""Wiring: from settings to an application. Everything that is built is built here, in order."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from flask_login import LoginManager
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from lms import text
from lms.accounts.sessions import DatabaseSessions
from lms.admission import Admission, refuse_bad_contributions
from lms.config import ROOT, LoadedSettings, Settings
from lms.hooks.builtin import CORE
from lms.hooks.callers import EXTENSION as HOOKS
from lms.hooks.callers import Hooks
from lms.hooks.loader import PluginSet, load_plugins
from lms.live.bus import install_live
from lms.notifications.service import unread_of
from lms.offices.directory import EXTENSION as DIRECTORY
from lms.offices.directory import OfficeDirectory
from lms.store.base import db
from lms.store.engine import engine_options, install_listeners
from lms.store.runtime import SETTINGS
from lms.store.scope import install_scope
from lms.web import guard, health, home, pwa, theme
from lms.web.assets import AssetRegistry, install_assets
from lms.web.compress import install_compression
from lms.web.content import install_content
from lms.web.errors import install_errors
from lms.web.gallery import gallery_blueprint
from lms.web.i18n import install_i18n
from lms.web.icons import install_icons
from lms.web.offices import OfficeShim
from lms.web.rendering import install_rendering
from lms.web.slots import install_slots
from lms.work.jobs import publish_fact
from lms.work.worker import install_work

PACKAGE = Path(__file__).resolve().parent
CORE_BLUEPRINTS = (home.blueprint, theme.blueprint, pwa.blueprint, health.blueprint)


def create_app(loaded: LoadedSettings, *, plugin_folders: Sequence[Path] = ()) -> Flask:
    """The application of an installation.

    ``plugin_folders`` are searched before ``plugins/`` of the product. Raises
    ConfigError where the settings cannot work together.
    """
    settings = loaded.settings
    configure_logging(settings)
    app = Flask("lms", root_path=str(PACKAGE), static_folder=None, instance_path=str(settings.instance_dir))
    app.config.update(_flask_config(settings))
    app.url_map.strict_slashes = False  # a link with or without the last slash is the same page
    app.extensions[SETTINGS] = settings
    app.extensions["lms_loaded_settings"] = loaded
    named = [Path(folder).absolute() for folder in settings.plugin_folders]
    folders = [*plugin_folders, *named, settings.instance_dir / "plugins", ROOT / "plugins"]
    plugins = load_plugins(settings.plugins, folders, Admission())
    _install_store(app)
    _install_hooks(app, settings, plugins)
    _install_accounts(app, settings)
    _install_pages(app)
    refuse_bad_contributions(app)
    _install_templates(app, plugins)
    _install_pages_of_plugins(app)
    install_work(app)
    install_live(app, guard.identify)
    app.extensions[HOOKS].settle()
    _finish(app, settings)
    return app


def configure_logging(settings: Settings) -> None:
    """Structured logs on standard error: for people, or as JSON for machines."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    level = logging.getLevelName(settings.log_level.upper())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=level, format="%(levelname)s %(name)s %(message)s")
    for chatty in ("alembic", "werkzeug", "huey"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))


def _flask_config(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key,
        "TESTING": settings.environment == "test",
        "SQLALCHEMY_DATABASE_URI": settings.sqlalchemy_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings),
        "MAX_CONTENT_LENGTH": 16 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "TEMPLATES_AUTO_RELOAD": settings.environment == "development",
        "PROPAGATE_EXCEPTIONS": False,
    }


def _install_store(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        install_listeners(db.engine)
    install_scope(db.session)


def _install_hooks(app: Flask, settings: Settings, plugins: PluginSet) -> None:
    offices = OfficeDirectory(settings, frozenset(plugins.names()))
    app.extensions[DIRECTORY] = offices
    app.extensions[HOOKS] = Hooks(plugins, offices.plugins_of, publish_fact)
    folders = [PACKAGE / "translations", *(each.directory / "translations" for each in plugins.loaded)]
    text.install_catalogues([folder for folder in folders if folder.is_dir()])


def _install_templates(app: Flask, plugins: PluginSet) -> None:
    """The core's templates, and each plugin's from its own folder under its own name only."""
    own = {each.name: FileSystemLoader(each.directory / "templates" / each.name) for each in plugins.loaded}
    app.jinja_loader = ChoiceLoader([PrefixLoader(own), FileSystemLoader(PACKAGE / "templates")])
    install_rendering(app)
    install_i18n(app)
    install_slots(app)
    install_content(app)
    theme.install_theme(app)
    roots = [("", PACKAGE / "static")]
    roots += [
        (each.name, each.directory / "static")
        for each in plugins.loaded
        if (each.directory / "static").is_dir()
    ]
    registry = AssetRegistry(roots, watch=app.extensions[SETTINGS].environment == "development")
    install_assets(app, registry, wrap=guard.public)
    install_icons(app)
    guard.set_security_headers(app, registry.import_map_csp_hash)


def _install_accounts(app: Flask, settings: Settings) -> None:
    app.session_interface = DatabaseSessions(
        is_secure=settings.site_url.startswith("https:"), count_unread=unread_of
    )
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(lambda _user_id: guard.guest_or_actor())


def _install_pages(app: Flask) -> None:
    health.install_metrics(app)
    install_compression(app)
    install_errors(app)
    owners = app.extensions[guard.OWNERS] = {}
    for blueprint in CORE_BLUEPRINTS:
        app.register_blueprint(blueprint)
        owners[blueprint.name] = CORE
    if app.extensions[SETTINGS].is_development:
        app.register_blueprint(gallery_blueprint)
    _register(app, is_core=True)


def _install_pages_of_plugins(app: Flask) -> None:
    """After the core's, against which their addresses were judged."""
    _register(app, is_core=False)


def _register(app: Flask, *, is_core: bool) -> None:
    with app.app_context():
        contributed = app.extensions[HOOKS].blueprints()
    for owner, blueprint in contributed:
        if owner.startswith(f"{CORE}.") == is_core:
            app.register_blueprint(blueprint)
            app.extensions[guard.OWNERS][blueprint.name] = owner


def _finish(app: Flask, settings: Settings) -> None:
    guard.install_guard(app)
    wsgi: Callable[..., Any] = app.wsgi_app
    wsgi = OfficeShim(wsgi)
    if settings.web.trusted_proxies:
        count = settings.web.trusted_proxies
        wsgi = ProxyFix(wsgi, x_for=count, x_proto=count, x_host=count)
    app.wsgi_app = wsgi  # type: ignore[method-assign]  # Flask's documented way to add middleware
