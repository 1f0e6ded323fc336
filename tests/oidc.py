"""A real OpenID provider on loopback, which tests may make lie, fall silent or go away.

The provider is oidc-provider-mock: discovery, authorization code, JWKS, end of session, as the standards have them. What
lies is a step behind it that changes the claims of an ID token and signs it anew with the provider's own key.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flask
import oidc_provider_mock
import oidc_provider_mock._app as mock
import werkzeug.serving
from joserfc import jwk, jwt

CLIENT_ID = "guanmo-test"
CLIENT_SECRET = "client-secret-that-nobody-may-see"
COOKIE_SECRET = "cookie-secret-that-nobody-may-see-0123456789"


@dataclass
class Provider:
    """The provider: where it is, and what it does wrong."""

    port: int
    claims: dict[str, Any] = field(default_factory=dict)  # of the next ID tokens; None: left out
    key: jwk.RSAKey | None = None  # another key than the one it publishes
    silent: float = 0.0  # s that it waits before it answers anything
    broken: bool = False  # answers everything with 500

    @property
    def url(self) -> str:
        """Its issuer."""
        return f"http://localhost:{self.port}"

    def honest(self) -> None:
        """Nothing wrong from now on."""
        self.claims, self.key, self.silent, self.broken = {}, None, 0.0, False

    def write_secrets(self, folder: Path, **more: str) -> Path:
        """A secrets.toml that has people sign in here."""
        auth = {
            "redirect_uri": "http://localhost:{port}/oauth2callback",
            "cookie_secret": COOKIE_SECRET,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "server_metadata_url": f"{self.url}/.well-known/openid-configuration",
        } | more
        path = folder / "secrets.toml"
        path.write_text("[auth]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in auth.items()))
        path.chmod(0o600)
        return path


@contextmanager
def provider(users: dict[str, dict[str, Any]]) -> Iterator[Provider]:
    """The provider, with these people and their claims."""
    known = [oidc_provider_mock.User(sub=sub, claims=claims) for sub, claims in users.items()]
    app = oidc_provider_mock.app(user_claims=known)
    server = werkzeug.serving.make_server("localhost", 0, app, threaded=True)
    here = Provider(server.server_port)

    @app.before_request
    def misbehave() -> tuple[str, int] | None:
        time.sleep(here.silent)
        return ("", 500) if here.broken else None

    @app.after_request
    def lie(response: flask.Response) -> flask.Response:
        if (
            flask.request.path == "/oauth2/token"
            and response.status_code == 200
            and (here.claims or here.key)
        ):
            given = json.loads(response.get_data())
            given["id_token"] = _changed(given["id_token"], here)
            response.set_data(json.dumps(given))
        return response

    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _changed(token: str, here: Provider) -> str:
    own = jwk.RSAKey.import_key(mock.storage.jwk.as_dict(is_private=True))
    found = jwt.decode(token, own)
    claims = {**found.claims, **here.claims}
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": own.kid or own.thumbprint()}, claims, here.key or own)
