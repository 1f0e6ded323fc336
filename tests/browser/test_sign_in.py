"""Signing in with a real provider: who comes in and as what, who does not, and what is left when they have gone."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from joserfc import jwk, jwt
from playwright.sync_api import Browser, BrowserContext, Page, expect

from records import audit
from tests import oidc, small_county
from tests.browser.conftest import ARTIFACTS, PATIENCE_MS, Visit, served, visiting
from tests.conftest import County
from ui import signed_in

USERS: dict[str, dict[str, Any]] = {
    "zhang": {"name": "张敏"},
    "wang": {"name": "王<b>芳", "groups": ["town"], "township": "西岭乡"},
    "li": {"name": "李娜"},
    "nobody": {"name": "路人", "groups": ["county "]},
}
ACCESS = """
[access]
mode = "login"
roster = "roster.csv"

[[access.rules]]
claim = "groups"
equals = "town"
role = "township"
place_claim = "township"
"""
OF_THE_COUNTY = ("东山镇", "西岭乡", "河湾村", "茶坪社区", "茶园面积")


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    folder = tmp_path_factory.mktemp("sign-in")
    small_county.write_county(folder, small_county.CONFIG.replace("[[sources]]", ACCESS + "\n[[sources]]", 1))
    write_roster(County(folder), "zhang,县级,", "li,县级,")
    made = County(folder)
    made.prepare()
    return made


def write_roster(county: County, *rows: str) -> None:
    (county.folder / "roster.csv").write_text("\n".join(("账号,角色,乡镇或单位", *rows)), encoding="utf-8")


@pytest.fixture(scope="module")
def running(county: County) -> Iterator[tuple[oidc.Provider, str]]:
    with oidc.provider(USERS) as provider:
        secrets = provider.write_secrets(county.folder)
        with served(county, "--secrets.files", str(secrets)) as base:
            yield provider, base


@pytest.fixture
def provider(running: tuple[oidc.Provider, str]) -> oidc.Provider:
    running[0].honest()
    return running[0]


@pytest.fixture
def base(running: tuple[oidc.Provider, str]) -> str:
    return running[1]


@contextmanager
def reader(browser: Browser, base: str, cookies: Sequence[Any] = ()) -> Iterator[Visit]:
    """Somebody with a browser of their own; with these cookies from the start."""
    profile: BrowserContext = browser.new_context(locale="zh-CN", service_workers="block")
    profile.add_cookies(list(cookies))
    try:
        with visiting(profile, base) as visit:
            yield visit
    finally:
        profile.close()


def sign_in(page: Page, account: str) -> None:
    page.get_by_role("button", name="登录").click()
    page.locator(f"button[value={account}]").click()


def signed_in_client(base: str, account: str) -> httpx.Client:
    """A client that has gone the whole way, or as far as it was let."""
    client = httpx.Client(follow_redirects=True, timeout=20)
    key = jwk.OctKey.import_key(oidc.COOKIE_SECRET)
    token = jwt.encode({"alg": "HS256"}, {"provider": "default", "exp": int(time.time()) + 60}, key)
    asked = client.get(f"{base}/auth/login", params={"provider": token})
    client.post(asked.url, data={"sub": account})
    return client


def cookies_of(client: httpx.Client) -> list[dict[str, Any]]:
    return [
        {"name": each.name, "value": str(each.value).strip('"'), "domain": "localhost", "path": "/"}
        for each in client.cookies.jar
        if each.name.startswith("_streamlit_user")
    ]


def may_see(client: httpx.Client, base: str) -> bool:
    """Whether a file of the county would be answered: whoever may see anything is told that there is no such one."""
    status = client.get(f"{base}/geometry/version/township.geojson").status_code
    assert status in (404, 403)
    return status == 404


def log_of(base: str) -> str:
    return (ARTIFACTS / f"server-{urlsplit(base).port}.log").read_text(encoding="utf-8", errors="replace")


# ── in, and out ──────────────────────────────────────────────────────────────────────────────
def test_from_a_link_to_the_page_and_out_of_every_tab(browser: Browser, provider: oidc.Provider, base: str):
    with reader(browser, base) as visit:
        visit.open("ranking", place="990202100000")
        assert "请登录" in visit.text
        assert not any(name in visit.text for name in OF_THE_COUNTY)
        sign_in(visit.page, "zhang")
        visit.page.locator(".gm-foot").wait_for(timeout=PATIENCE_MS)
        assert visit.page.url == f"{base}/ranking?place=990202100000", "the link that was opened"
        assert visit.page.locator(".gm-signed-in").inner_text().split() == ["张敏", "县级"]
        kept = visit.page.context.cookies()
        own = [each for each in kept if each["name"].startswith("_streamlit_user")]
        assert all(each["httpOnly"] and each["sameSite"] == "Lax" for each in own)

        with visiting(visit.page.context, base) as other, reader(browser, base, own) as thief:
            other.open("ranking")
            thief.open("ranking")
            assert "张敏" in thief.text, "a copied cookie is as good as the sign-in itself"

            visit.page.get_by_role("button", name="退出").click()
            visit.page.wait_for_url(f"{provider.url}/oauth2/end_session**")
            assert not [
                each for each in visit.page.context.cookies() if each["name"].startswith("_streamlit_user")
            ]

            time.sleep(signed_in.FRESH)
            for left in (other, thief):
                left.page.get_by_text("走势", exact=True).click()
                left.page.get_by_role("button", name="登录").wait_for()
                assert not any(name in left.text for name in OF_THE_COUNTY)
            thief.open("overview")
            assert "已经退出" in thief.text


def test_a_township_sees_its_own_and_another_role_holds_at_the_next_click(
    browser: Browser, provider: oidc.Provider, base: str, county: County
):
    with reader(browser, base, cookies_of(signed_in_client(base, "wang"))) as visit:
        visit.open("ranking", place="990202100000")
        assert visit.page.locator(".gm-where").inner_text() == "西岭乡"
        assert visit.page.locator(".gm-signed-in").inner_text().split() == ["王<b>芳", "乡镇"]
        write_roster(county, "zhang,县级,", "li,县级,", "wang,停用,")
        try:
            time.sleep(signed_in.FRESH)
            visit.page.get_by_text("走势", exact=True).click()
            expect(visit.page.locator(".gm-stop")).to_contain_text("停用", timeout=PATIENCE_MS)
            assert not any(name in visit.text for name in OF_THE_COUNTY)
        finally:
            write_roster(county, "zhang,县级,", "li,县级,")


def test_who_is_in_no_rule_sees_nothing(browser: Browser, provider: oidc.Provider, base: str):
    client = signed_in_client(base, "nobody")
    assert not may_see(client, base)
    with reader(browser, base, cookies_of(client)) as visit:
        for page in ("overview", "map", "papers"):
            visit.open(page)
            assert "还没有分配查看权限" in visit.text
            assert not any(name in visit.text for name in OF_THE_COUNTY)
            assert visit.page.locator("iframe").count() == 0


def test_a_sign_in_expires_while_a_page_is_open(browser: Browser, provider: oidc.Provider, base: str):
    patience = 6
    provider.claims = {"iat": int(time.time()) - 10 * 3600 + patience}
    client = signed_in_client(base, "li")
    ends = time.time() + patience
    assert may_see(client, base)
    with reader(browser, base, cookies_of(client)) as visit:
        visit.open("ranking")
        seen = visit.text
        time.sleep(max(0.0, ends - time.time()) + signed_in.FRESH)
        if "李娜" in seen:  # on a busy machine the page may come too late
            visit.page.get_by_text("走势", exact=True).click()
        expect(visit.page.locator(".gm-stop")).to_contain_text("登录已过期,请重新登录", timeout=PATIENCE_MS)
    assert not may_see(client, base)


# ── what the provider may do wrong ───────────────────────────────────────────────────────────
NOW = int(time.time())


@pytest.mark.parametrize(
    "lie",
    [
        {"aud": "another"},
        {"aud": "another", "azp": oidc.CLIENT_ID},  # Authlib lets this one through
        {"aud": [oidc.CLIENT_ID, "another"]},
        {"iss": "http://elsewhere.cn"},
        {"exp": NOW - 3600},
        {"nonce": None},
        {"nonce": "another"},
        {"iat": None},
        {"iat": NOW - 11 * 3600},
        {"iat": NOW + 7200},
        {"sub": None},
    ],
    ids="-".join,  # not the moments themselves: both workers must collect the same tests
)
def test_a_token_that_is_not_as_it_should_be_lets_nobody_in(
    provider: oidc.Provider, base: str, lie: dict[str, Any]
):
    provider.claims = lie
    assert not may_see(signed_in_client(base, "zhang"), base)


def test_a_token_that_somebody_else_signed_lets_nobody_in(provider: oidc.Provider, base: str):
    assert may_see(signed_in_client(base, "li"), base)
    provider.key = jwk.RSAKey.generate_key(2048)
    assert not may_see(signed_in_client(base, "li"), base)


def test_the_provider_is_away(browser: Browser, provider: oidc.Provider, base: str):
    already_in = signed_in_client(base, "li")
    provider.broken = True
    with reader(browser, base, cookies_of(already_in)) as visit:
        visit.open("overview")
        assert "李娜" in visit.text, "whoever is signed in goes on"
    with reader(browser, base) as visit:
        visit.open("overview")
        visit.page.get_by_role("button", name="登录").click()
        expect(visit.page.locator("h1")).to_have_text("登录没有完成", timeout=PATIENCE_MS)
        assert "统一身份认证没有响应" in visit.text
        provider.honest()
        visit.page.get_by_role("link", name="重新登录").click()
        sign_in(visit.page, "li")
        visit.page.locator(".gm-foot").wait_for(timeout=PATIENCE_MS)


# ── what is written down ─────────────────────────────────────────────────────────────────────
def test_sign_ins_are_noted_without_names_and_secrets_are_nowhere(
    provider: oidc.Provider, base: str, county: County
):
    provider.claims = {"iat": int(time.time())}
    client = signed_in_client(base, "zhang")
    assert may_see(client, base)
    client.get(f"{base}/auth/logout", headers={"referer": f"{base}/overview"})
    logs = county.folder / "data" / "logs"
    mine = [entry for entry in audit.entries(logs) if entry["who"] == audit.pseudonym(logs, "zhang")]
    assert [entry["event"] for entry in mine][-2:] == ["sign_in", "sign_out"]
    written = "".join(
        path.read_text(encoding="utf-8", errors="replace") for path in logs.iterdir() if path.is_file()
    )
    pages = "".join(
        client.get(f"{base}/{path}").text for path in ("", "overview", "stage", "_stcore/host-config")
    )
    for secret in (oidc.CLIENT_SECRET, oidc.COOKIE_SECRET):
        assert secret not in log_of(base) + written + pages
    assert "张敏" not in log_of(base) + written
    assert "zhang" not in written
