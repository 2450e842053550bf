"""A bare checkout starts by itself: run in copies of it, with one tiny package and no network."""

from __future__ import annotations

import hashlib
import os
import runpy
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lms.ops import apt, bootstrap

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("lms/__main__.py", "lms/ops/__init__.py", "lms/ops/bootstrap.py", "lms/ops/apt.py")
CLI = """\
import os, sys
import tiny
print(tiny.VERSION, sys.prefix, *sys.argv[1:])
sys.exit(int(os.environ.get("WANTED_CODE", "0")))
"""


class Checkout:
    """A folder with only what starting needs, and a shelf of wheels in place of a package index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shelf = folder / "shelf"
        self.shelf.mkdir(parents=True)
        (folder / "lms" / "ops").mkdir(parents=True)
        for name in COPIED:
            shutil.copy(ROOT / name, folder / name)
        (folder / "lms" / "__init__.py").touch()
        (folder / "lms" / "cli.py").write_text(CLI, "utf-8")
        self.pin("1.0")

    def pin(self, version: str, digest: str | None = None) -> None:
        """Make a wheel of ``tiny`` and lock it, with a wrong ``digest`` where the test wants that."""
        wheel = self.shelf / f"tiny-{version}-py3-none-any.whl"
        info = f"tiny-{version}.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("tiny.py", f"VERSION = 'tiny-{version}'\n")
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n")
            archive.writestr(
                f"{info}/WHEEL",
                "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            archive.writestr(f"{info}/RECORD", "")
        digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
        for name in ("requirements.txt", "requirements-test.txt"):
            (self.folder / name).write_text(f"tiny=={version} \\\n    --hash=sha256:{digest}\n", "utf-8")

    def environment(self, **more: str) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PIP_", "LMS_", "PYTHON"))
        }
        return kept | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.shelf), **more}

    def popen(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [_base_python(), "-m", "lms", *arguments],
            cwd=self.folder,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # a run in the background of a shell ignores Ctrl-C, and whatever it starts would too
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - no threads here
        )

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        with self.popen(*arguments, **more) as process:
            out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def _base_python() -> str:
    return str(getattr(sys, "_base_executable", sys.executable))


@pytest.fixture
def bare(tmp_path: Path) -> Checkout:
    """A checkout that was never started."""
    return Checkout(tmp_path / "checkout")


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout that was started once."""
    checkout = Checkout(tmp_path_factory.mktemp("started") / "checkout")
    assert checkout.run("demo").returncode == 0
    return checkout


@pytest.fixture
def prepared(started: Checkout, bare: Checkout) -> Checkout:
    """A checkout of one's own that was started once; copied, because making one takes seconds."""
    shutil.copytree(started.folder / ".venv", bare.folder / ".venv", symlinks=True)
    return bare


def test_a_bare_checkout_installs_its_lock_and_runs_the_command(bare: Checkout) -> None:
    done = bare.run("demo", "--port", "9000", WANTED_CODE="7")

    assert done.stdout.split() == ["tiny-1.0", str(bare.folder / ".venv"), "demo", "--port", "9000"]
    assert done.returncode == 7
    assert "Installing 1 packages" in done.stderr


def test_a_second_start_installs_nothing_and_says_nothing(started: Checkout) -> None:
    done = started.run("demo", PIP_FIND_LINKS="/nowhere", PATH="/nowhere")

    assert (done.returncode, done.stderr) == (0, "")


def test_the_packages_of_the_tests_are_installed_when_tests_are_wanted(started: Checkout) -> None:
    first, second = started.run("test"), started.run("test")

    assert "Installing" in first.stderr
    assert second.stderr == ""
    assert started.run("demo").stderr == ""


def test_a_start_from_another_folder_works(started: Checkout, tmp_path: Path) -> None:
    done = subprocess.run(
        [_base_python(), str(started.folder / "lms"), "doctor"],
        cwd=tmp_path,
        env=started.environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[-1] == "doctor"


def test_an_existing_environment_without_a_note_is_taken_over(started: Checkout) -> None:
    (started.folder / ".venv" / ".installed").unlink()
    keepsake = started.folder / ".venv" / "keepsake"
    keepsake.touch()

    assert started.run("demo").returncode == 0
    assert keepsake.exists()


def test_a_changed_lock_is_installed(prepared: Checkout) -> None:
    prepared.pin("2.0")

    assert prepared.run("demo").stdout.startswith("tiny-2.0 ")


def test_an_installation_that_was_cut_off_is_made_again(bare: Checkout) -> None:
    with bare.popen("demo") as process:
        assert process.stderr is not None
        assert "First start" in process.stderr.readline()
        process.kill()
    assert (bare.folder / ".venv").exists()

    done = bare.run("demo")

    assert "First start" in done.stderr
    assert done.stdout.startswith("tiny-1.0 ")


def test_ctrl_c_in_the_first_start_is_quiet_and_the_next_start_goes_on(bare: Checkout) -> None:
    with bare.popen("demo") as process:
        assert process.stderr is not None
        assert "First start" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()

    assert process.returncode == 130
    assert "Traceback" not in rest
    assert bare.run("demo").returncode == 0


def test_two_first_starts_at_once_install_once(bare: Checkout) -> None:
    processes = [bare.popen("demo"), bare.popen("demo")]
    answers = [process.communicate(timeout=120) for process in processes]

    assert [process.returncode for process in processes] == [0, 0]
    assert all(out.startswith("tiny-1.0 ") for out, _err in answers)
    assert sum("Installing" in err for _out, err in answers) == 1


def test_a_package_with_another_hash_is_refused_in_one_line(prepared: Checkout) -> None:
    prepared.pin("2.0", digest="0" * 64)
    refused = prepared.run("demo")
    prepared.pin("2.0")

    assert refused.returncode == 1
    assert "could not be installed" in refused.stderr.splitlines()[-1]
    assert "Traceback" not in refused.stderr
    assert prepared.run("demo").returncode == 0


def test_lms_venv_is_used_as_it_is(started: Checkout, bare: Checkout) -> None:
    done = bare.run("demo", LMS_VENV=str(started.folder / ".venv"))

    assert done.returncode == 0
    assert not (bare.folder / ".venv").exists()
    assert "there is no" in bare.run("demo", LMS_VENV="/nowhere").stderr


@pytest.fixture
def no_venv_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a Debian without python3-venv."""
    find_spec = bootstrap.importlib.util.find_spec
    monkeypatch.setattr(
        bootstrap.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find_spec(name)
    )
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.delenv("LMS_VENV", raising=False)


@pytest.mark.usefixtures("no_venv_module")
def test_who_may_not_install_is_told_the_exact_command(
    bare: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apt, "may_install", lambda: False)
    wanted = f"apt-get install python{sys.version_info.major}.{sys.version_info.minor}-venv"

    with pytest.raises(bootstrap.CannotPrepare, match=wanted) as refusal:
        bootstrap.find_python(bare.folder, "run")
    assert "\n" not in str(refusal.value)


@pytest.mark.usefixtures("no_venv_module")
def test_root_on_debian_gets_the_missing_system_package(
    bare: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(apt, "may_install", lambda: True)
    monkeypatch.setattr(apt, "install", lambda packages: asked.extend(packages) or "")
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):
        monkeypatch.setenv(name, bare.environment()[name])

    python = bootstrap.find_python(bare.folder, "run")

    assert python.exists()
    assert [name.endswith("-venv") for name in asked] == [True]


def test_starting_needs_only_the_standard_library() -> None:
    imports = "import lms.__main__, lms.ops.bootstrap, sys; sys.exit('site' in sys.modules)"
    done = subprocess.run(
        [_base_python(), "-S", "-c", imports], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_an_older_python_is_told_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(sys, "argv", ["lms", "demo"])

    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "lms" / "__main__.py"), run_name="__main__")

    assert ended.value.code == 1
    assert "python3.11 -m lms demo" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ID=debian\n", True),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', True),
        ("ID=fedora\n", False),
        ("", False),
    ],
)
def test_only_debian_like_systems_use_apt(tmp_path: Path, text: str, expected: bool) -> None:
    release = tmp_path / "os-release"
    release.write_text(text, "utf-8")

    assert apt.is_debian_like(release) is expected
    assert not apt.may_install(release, user_id=1000)
