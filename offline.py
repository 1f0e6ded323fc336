"""What `make bundle` put beside the program, and whether it is whole and made for this machine.

In: an unpacked bundle: wheelhouse/ with the wheels, their locked hashes and CONTENTS, and MANIFEST, the sha256 of every
file. Out: what is missing or altered, what does not fit this machine and what to do about it, and a uv that runs from
its own wheel. Refuses nothing itself: bootstrap.py stops with the sentences that it gets from here.

Standard library only, since it runs before anything is installed; commands/bundling.py writes what is read here.
"""

import hashlib
import json
import platform
import shutil
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

HOUSE = "wheelhouse"
CONTENTS = f"{HOUSE}/contents.json"
REQUIREMENTS = f"{HOUSE}/requirements.txt"
MANIFEST = "MANIFEST.sha256"  # as `sha256sum` writes and `sha256sum -c` reads it
# The county changes these before its first start; everything else is as it was packed.
EDITED = ("config.toml", ".streamlit/config.toml")
# Windows counts 260 characters for a path with its end, unless somebody has lifted that.
LONGEST_WINDOWS_PATH = 259

Sentences = tuple[str, str]  # in Chinese and in English


def is_bundle(root: Path) -> bool:
    """Whether the folder came from a bundle: then it installs from there and asks no network."""
    return (root / HOUSE).is_dir()


def sha256(path: Path) -> str:
    """A file's hash in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest_text(hashes: dict[str, str]) -> str:
    """The list of files, by name."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items()))


def listed(root: Path) -> dict[str, str]:
    """Name → hash, as MANIFEST has it; empty without one."""
    try:
        lines = (root / MANIFEST).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return {}
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines) if name}


def damage(root: Path) -> Sentences | None:
    """Which listed files are missing or altered; None when all but the EDITED ones are as they were packed."""
    hashes = listed(root)
    if REQUIREMENTS not in hashes or CONTENTS not in hashes:
        return (
            f"安装包不完整:没有文件清单 {MANIFEST},或者清单不全。请重新解压。",
            f"The bundle is incomplete: its list of files, {MANIFEST}, is missing or cut off. Unpack it again.",
        )
    hashes = {name: digest for name, digest in hashes.items() if name not in EDITED}
    missing = [name for name in hashes if not (root / name).is_file()]
    altered = [
        name for name, digest in hashes.items() if name not in missing and sha256(root / name) != digest
    ]
    if not missing and not altered:
        return None
    chinese, english = [], []
    for names, was, has in ((missing, "缺少", "missing"), (altered, "和清单不符", "altered")):
        if names:
            shown = "、".join(names[:5]) + (" …" if len(names) > 5 else "")
            chinese.append(f"{was} {len(names)} 个文件({shown})")
            english.append(f"{len(names)} {has} ({shown.replace('、', ', ')})")
    return (
        f"安装包不完整:{';'.join(chinese)}。请重新拷贝、解压,再试一次。",
        f"The bundle is incomplete: {'; '.join(english)}. Copy and unpack it again.",
    )


def contents(root: Path) -> dict[str, Any]:
    """For which machines the bundle was made."""
    read: dict[str, Any] = json.loads((root / CONTENTS).read_text(encoding="utf-8"))
    return read


def this_machine() -> dict[str, str]:
    """The same of this machine."""
    name, version = platform.libc_ver()
    return {
        "platform": sysconfig.get_platform(),
        "python": "{}.{}".format(*sys.version_info[:2]),
        "glibc": version if name == "glibc" else "",
    }


def misfit(made_for: dict[str, Any], here: dict[str, str], root: Path) -> Sentences | None:
    """Why this machine cannot use the bundle, and what to do; None when it can."""
    on_windows = here["platform"].startswith("win")
    if here["platform"] != made_for["platform"]:
        return (
            f"这个安装包是给 {made_for['platform']} 的,这里的 Python 是 {here['platform']}。请换对应的安装包或 64 位的 Python。",
            f"This bundle is for {made_for['platform']} and the Python here is for {here['platform']}. "
            "Take the other bundle, or a 64-bit Python.",
        )
    if here["python"] not in made_for["pythons"]:
        wanted = made_for["pythons"]
        call = f"py -{wanted[-1]}" if on_windows else f"python{wanted[-1]}"
        return (
            f"这个安装包可用的 Python 版本是 {'、'.join(wanted)},这里是 {here['python']}。装好其中一个后运行,例如:{call} bootstrap.py run",
            f"This bundle has what Python {', '.join(wanted)} needs, and this is {here['python']}. "
            f"Install one of them and run for example: {call} bootstrap.py run",
        )
    if made_for["glibc"] and _numbers(here["glibc"]) < _numbers(made_for["glibc"]):
        return (
            f"这个系统太旧:需要 glibc {made_for['glibc']} 或更新,这里是 {here['glibc'] or '别的 C 库'}。",
            f"This system is too old: glibc {made_for['glibc']} or newer is needed, this is "
            f"{here['glibc'] or 'another C library'}.",
        )
    room = LONGEST_WINDOWS_PATH - int(made_for["longest_path"])
    if on_windows and len(str(root)) > room:
        return (
            f"文件夹的路径太长({len(str(root))} 个字符),Windows 放不下里面的文件。请移到路径不超过 {room} 个字符的地方,例如 D:\\guanmo。",
            f"The folder's path is too long for Windows ({len(str(root))} characters). Move it to one of at most "
            f"{room}, D:\\guanmo for example.",
        )
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def unpacked_uv(root: Path, name: str, target: Path) -> Path:
    """The uv of wheel `name`, taken out of it: no pip and no venv is needed to get it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(root / HOUSE / name) as wheel:
        inside = next(
            each for each in wheel.namelist() if each.endswith((".data/scripts/uv", ".data/scripts/uv.exe"))
        )
        with wheel.open(inside) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
    target.chmod(0o755)
    return target
