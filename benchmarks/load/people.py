"""Who the readers are: people of a county who have signed in, without a provider of the test's own.

In: a prepared county and the port that it will be served at. Out: its config in mode login with a roster and secrets,
and for each reader the cookie that Streamlit writes after a sign-in. Refuses to be of use anywhere else: the secret that
signs these cookies is made anew for every run.

Of ten readers four see all (the county's office and its leaders), five are of a township, one is of a bureau.
"""

from __future__ import annotations

import csv
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from benchmarks.map.county import County
from benchmarks.pages.county import current

ISSUER = "https://id.example.gov.cn"
ROLES = (
    "county",
    "township",
    "township",
    "bureau",
    "county",
    "township",
    "county",
    "township",
    "county",
    "township",
)
MOST = 1000  # readers
NODE = "guanmo_node"  # nginx's cookie: which process a browser stays with

_ACCESS = """
[access]
mode = "login"
roster = "roster.csv"
"""


@dataclass(frozen=True)
class Person:
    """A reader: what their browser holds, and the villages that they look at."""

    cookies: dict[str, str]
    villages: tuple[str, ...]


@dataclass(frozen=True)
class People:
    """Everybody of the county, and where the served config and its secrets are."""

    config: Path
    secrets: Path
    origin: str
    key: str
    townships: tuple[str, ...]
    villages: tuple[str, ...]

    def person(self, number: int) -> Person:
        """The reader of that number, signed in just now."""
        role, township = role_of(number), self.townships[number % len(self.townships)]
        mine = tuple(code for code in self.villages if code[:9] == township[:9])
        claims = {
            "iss": ISSUER,
            "aud": ["guanmo"],
            "sub": _account(number),
            "name": f"读者{number}",
            "iat": int(time.time()),
            "origin": self.origin,
            "is_logged_in": True,
            "provider": "default",
        }
        signed = create_signed_value(self.key, USER_COOKIE_NAME, json.dumps(claims)).decode()
        node = hashlib.md5(f"reader {number}".encode(), usedforsecurity=False).hexdigest()
        is_limited = role == "township" and mine
        return Person({USER_COOKIE_NAME: signed, NODE: node}, mine if is_limited else self.villages)


def role_of(number: int) -> str:
    """What the reader of that number is."""
    return ROLES[number % len(ROLES)]


def people_of(county: County, folder: Path, port: int) -> People:
    """Write config, roster and secrets, and know everybody in them."""
    published = current(county)
    places = pd.read_parquet(published / "places.parquet", columns=["place_code", "level"])
    units = pd.read_parquet(published / "problems.parquet", columns=["lead_unit"])["lead_unit"]
    codes = {level: tuple(sorted(rows["place_code"])) for level, rows in places.groupby("level")}
    townships = codes.get("township", ())
    bureau = str(units.value_counts().index[0]) if units.notna().any() else ""
    # Beside the county's own config: its paths are relative to it.
    config = county.folder / "login.toml"
    config.write_text(county.config.read_text(encoding="utf-8") + _ACCESS, encoding="utf-8")
    with (county.folder / "roster.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("账号", "角色", "乡镇或单位"))
        for number in range(MOST):
            of = {"township": townships[number % len(townships)], "bureau": bureau}
            table.writerow((_account(number), role_of(number), of.get(role_of(number), "")))
    origin, key = f"http://127.0.0.1:{port}", secrets.token_hex(32)
    auth = {
        "redirect_uri": f"{origin}/oauth2callback",
        "cookie_secret": key,
        "client_id": "guanmo",
        "client_secret": secrets.token_hex(16),
        "server_metadata_url": f"{ISSUER}/.well-known/openid-configuration",
    }
    kept = folder / "secrets.toml"
    kept.write_text(
        "[auth]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in auth.items()),
        encoding="utf-8",
    )
    return People(config, kept, origin, key, townships, codes.get("village", ()))


def _account(number: int) -> str:
    return f"reader{number:04d}"
