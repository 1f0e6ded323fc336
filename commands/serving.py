"""The app for a whole county: one process per core, nginx before them, all of it watched. `make serve` starts this.

In: a config, an address, how many processes. Out: runs until SIGTERM or Ctrl-C; a process that dies or no longer answers is
started again, after a pause that grows. Refuses, with a sentence, what would show too much or not work: mode `local` on a
network, a taken port, several processes without nginx. Nothing is left running, also when this process is killed.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import logs
from bootstrap import HANDSHAKE, ROOT, found_nginx
from settings import ConfigProblem, Settings, read_settings

TEMPLATE = ROOT / "deploy" / "nginx.conf.template"
HERE = ("localhost", "127.0.0.1", "::1")
FIRST_PORT = 8611  # of the processes behind nginx, on loopback: below those that the system gives away itself
HEALTH = "/healthz"
START_S = 180.0  # until the first process answers; a large county on a slow disk
ANSWER_S, ASK_EVERY_S, MOST_SILENT = 20.0, 15.0, 3  # a process that does not answer three times hangs
STOP_S = 15.0
PAUSES_S = (0.2, 1.0, 2.0, 5.0, 15.0, 30.0)  # before the next start; from the first again after CALM_S
CALM_S = 60.0
ACCESS_BYTES, ACCESS_FILES = 50_000_000, 20

# What has to hold for a server, whatever .streamlit/config.toml says on this machine.
PRODUCTION: Mapping[str, str] = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.runOnSave": "false",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.enableAgentApi": "false",
    "server.scriptHealthCheckEnabled": "false",
    "server.maxUploadSize": "1",  # MB
    "server.maxMessageSize": "64",  # to the browser; the largest table of a large county is a tenth
    "server.maxWidgetStateSize": "1",  # from the browser; web/guard_socket.py has the limit of a message
    "server.enableStaticServing": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "browser.gatherUsageStats": "false",
    "global.developmentMode": "false",
    "logger.enableRich": "false",  # it prints tracebacks past every log
    "logger.hideWelcomeMessage": "true",
}


class Refused(Exception):
    """Cannot be served like this; the text is for whoever typed the command."""


@dataclass(frozen=True)
class Plan:
    """What is going to run."""

    config: Path
    mode: str
    logs: Path
    host: str
    port: int
    ports: tuple[int, ...]  # of the processes; one that is `port` itself: no nginx
    nginx: str | None = None
    certificate: Path | None = None
    key: Path | None = None

    @property
    def folder(self) -> Path:
        """Where nginx.conf and nginx's own files are."""
        return self.logs / "nginx"

    @property
    def address(self) -> str:
        """What to type into a browser on this machine."""
        scheme, usual = ("https", 443) if self.certificate else ("http", 80)
        return f"{scheme}://localhost" + ("" if self.port == usual else f":{self.port}")


# ── what is asked for, and whether it may be ─────────────────────────────────────────────────
def planned(typed: argparse.Namespace, settings: Settings) -> Plan:
    """The plan for what was typed. Raises Refused."""
    mode, is_here = settings.access.mode, typed.host in HERE
    certificate, key = typed.certificate, typed.key
    replicas = typed.replicas or (1 if mode == "local" else _cores())
    if mode == "local" and not (is_here and replicas == 1 and not certificate):
        raise Refused(
            '配置里 [access] mode = "local"(也是没有写时的值)只给坐在这台电脑前的人用。要让内网上的人打开,请写 mode = "open"'
            '(不用登录,只看公开的内容)或 mode = "login"(登录后按身份看);只在本机用,请加 --host localhost --replicas 1'
            "(make serve HOST=localhost REPLICAS=1)。"
        )
    if bool(certificate) != bool(key):
        raise Refused("证书和私钥要一起写:--certificate 证书.pem --key 私钥.pem。")
    for file in filter(None, (certificate, key)):
        if not file.is_file():
            raise Refused(f"找不到证书文件 {file}。")
    needs_nginx = replicas > 1 or certificate is not None
    nginx = found_nginx() if needs_nginx else None
    if needs_nginx and os.name == "nt":
        raise Refused("Windows 上只能用一个进程,也不带证书:serve --replicas 1。")
    if needs_nginx and nginx is None:
        raise Refused(
            f"{replicas}个进程和证书要用 nginx,这里没有找到。请安装(Debian:apt install nginx),或用环境变量 GUANMO_NGINX "
            "指明它的位置;只用一个进程,请加 --replicas 1(make serve REPLICAS=1)。"
        )
    if not can_listen(typed.host, typed.port):
        raise Refused(
            f"端口 {typed.port} 用不了:已被占用,或者没有权限(1024以下的端口要由 systemd 启动,见 docs/OPERATIONS.md)。"
            "请换一个,如 --port 8080(make serve PORT=8080)。"
        )
    ports = free_ports(replicas) if needs_nginx else (typed.port,)
    return Plan(
        typed.config.resolve(), mode, settings.paths.logs, typed.host, typed.port, ports, nginx,
        certificate and certificate.resolve(), key and key.resolve(),
    )  # fmt: skip


def can_listen(host: str, port: int) -> bool:
    """Whether a server could listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        if os.name != "nt":
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
    return True


def free_ports(number: int) -> tuple[int, ...]:
    """So many ports of this machine that nobody listens on."""
    free = (port for port in range(FIRST_PORT, FIRST_PORT + 1000) if can_listen("127.0.0.1", port))
    return tuple(port for port, _ in zip(free, range(number), strict=False))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# ── nginx ────────────────────────────────────────────────────────────────────────────────────
def nginx_config(plan: Plan) -> str:
    """deploy/nginx.conf.template for this plan."""
    host = "" if plan.host in ("0.0.0.0", "") else f"[{plan.host}]:" if ":" in plan.host else f"{plan.host}:"
    tls = redirect = ""
    if plan.certificate:
        tls = "\n".join(
            (
                f'        ssl_certificate "{plan.certificate}";',
                f'        ssl_certificate_key "{plan.key}";',
                "        ssl_protocols TLSv1.2 TLSv1.3;",
                "        ssl_session_cache shared:tls:10m;",
                "        ssl_session_timeout 1d;",
                "        error_page 497 =301 https://$http_host$request_uri;",
                '        proxy_cookie_path ~(.*) "$1; Secure";',
            )
        )
    if plan.certificate and plan.port == 443:
        redirect = f"    server {{\n        listen {host}80;\n        return 301 https://$host$request_uri;\n    }}\n"
    filled = {
        # Whoever starts this as root has the app's processes run as root as well; the unit and the container do not.
        "USER": "user root;\n" if hasattr(os, "geteuid") and os.geteuid() == 0 else "",
        "FOLDER": str(plan.folder),
        "LOGS": str(plan.logs),
        "SECURE": "; Secure" if plan.certificate else "",
        # Never set aside: on this machine a dead one refuses at once, and one that is back is needed at once.
        "SERVERS": "\n".join(f"        server 127.0.0.1:{port} max_fails=0;" for port in plan.ports),
        "REDIRECT": redirect,
        "LISTEN": f"{host}{plan.port}{' ssl' if plan.certificate else ''}",
        "TLS": tls,
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in filled.items():
        text = text.replace(f"@{name}@", value)
    return text


def written_nginx_config(plan: Plan) -> list[str]:
    """Write nginx.conf where it is used, have nginx check it, and give the command that runs it. Raises Refused."""
    assert plan.nginx is not None
    if any(sign in str(plan.logs) for sign in " \t;{}\"'$@"):
        raise Refused(
            f"日志文件夹 {plan.logs} 的路径里有空格或特殊符号,nginx 用不了。请在 [paths] logs 换一个。"
        )
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        path = plan.folder / "nginx.conf"
        path.write_text(nginx_config(plan), encoding="utf-8")
    except OSError as error:
        raise Refused(f"日志文件夹 {plan.logs} 写不进去({error.strerror})。请检查权限和磁盘。") from error
    command = [plan.nginx, "-p", str(plan.folder), "-c", str(path)]
    if _nginx_version(plan.nginx) >= (1, 19, 5):  # before, it complains about a log that it may not open
        command += ["-e", "stderr"]
    tried = subprocess.run([*command, "-t", "-q"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise Refused(f"nginx 不接受这份配置({path}):\n{tried.stderr.strip()}")
    return command


def _nginx_version(nginx: str) -> tuple[int, ...]:
    told = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=False).stderr
    numbers = told.partition("/")[2].split()[0].split(".") if "/" in told else []
    return tuple(int(number) for number in numbers if number.isdigit())


# ── processes ────────────────────────────────────────────────────────────────────────────────
@dataclass
class Process:
    """One that is kept running."""

    name: str
    command: list[str]
    environment: dict[str, str]
    farewell: signal.Signals  # what it gets when this process is gone
    port: int | None = None  # where it is asked whether it is well
    running: asyncio.subprocess.Process | None = None
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self) -> None:
        """Start it, and again whenever it ends; never returns."""
        failures = 0
        while True:
            started = time.monotonic()
            watching = None
            try:
                await self._start()
                watching = asyncio.create_task(self._watch())
                assert self.running is not None
                code = await self.running.wait()
            finally:
                if watching is not None:
                    watching.cancel()
            self.is_ready.clear()
            self._end_group()  # workers that outlived it hold its port
            took = time.monotonic() - started
            failures = 1 if took > CALM_S else failures + 1
            pause = PAUSES_S[min(failures, len(PAUSES_S)) - 1]
            logs.event(
                "process ended",
                level=logging.ERROR,
                which=self.name,
                code=code,
                after_s=round(took, 1),
                again_in_s=pause,
            )
            await asyncio.sleep(pause)

    async def _start(self) -> None:
        command = self.command
        if os.name != "nt":
            tether = [sys.executable, "-m", "commands.tethered", str(os.getpid()), str(int(self.farewell))]
            command = [*tether, *command]
        self.running = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            # A group of its own: Ctrl-C in a terminal is for this process, which ends the others in order.
            start_new_session=os.name != "nt",
        )
        logs.event("process started", which=self.name, pid=self.running.pid)

    async def _watch(self) -> None:
        """Note when it answers first; kill it when it no longer does."""
        if self.port is None:
            self.is_ready.set()
            return
        started = time.monotonic()
        while not await answers(self.port):
            await asyncio.sleep(0.2)
        self.is_ready.set()
        logs.event("process ready", which=self.name, after_s=round(time.monotonic() - started, 1))
        silent = 0
        while True:
            await asyncio.sleep(ASK_EVERY_S)
            silent = 0 if await answers(self.port) else silent + 1
            if silent >= MOST_SILENT and self.running is not None:
                logs.event("process hangs", level=logging.ERROR, which=self.name, pid=self.running.pid)
                self.running.kill()
                return

    def stop(self) -> None:
        """Ask it to end."""
        if self.running is not None and self.running.returncode is None:
            with suppress(ProcessLookupError):
                self.running.terminate()

    async def gone(self) -> None:
        """Wait until it has ended."""
        if self.running is not None:
            await self.running.wait()

    def _end_group(self) -> None:
        if self.running is not None and os.name != "nt":
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.running.pid, signal.SIGKILL)

    def kill(self) -> None:
        """End it and whatever it started."""
        if self.running is not None and self.running.returncode is None:
            with suppress(ProcessLookupError):
                self.running.kill()
        self._end_group()


async def answers(port: int) -> bool:
    """Whether a process answers at all; what it says about its data is not for this to judge."""

    async def asked() -> bool:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(f"GET {HEALTH} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            return (await reader.readline()).startswith(b"HTTP/")
        finally:
            writer.close()

    try:
        return await asyncio.wait_for(asked(), ANSWER_S)
    except (OSError, TimeoutError):
        return False


def processes(plan: Plan) -> list[Process]:
    """What has to run for the plan: the app, so many times, and nginx where there is a choice. Raises Refused."""
    shared = {
        "GUANMO_CONFIG": str(plan.config),
        "GUANMO_LOG": "json",
        "PYTHONUTF8": "1",
        **HANDSHAKE,
        "FORWARDED_ALLOW_IPS": "127.0.0.1",  # only the nginx of this machine says for whom it asks
        # One for all processes: what one has signed, another must be able to read. That of secrets.toml goes before it.
        "STREAMLIT_SERVER_COOKIE_SECRET": os.environ.get("STREAMLIT_SERVER_COOKIE_SECRET")
        or secrets.token_hex(32),
    }
    options = [f"--{name}={value}" for name, value in PRODUCTION.items()]
    address = "127.0.0.1" if plan.nginx else plan.host
    app = [sys.executable, "-m", "streamlit", "run", "server.py", *options, f"--server.address={address}"]
    found = [
        Process(
            f"app-{node}",
            [*app, f"--server.port={port}"],
            {**shared, "GUANMO_NODE": str(node)},
            signal.SIGTERM if os.name == "nt" else signal.SIGKILL,  # what was acknowledged is on disk
            port,
        )
        for node, port in enumerate(plan.ports, 1)
    ]
    if plan.nginx:
        found.append(Process("nginx", written_nginx_config(plan), {}, signal.SIGTERM))
    return found


async def run(plan: Plan) -> int:
    """Keep everything running until told to stop; the exit code."""
    stopping = asyncio.Event()
    if os.name != "nt":
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    kept = processes(plan)
    logs.event("serving", mode=plan.mode, processes=len(plan.ports), port=plan.port, nginx=bool(plan.nginx))
    keeping = [asyncio.create_task(each.keep()) for each in kept]
    announcing, rotating = asyncio.create_task(_announced(plan, kept)), asyncio.create_task(_rotated(plan))
    told = asyncio.create_task(stopping.wait())
    tasks: list[asyncio.Task[Any]] = [told, announcing, rotating, *keeping]
    try:
        await asyncio.wait([told, announcing, *keeping], return_when=asyncio.FIRST_COMPLETED)
        if announcing.done() and announcing.result():
            await asyncio.wait([told, *keeping], return_when=asyncio.FIRST_COMPLETED)
        for kept_running in keeping:
            if kept_running.done():
                kept_running.result()  # a fault of this program: it ends with its traceback
        return 0 if told.done() else 1
    finally:
        _notify("STOPPING=1")
        logs.event("stopping")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await _ended(kept)


async def _ended(kept: list[Process]) -> None:
    for each in reversed(kept):  # nginx first: nobody is sent to a process that is going
        each.stop()
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*(each.gone() for each in kept)), STOP_S)
    for each in kept:
        each.kill()
    logs.event("stopped")


async def _announced(plan: Plan, kept: list[Process]) -> bool:
    """Say that it can be opened, once every process answers; False when none does in time."""
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*(each.is_ready.wait() for each in kept)), START_S)
    if not any(each.is_ready.is_set() for each in kept if each.port is not None):
        print(
            "启动失败:没有一个进程有应答,原因在上面的日志里。\n  No process answers; see the log.", flush=True
        )
        return False
    count = f"{len(plan.ports)}个进程" + (",前面是 nginx" if plan.nginx else "")
    if plan.mode == "login" and not plan.certificate and plan.host not in HERE:
        print(
            "注意:没有证书,登录后的身份在网络上是明文。请用 --certificate 和 --key,或由前面的网关加密。",
            flush=True,
        )
    print(f"已启动:{plan.address}({count};按 Ctrl-C 停止)\n  Serving: {plan.address}", flush=True)
    _notify("READY=1")
    return True


def _notify(state: str) -> None:
    """Tell systemd (sd_notify(3)); nobody is told where it did not start this."""
    to = os.environ.get("NOTIFY_SOCKET", "")
    if to:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(state.encode(), "\0" + to[1:] if to.startswith("@") else to)


async def _rotated(plan: Plan) -> None:
    """Begin nginx's log anew when it is large; the oldest goes."""
    path = plan.logs / "access.jsonl"
    while plan.nginx:
        await asyncio.sleep(60)
        with suppress(OSError, ValueError):
            if path.stat().st_size > ACCESS_BYTES:
                for number in range(ACCESS_FILES - 1, 0, -1):
                    with suppress(FileNotFoundError):
                        path.with_name(f"{path.name}.{number}").replace(
                            path.with_name(f"{path.name}.{number + 1}")
                        )
                path.replace(path.with_name(f"{path.name}.1"))
                os.kill(int((plan.folder / "nginx.pid").read_text()), signal.SIGUSR1)  # it opens a new one


# ── the command ──────────────────────────────────────────────────────────────────────────────
def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(description="Guanmo 观摩:在服务器上运行 / serve a county")
    parser.add_argument("--config", type=Path, default=ROOT / "config.toml")
    parser.add_argument(
        "--host", default="0.0.0.0", help="0.0.0.0:内网都能打开 / every network of this machine"
    )
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument(
        "--replicas", type=int, help="几个进程,不写是每个核一个 / processes, one per core by default"
    )
    parser.add_argument("--certificate", type=Path, help="TLS 证书 / certificate with its chain, PEM")
    parser.add_argument("--key", type=Path, help="TLS 私钥 / its private key, PEM")
    parser.add_argument(
        "--check", action="store_true", help="只检查能不能这样启动 / only say whether it could"
    )
    parser.add_argument(
        "--print-nginx", action="store_true", help="打印 nginx 配置 / print nginx's configuration"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit code."""
    typed = parsed(arguments)
    try:
        plan = planned(typed, read_settings(typed.config))
        if typed.print_nginx:
            print(nginx_config(plan), end="")
            return 0
        if typed.check:
            return 0
        _raise_limits()
        logs.to_json(plan.logs, "serve")
        return asyncio.run(run(plan))
    except (ConfigProblem, Refused) as problem:
        print(problem, file=sys.stderr, flush=True)
        return 2
    except KeyboardInterrupt:
        return 0


def _raise_limits() -> None:
    """As many open connections as this user may have: the usual 1,024 are five hundred browsers' at most."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536) if hard > 0 else 65_536, hard))


if __name__ == "__main__":
    sys.exit(main())
