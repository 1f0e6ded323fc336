"""Two commands for a machine that has nothing but Python: start the app, or check everything.

In: `run [--port N] [--host ADDRESS] [--config FILE]`, `test`, or, in an offline bundle, `verify`. Out: a locked environment
in .venv, then the running app on localhost, or every check with a one-line summary; the exit code of whatever failed passes
through. Where `make bundle` has laid a wheelhouse beside it, it installs from there and asks no network.
Refuses to touch anything outside this folder, but for the browser and the LibreOffice that `test` may install on a
Debian-like system where it is allowed to, and to name a package index: uv and pip find theirs as this machine is set up.

Standard library only, since it runs before anything is installed. `make` and the .cmd files only call it.
"""

import argparse
import contextlib
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
UV_VERSION = "0.13.9"
LOCAL = "localhost"  # what the app listens on unless somebody says otherwise
UV_HOME = ROOT / ".uv"
VENV = ROOT / ".venv"
STAMP = VENV / "guanmo-synced"  # what is installed, written last: half an install has none
IS_WINDOWS = os.name == "nt"
BIN, EXE = ("Scripts", ".exe") if IS_WINDOWS else ("bin", "")
INDEX_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX")

BROWSER_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
MAC_BROWSERS = ("Chromium", "Google Chrome", "Microsoft Edge")
WINDOWS_BROWSERS = (
    ("Google", "Chrome", "Application", "chrome.exe"),
    ("Chromium", "Application", "chrome.exe"),
    ("Microsoft", "Edge", "Application", "msedge.exe"),
)
OFFICE_NAMES = ("soffice", "libreoffice")
OFFICE_PLACES = (  # where macOS and Windows put it, on no PATH
    Path("/Applications/LibreOffice.app/Contents/MacOS/soffice"),
    Path(os.environ.get("PROGRAMFILES", r"C:\Program Files")) / "LibreOffice" / "program" / "soffice.com",
)
SERVE_OPTIONS = ("host", "port", "replicas", "certificate", "key")  # commands/serving.py says what they mean
# A line of a socket's headers: the cookie of somebody with many groups has more than the 8 KB that are usual.
HANDSHAKE = {"WEBSOCKETS_MAX_LINE_LENGTH": "32768"}
NGINX_PLACES = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")


def say(chinese: str, english: str) -> None:
    """Print one sentence in both languages, at once even when the output is a file."""
    print(f"{chinese}\n  {english}", flush=True)


# The one line that a Python too old to run the rest must still be able to read: nothing above it, and no
# syntax below it, is newer than Python 3.6.
if sys.version_info < (3, 11):  # noqa: UP036
    found = "{}.{}".format(*sys.version_info[:2])
    say(
        f"需要 Python 3.11 或更新的版本,这里是 {found}。请安装新版后再试,或指明:make run PYTHON=python3.12",
        f"Python 3.11 or newer is needed, this is {found}. Install or name it: make run PYTHON=python3.12",
    )
    sys.exit(2)


import offline  # noqa: E402  # newer Python than the line above may meet


class Stop(Exception):
    """Ends the command with a sentence for the person who typed it; never a traceback."""

    def __init__(self, chinese: str, english: str, code: int = 2) -> None:
        super().__init__(english)
        self.chinese, self.english, self.code = chinese, english, code


class Terminated(KeyboardInterrupt):
    """SIGTERM, which unlike Ctrl-C in a terminal reaches this process only and not its child."""


# ── uv and the locked environment ────────────────────────────────────────────────────────────


def quietly(*command: "str | Path") -> "subprocess.CompletedProcess[str]":
    """Run a command and keep what it prints; a missing executable counts as exit code 127."""
    try:
        return subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        return subprocess.CompletedProcess(list(command), 127, "", str(error))


def is_pinned_uv(uv: Path) -> bool:
    """Whether `uv` runs and is the version that wrote the lock."""
    return uv.exists() and quietly(uv, "--version").stdout.startswith(f"uv {UV_VERSION}")


def pip_for_uv() -> "list[str]":
    """A pip command that installs into .uv/: a venv's own, else the system's with --target."""
    if quietly(sys.executable, "-m", "venv", UV_HOME).returncode == 0:
        return [str(UV_HOME / BIN / f"python{EXE}"), "-m", "pip", "install"]
    # Debian splits ensurepip off from Python; what venv left behind is half an environment.
    shutil.rmtree(UV_HOME, ignore_errors=True)
    if quietly(sys.executable, "-m", "pip", "--version").returncode == 0:
        return [sys.executable, "-m", "pip", "install", "--target", str(UV_HOME)]
    return []


def installed_uv() -> Path:
    """The project's own pinned uv in .uv/, installed on first use."""
    uv = UV_HOME / BIN / f"uv{EXE}"
    if is_pinned_uv(uv):
        return uv
    say(f"安装 uv {UV_VERSION} 到 .uv/ …", f"Installing uv {UV_VERSION} into .uv/ …")
    shutil.rmtree(UV_HOME, ignore_errors=True)
    pip = pip_for_uv()
    if not pip and Path(sys.executable).resolve().is_relative_to("/usr/bin") and apt_install("python3-venv"):
        pip = pip_for_uv()
    if not pip:
        raise Stop(
            "这个 Python 没有 venv 和 pip。请先装上:Debian 类系统用 apt install python3-venv,其他系统重装。",
            "This Python has neither venv nor pip. Install them first: apt install python3-venv on Debian "
            "and its kin, a complete Python elsewhere.",
        )
    done = quietly(*pip, "--disable-pip-version-check", "--only-binary", ":all:", f"uv=={UV_VERSION}")
    # pip --target puts scripts into bin/ on every system, also where a venv has Scripts/.
    for candidate in (uv, UV_HOME / "bin" / f"uv{EXE}"):
        if is_pinned_uv(candidate):
            return candidate
    print("\n".join((done.stdout + done.stderr).splitlines()[-5:]), file=sys.stderr)
    raise Stop(
        f"没有装上 uv {UV_VERSION}:多半是连不上软件包索引。请检查网络,或用 PIP_INDEX_URL 指明能连上的镜像。",
        f"uv {UV_VERSION} could not be installed, most likely because the package index cannot be reached. "
        "Check the network, or name a mirror in PIP_INDEX_URL.",
        done.returncode or 2,
    )


def fingerprint() -> str:
    """What the environment depends on: the lock, the project file, this Python, and where the folder lies."""
    digest = hashlib.sha256(f"{sys.version}|{sys.base_prefix}|{VENV}".encode())
    for name in ("uv.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def synced_python(with_dev: bool) -> Path:
    """The environment's interpreter, after making .venv what uv.lock says; no work when it already is."""
    python = VENV / BIN / f"python{EXE}"
    stamp = STAMP.read_text(encoding="utf-8").split() if STAMP.exists() and python.exists() else []
    bundled = offline.is_bundle(ROOT)
    # Whoever once ran the tests keeps their tools: `run` never takes them away. A bundle brings none.
    with_dev = not bundled and (with_dev or "dev" in stamp)
    wanted = [fingerprint(), "dev" if with_dev else "app"]
    if stamp == wanted:
        return python
    if bundled:
        STAMP.unlink(missing_ok=True)
        install_from_bundle(python)
        STAMP.write_text(" ".join(wanted), encoding="utf-8")
        return python
    uv = installed_uv()
    say("安装依赖到 .venv/ …", "Installing what uv.lock lists into .venv/ …")
    STAMP.unlink(missing_ok=True)
    groups = [] if with_dev else ["--no-dev"]
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(VENV), "UV_PYTHON_DOWNLOADS": "never"}
    environment.pop("VIRTUAL_ENV", None)

    def run_uv(*arguments: "str | Path") -> int:
        return subprocess.run(
            [str(uv), *map(str, arguments)], cwd=ROOT, env=environment, check=False
        ).returncode

    # Compiled once here and not by whichever process comes first: every start and every test is faster for it.
    code = run_uv("sync", "--locked", "--compile-bytecode", "--python", sys.executable, *groups)
    if code and any(os.environ.get(name) for name in INDEX_VARIABLES):
        # uv calls a lock outdated that was written against another index. A mirror serves the same files, so
        # install exactly the locked versions by their hashes.
        say("换用镜像,按锁定的版本和哈希安装 …", "Installing the locked versions by hash from the mirror …")
        pinned = VENV / "requirements.txt"
        code = (
            run_uv("venv", "--quiet", "--clear", "--python", sys.executable, VENV)
            or run_uv("export", "--quiet", "--frozen", *groups, "--output-file", pinned)
            or run_uv("pip", "sync", "--compile-bytecode", "--python", python, "--require-hashes", pinned)
        )
    if code:
        raise Stop(
            "依赖没有装全,见上面 uv 的说明。连不上软件包索引时请检查网络,或用 UV_DEFAULT_INDEX 指明镜像。",
            "The environment is incomplete: see what uv says above. If the package index cannot be reached, "
            "check the network, or name a mirror in UV_DEFAULT_INDEX.",
            code,
        )
    STAMP.write_text(" ".join(wanted), encoding="utf-8")
    return python


def intact_bundle() -> None:
    """Stop with a sentence unless this folder is a bundle, whole, and made for this machine."""
    if not offline.is_bundle(ROOT):
        raise Stop(
            f"这里不是离线安装包:没有 {offline.HOUSE}/ 文件夹。",
            f"This is no offline bundle: there is no folder {offline.HOUSE}/.",
        )
    fault = offline.damage(ROOT) or offline.misfit(offline.contents(ROOT), offline.this_machine(), ROOT)
    if fault is not None:
        raise Stop(*fault)


def install_from_bundle(python: Path) -> None:
    """Make .venv from the wheels beside the program, by the hashes of uv.lock, without asking any network."""
    say("核对安装包 …", "Checking the bundle …")
    intact_bundle()
    say("从安装包安装到 .venv/(不用网络)…", "Installing from the bundle into .venv/, without network …")
    uv = offline.unpacked_uv(ROOT, offline.contents(ROOT)["uv"], UV_HOME / BIN / f"uv{EXE}")
    # Beside .venv, so that uv links files instead of copying them; of no use afterwards.
    cache = UV_HOME / "cache"
    ours = {
        "UV_CACHE_DIR": str(cache),
        "UV_OFFLINE": "1",
        "UV_NO_CONFIG": "1",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("UV_", "VIRTUAL_ENV"))
    }
    sync: list[str | Path] = [uv, "pip", "sync", "--compile-bytecode", "--python", python]
    sources: list[str | Path] = ["--no-index", "--find-links", ROOT / offline.HOUSE, "--only-binary", ":all:"]
    steps: list[list[str | Path]] = [
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV],
        [*sync, *sources, "--require-hashes", ROOT / offline.REQUIREMENTS],
    ]
    for step in steps:
        code = subprocess.run(
            [str(part) for part in step], cwd=ROOT, env={**environment, **ours}, check=False
        ).returncode
        if code:
            raise Stop(
                "没有装上,见上面 uv 的说明。", "The installation failed: see what uv says above.", code
            )
    shutil.rmtree(cache, ignore_errors=True)


def apt_install(*packages: str) -> bool:
    """Install Debian packages where there is an apt-get that may be used without asking anyone."""
    apt = shutil.which("apt-get")
    if apt is None:
        return False
    prefix = []
    if os.geteuid() != 0:  # type: ignore[attr-defined,unused-ignore]  # apt-get is on no Windows
        if quietly("sudo", "-n", "true").returncode != 0:
            return False
        prefix = ["sudo", "-n"]
    say(f"用 apt-get 安装 {' '.join(packages)} …", f"Installing {' '.join(packages)} with apt-get …")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages]):
        subprocess.run([*prefix, apt, *arguments], env=environment, stdout=subprocess.DEVNULL, check=False)
    return quietly("dpkg", "-s", *packages).returncode == 0


# ── run ──────────────────────────────────────────────────────────────────────────────────────


def is_free(port: int) -> bool:
    """Whether a server can listen on `port` of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        if not IS_WINDOWS:  # there, the option would let two servers share a port
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def raw_and_prepared(config: Path) -> "tuple[Path, Path, bool]":
    """The config's two folders and whether it is the demo county; faults are left to prepare.py to tell."""
    import tomllib  # not in the Pythons that the check above turns away

    try:
        read = tomllib.loads(config.read_text(encoding="utf-8-sig"))
        raw, prepared = (config.parent / str(read["paths"][name]) for name in ("raw", "prepared"))
        return raw.resolve(), prepared.resolve(), bool(read["county"].get("is_demo", False))
    except FileNotFoundError:
        raise Stop(f"找不到配置文件 {config}。", f"There is no config file {config}.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Stop(
            f"配置文件 {config.name} 里读不出 [county] 和 [paths]:{error}",
            f"[county] and [paths] cannot be read from {config.name}: {error}",
        ) from None


def must(code: int) -> None:
    """Go on after exit code 0; else end with the same code, since the step has said what was wrong."""
    if code:
        raise Stop("没有完成,见上面的说明。", "Not finished; see what is said above.", code)


def publish_if_needed(python: Path, config: Path) -> None:
    """Write the demo county's raw files and prepare a data set, as far as either is missing."""
    raw, prepared, is_demo = raw_and_prepared(config)
    if (prepared / "CURRENT").exists():
        return
    if is_demo and not raw.exists():
        # Written beside its place and moved: an interrupted run leaves no half county behind.
        part = raw.with_name(raw.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        say("写出演示县的原始台账 …", "Writing the demo county's ledgers …")
        must(call([python, "-m", "demo", "--raw", part]))
        part.replace(raw)
        say(f"原始台账在 {raw}", f"The ledgers are in {raw}")
    say("准备数据集 …", "Preparing the data set …")
    must(call([python, "prepare.py", "--config", config]))


def call(command: "list[str | Path]", **extra: str) -> int:
    """Run one step in the project folder with extra environment variables; its exit code."""
    environment = {**os.environ, "PYTHONUTF8": "1", **extra}
    child = subprocess.Popen([str(part) for part in command], cwd=ROOT, env=environment)
    try:
        return child.wait()
    except Terminated:
        child.terminate()
        raise
    finally:  # Ctrl-C reaches the child as well: let it finish what it does on the way out
        end(child)


@contextlib.contextmanager
def beside(command: "list[str | Path]") -> "Iterator[Callable[[], int]]":
    """Run one step while others run; the function waits for it, prints what it said, and returns its exit code."""
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            [str(part) for part in command], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT
        )

        def finished() -> int:
            code = child.wait()
            said.seek(0)
            print(said.read().decode("utf-8", "replace"), end="", flush=True)
            return code

        try:
            yield finished
        finally:
            if child.poll() is None:
                child.terminate()
            end(child)


def end(child: "subprocess.Popen[bytes]") -> None:
    """Wait for a child that was interrupted, and insist after ten seconds."""
    for insist in (lambda: None, child.terminate, child.kill):
        if child.poll() is None:
            insist()
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue


def serving(port: int, host: str) -> "tuple[list[str], dict[str, str]]":
    """Streamlit's arguments and environment for listening on `host`; on an intranet nobody outside is asked anything."""
    arguments = ["-m", "streamlit", "run", "server.py", "--server.port", str(port)]
    if host == LOCAL:
        return arguments, HANDSHAKE
    # Streamlit's greeting would ask a server on the internet for this machine's address.
    quiet = {"STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE": "true"}
    return [*arguments, "--server.address", host], {**HANDSHAKE, **quiet}


def run(port: int, config: Path, host: str = LOCAL) -> int:
    """Serve the app on `host` until it is stopped."""
    if not config.exists():
        raise Stop(f"找不到配置文件 {config}。", f"There is no config file {config}.")
    if not is_free(port):
        raise Stop(
            f"端口 {port} 已被占用。换一个:make run PORT={port + 1}(run.cmd --port {port + 1})",
            f"Port {port} is taken. Use another: make run PORT={port + 1} (run.cmd --port {port + 1})",
        )
    python = synced_python(with_dev=False)
    publish_if_needed(python, config)
    say(
        f"启动:http://localhost:{port}(按 Ctrl-C 停止)",
        f"Starting: http://localhost:{port} (Ctrl-C stops it)",
    )
    if host != LOCAL:
        say(
            f"注意:{host} 对网络开放。别的电脑和手机看到的由配置里的 [access] 决定,没有写就是公开的内容。长期给内网用,请用 make serve。",
            f"Note: {host} is open to the network. What others see is up to [access] in the config, without it what is public. "
            "For an intranet use make serve.",
        )
    arguments, environment = serving(port, host)
    try:
        return call([python, *arguments], GUANMO_CONFIG=str(config), **environment)
    except KeyboardInterrupt:
        say("\n已停止。", "Stopped.")
        return 0


# ── serve ────────────────────────────────────────────────────────────────────────────────────


def serve(config: Path, options: "list[str]") -> int:
    """Serve a county with production settings: commands/serving.py, when it would start and something is published."""
    python = synced_python(with_dev=False)
    command = [str(python), "-m", "commands.serving", "--config", str(config), *options]
    must(call([*command, "--check"]))
    publish_if_needed(python, config)
    if not IS_WINDOWS:
        # In its place, so that signals reach the one process that ends the others.
        os.chdir(str(ROOT))
        os.execve(command[0], command, {**os.environ, "PYTHONUTF8": "1"})
    return call([*command])


# ── test ─────────────────────────────────────────────────────────────────────────────────────


def found_browser() -> "str | None":
    """The first Chromium-like browser on PATH or where the three systems put theirs."""
    named = os.environ.get("GUANMO_BROWSER")
    if named:
        return shutil.which(named)
    usual = [shutil.which(name) for name in BROWSER_NAMES]
    for top in (Path("/Applications"), Path.home() / "Applications"):
        usual += [str(top / f"{name}.app" / "Contents" / "MacOS" / name) for name in MAC_BROWSERS]
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        if variable in os.environ:
            usual += [str(Path(os.environ[variable], *parts)) for parts in WINDOWS_BROWSERS]
    return next((path for path in usual if path and Path(path).exists() and starts(path)), None)


def starts(browser: str) -> bool:
    """Whether the browser runs at all; Ubuntu's `chromium-browser` may be a note about where to get it."""
    # On Windows, --version opens a window instead of answering.
    return IS_WINDOWS or quietly(browser, "--version").returncode == 0


def browser_or_stop() -> str:
    """A browser for the tests, installed when that is allowed."""
    browser = found_browser()
    if browser is None and not os.environ.get("GUANMO_BROWSER") and apt_install("chromium", "fonts-noto-cjk"):
        browser = found_browser()
    if browser is None:
        raise Stop(
            "测试要用 Chromium、Chrome 或 Edge,这里没有找到。请装一个"
            "(Debian:apt install chromium fonts-noto-cjk),或用环境变量 GUANMO_BROWSER 指明它的位置。",
            "The tests need Chromium, Chrome or Edge and none was found. Install one "
            "(Debian: apt install chromium fonts-noto-cjk), or name its executable in GUANMO_BROWSER.",
        )
    return browser


def found_office() -> "str | None":
    """LibreOffice, which opens what the app writes for Word and PowerPoint."""
    named = os.environ.get("GUANMO_OFFICE")
    if named:
        return shutil.which(named)
    usual = [shutil.which(name) for name in OFFICE_NAMES]
    return next((path for path in [*usual, *map(str, OFFICE_PLACES)] if path and Path(path).exists()), None)


def office_or_notice() -> None:
    """LibreOffice for the tests, installed when that is allowed; without it the tests that need it are skipped."""
    if found_office() is not None or os.environ.get("GUANMO_OFFICE"):
        return
    # Without Java, help and dictionaries: 100 MB to fetch and 320 MB installed, in about a minute.
    if not apt_install("libreoffice-writer", "libreoffice-impress", "fonts-noto-cjk"):
        say(
            "没有 LibreOffice,也装不上:打开通报、汇报的测试会跳过"
            "(Debian:apt install libreoffice-writer libreoffice-impress,或用环境变量 GUANMO_OFFICE 指明它的位置)。",
            "There is no LibreOffice and it could not be installed: the tests that open the papers will be skipped "
            "(Debian: apt install libreoffice-writer libreoffice-impress, or name its executable in GUANMO_OFFICE).",
        )


def found_nginx() -> "str | None":
    """nginx, which stands before the app's processes on a server; Debian keeps it off a user's PATH."""
    named = os.environ.get("GUANMO_NGINX")
    if named:
        return shutil.which(named)
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", os.defpath), *NGINX_PLACES]))


def nginx_or_notice() -> None:
    """A proxy, nginx, for the tests, installed when that is allowed; without it the tests of several processes are skipped."""
    if found_nginx() is not None or os.environ.get("GUANMO_NGINX"):
        return
    if not apt_install("nginx"):
        say(
            "没有 nginx,也装不上:多个进程一起服务的测试会跳过(Debian:apt install nginx,或用环境变量 GUANMO_NGINX 指明它的位置)。",
            "There is no nginx and it could not be installed: the tests of several processes behind it will be skipped "
            "(Debian: apt install nginx, or name its executable in GUANMO_NGINX).",
        )


def driver_or_stop(python: Path) -> None:
    """Make sure that what steers the browser starts: its Node needs a library that bare Debian lacks."""

    def trial() -> "subprocess.CompletedProcess[str]":
        return quietly(python, "-m", "playwright", "--version")

    done = trial()
    if done.returncode and apt_install("libatomic1"):
        done = trial()
    if done.returncode:
        raise Stop(
            f"浏览器测试的驱动(playwright)启动不了:{done.stderr.strip()[:300]}",
            "Playwright's driver does not start; what it says is above.",
        )


def check_everything() -> int:
    """Run every check, the later ones also when an earlier one fails; 0 when all pass."""
    if offline.is_bundle(ROOT):
        raise Stop("离线安装包里没有测试。", "An offline bundle brings no tests.")
    python = synced_python(with_dev=True)
    browser = browser_or_stop()
    office_or_notice()
    nginx_or_notice()
    driver_or_stop(python)
    steps: dict[str, list[str | Path]] = {
        "ruff check": [python, "-m", "ruff", "check", "."],
        "ruff format": [python, "-m", "ruff", "format", "--check", "."],
        "lint-imports": [VENV / BIN / f"lint-imports{EXE}"],
        # A file's tests share a server and a county, so they stay together; more workers only prepare more counties.
        # In their own order: the browser's long files come first, and the many short ones fill both cores to the end.
        "pytest": [
            *(python, "-m", "pytest", "-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadfile"),
            *("--no-loadscope-reorder", "--durations=20", "--durations-min=5"),
        ],
    }
    results = []
    # One core for most of a minute, which the tests spend waiting for the browser: both at once.
    with beside([python, "-m", "mypy"]) as mypy:
        for name, command in steps.items():
            print(f"── {name} " + "─" * (60 - len(name)), flush=True)
            started = time.monotonic()
            code = call(command, GUANMO_BROWSER=browser)
            results.append((name, code, time.monotonic() - started))
        started = time.monotonic()
        print("── mypy " + "─" * 56, flush=True)
        results.append(("mypy", mypy(), time.monotonic() - started))
    print("─" * 64)
    for name, code, seconds in results:
        print(f"{name:<14} {'通过 ok' if code == 0 else f'失败 failed ({code})':<18} {seconds:7.1f} s")
    return next((code for _, code, _ in results if code), 0)


# ── the two commands ─────────────────────────────────────────────────────────────────────────


def parsed_arguments(arguments: "list[str] | None" = None) -> argparse.Namespace:
    """What was typed after `bootstrap.py`."""
    parser = argparse.ArgumentParser(description="Guanmo 观摩")
    commands = parser.add_subparsers(dest="command", required=True)
    runs = commands.add_parser("run", help="启动 / start the app on localhost")
    runs.add_argument("--port", type=int, default=8501)
    runs.add_argument("--host", default=LOCAL, help="0.0.0.0:局域网也能打开 / open to the local network")
    runs.add_argument("--config", type=Path, default=ROOT / "config.toml")
    serves = commands.add_parser("serve", help="在服务器上运行 / serve a county; docs/OPERATIONS.md")
    serves.add_argument("--config", type=Path, default=ROOT / "config.toml")
    for name in SERVE_OPTIONS:
        serves.add_argument(f"--{name}", type=os.path.abspath if name in ("certificate", "key") else str)
    commands.add_parser("test", help="全部检查 / every check and test")
    syncs = commands.add_parser("sync", help="只装依赖 / only install the locked environment")
    syncs.add_argument("--no-dev", action="store_true", help="不装测试工具 / without the tests' tools")
    commands.add_parser("verify", help="核对离线安装包 / check an offline bundle, file by file")
    return parser.parse_args(arguments)


def terminated(number: int, frame: object) -> None:
    """Treat SIGTERM as Ctrl-C, so that the child is ended as well."""
    raise Terminated


def main() -> int:
    """Run the command; its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show Chinese gets question marks, not a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, terminated)
    typed = parsed_arguments()
    try:
        if typed.command == "run":
            return run(typed.port, typed.config.resolve(), typed.host)
        if typed.command == "serve":
            given = [(name, getattr(typed, name)) for name in SERVE_OPTIONS]
            return serve(typed.config.resolve(), [f"--{name}={value}" for name, value in given if value])
        if typed.command == "sync":
            synced_python(with_dev=not typed.no_dev)
            return 0
        if typed.command == "verify":
            intact_bundle()
            say(
                f"安装包完整,可以装在这台电脑上:{len(offline.listed(ROOT))} 个文件。",
                f"The bundle is whole and fits this machine: {len(offline.listed(ROOT))} files.",
            )
            return 0
        return check_everything()
    except Stop as stop:
        say(stop.chinese, stop.english)
        return stop.code
    except KeyboardInterrupt:
        say("\n已中断。", "Interrupted.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
