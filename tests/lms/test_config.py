"""Settings: every refusal names file or variable, key and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.app import create_app
from lms.config import load_settings, make_secret_file
from lms.errors import ConfigError


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """An instance folder with a secret key and nothing else."""
    make_secret_file(tmp_path)
    return tmp_path


def test_values_come_from_the_file_and_the_environment_wins(instance: Path) -> None:
    (instance / "lms.toml").write_text('site_name = "File"\n[web]\nport = 9001\n')
    loaded = load_settings(
        instance, {"LMS_WEB__PORT": "9002", "LMS_ALLOWED_HOSTS": "a.example.org, b.example.org"}
    )
    assert (loaded.settings.site_name, loaded.settings.web.port) == ("File", 9002)
    assert loaded.settings.allowed_hosts == ["a.example.org", "b.example.org"]
    assert loaded.origin("site_name") == str(instance / "lms.toml")
    assert loaded.origin("web.port") == "environment LMS_WEB__PORT"
    assert loaded.origin("log_level") == "default"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[web]\nprot = 1\n", ["lms.toml", "`web.prot`", "Did you mean `web.port`?"]),
        ("[web]\nport = 99999\n", ["lms.toml", "`web.port` = 99999", "65535"]),
        ('database_url = "mysql://x"\n', ["lms.toml", "`database_url`", "sqlite:///FILE"]),
        ('environment = "staging"\n', ["lms.toml", "`environment`", "production"]),
        ("site_name = \n", ["lms.toml", "TOML"]),
    ],
)
def test_a_bad_value_is_refused_with_file_key_and_what_is_allowed(
    instance: Path, text: str, parts: list[str]
) -> None:
    (instance / "lms.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(instance, {})
    assert all(part in str(caught.value) for part in parts), str(caught.value)


def test_an_unknown_variable_is_refused_by_its_name(instance: Path) -> None:
    with pytest.raises(ConfigError, match="environment LMS_REDIS: unknown key"):
        load_settings(instance, {"LMS_REDIS": "redis://x"})


def test_a_missing_secret_is_refused_with_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="python3 -m lms setup --instance"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize("secret", ["short", "a" * 64, "changemechangemechangemechangeme"])
def test_an_unsafe_secret_is_refused(instance: Path, secret: str) -> None:
    with pytest.raises(ConfigError, match="not safe"):
        load_settings(instance, {"LMS_SECRET_KEY": secret})


def test_a_secret_that_others_can_read_is_refused(instance: Path) -> None:
    (instance / "keys" / "secret.key").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_settings(instance, {})


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"LMS_REDIS_URL": "redis://127.0.0.1:1"}, "scale mode needs PostgreSQL"),
        ({"LMS_WEB__HOST": "0.0.0.0"}, "`base_url` is missing"),  # noqa: S104 - that is what is refused
    ],
)
def test_settings_that_cannot_work_together_stop_the_start(
    instance: Path, environ: dict[str, str], why: str
) -> None:
    with pytest.raises(ConfigError, match=why):
        create_app(load_settings(instance, environ))
