"""The page “My account” and the few pages behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, cast
from zoneinfo import available_timezones

from litestar import Response, get, post

from bosco.accounts import agents, cookies
from bosco.accounts.model import User
from bosco.accounts.own import OwnAccount, Profile
from bosco.accounts.pages_sign_in import browser_of, headers_of, let_in, status_of, told, twice
from bosco.accounts.passwords import SHORTEST
from bosco.accounts.second_factor import SecondFactor
from bosco.accounts.token_form import digest_of
from bosco.accounts.tokens import Tokens, Wish, may_give
from bosco.kit.refusal import Code, Refusal
from bosco.kit.words import LANGUAGES, Language, Sayable, msg
from bosco.web.forms import Form
from bosco.web.reader import LANGUAGE_COOKIE, THEME_COOKIE, THEMES
from bosco.web.shell import Shell
from bosco.web.visitor import ROLE_NAMES, ROLES, AnyRequest, Theme, Visitor

LANGUAGE_NAMES = [("fr", "Français"), ("en", "English")]
THEME_NAMES = [("auto", msg("As the device")), ("light", msg("Light")), ("dark", msg("Dark"))]
LASTS: dict[str, Sayable] = {
    "30": msg("30 days"),
    "90": msg("90 days"),
    "365": msg("One year"),
}
COUNTRIES_APART = ("Etc/", "posix/", "right/", "SystemV/")


@cache
def zones() -> Sequence[tuple[str, str]]:
    """Return the time zones that people live in, as (value, label)."""
    names = [name for name in available_timezones() if "/" in name and not name.startswith(COUNTRIES_APART)]
    return [(name, name.replace("_", " ")) for name in ("UTC", *sorted(names))]


def person(visitor: Visitor) -> str:
    """Return the login of a person, or refuse a program and the demonstration's visitor."""
    if visitor.via != "session" or visitor.id is None:
        raise Refusal(
            Code.FORBIDDEN,
            msg("This page is for people who signed in with their own account."),
            msg("Programs and visitors of the demonstration have none."),
        )
    return visitor.id


@dataclass(frozen=True)
class Own:
    """What these pages stand on."""

    shell: Shell
    account: OwnAccount
    second_factor: SecondFactor
    tokens: Tokens


def routes(shell: Shell, account: OwnAccount, second_factor: SecondFactor, tokens: Tokens) -> list[Any]:
    """Return the pages about oneself."""
    own = Own(shell, account, second_factor, tokens)
    return [*_overview(own), *_sessions(own), *_password(own), *_codes(own), *_tokens(own)]


async def show(
    own: Own,
    request: AnyRequest,
    login: str,
    *,
    profile: Form | None = None,
    token: Form | None = None,
    refusal: Refusal | None = None,
) -> Response[str]:
    """Show the page, with the form that needs correcting as it was typed."""
    user = await own.account.find(login)
    secret = cookies.session_of(request)
    wrong = any(form is not None and not form.ok for form in (profile, token))
    return own.shell.page(
        request,
        "accounts/account.html",
        status=status_of(refusal) if wrong else 200,
        user=user,
        profile=profile or _as_typed(user),
        token=token or Form({"token_lasts": "90", "token_role": "viewer"}),
        sessions=await own.account.sessions(login),
        this=digest_of(secret) if secret else "",
        agent=agents.told,
        tokens=await own.tokens.list(login),
        codes_left=await own.second_factor.codes_left(login),
        roles=[(role, ROLE_NAMES[role]) for role in ROLES if may_give(user.role, role)],
        lasts=LASTS.items(),
        languages_named=LANGUAGE_NAMES,
        themes_named=THEME_NAMES,
        zones=zones(),
        now=own.shell.clock.read(),
    )


def _as_typed(user: User) -> Form:
    return Form(
        {
            "name": user.name,
            "email": user.email or "",
            "language": user.language or "",
            "theme": user.theme or "",
            "timezone": user.timezone or "",
        }
    )


def _profile(form: Form) -> Profile:
    return Profile(
        form.text("name", needed=False, most=100),
        form.email("email", needed=False) or None,
        cast("Language | None", form.choice("language", LANGUAGES, needed=False) or None),
        cast("Theme | None", form.choice("theme", THEMES, needed=False) or None),
        form.choice("timezone", [name for name, _ in zones()], needed=False) or None,
    )


def _overview(own: Own) -> list[Any]:
    @get("/account")
    async def overview(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        return await show(own, request, person(visitor))

    @post("/account", status_code=200)
    async def describe(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        login, form = person(visitor), await Form.read(request)
        said = _profile(form)
        refused: Refusal | None = None
        if form.ok:
            try:
                await own.account.describe(login, said)
            except Refusal as refusal:
                refused = refusal
                form.fail("email", told(refusal))
        if not form.ok:
            return await show(own, request, login, profile=form, refusal=refused)
        answer = own.shell.go(request, "/account", msg("Saved."))
        # What the account says from now on must not be hidden by what this device was told earlier.
        for cookie in (LANGUAGE_COOKIE, THEME_COOKIE):
            answer.delete_cookie(cookie)
        return answer

    return [overview, describe]


def _sessions(own: Own) -> list[Any]:
    @post("/account/sessions/{session:str}/end", status_code=200)
    async def end(request: AnyRequest, visitor: Visitor, session: str) -> Response[Any]:
        await own.account.end_session(person(visitor), session)
        return own.shell.go(request, "/account", msg("That session has ended."))

    @post("/account/sessions/end-others", status_code=200)
    async def end_others(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        count = await own.account.end_others(person(visitor), cookies.session_of(request))
        return own.shell.go(request, "/account", msg("Other sessions ended: {count}.", count=count))

    return [end, end_others]


def _password(own: Own) -> list[Any]:
    def page(request: AnyRequest, form: Form, refusal: Refusal | None = None) -> Response[str]:
        return own.shell.page(
            request,
            "accounts/password.html",
            status=200 if form.ok else status_of(refusal),
            headers=headers_of(refusal),
            form=form,
            shortest=SHORTEST,
        )

    @get("/account/password")
    async def ask(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        person(visitor)
        return page(request, Form())

    @post("/account/password", status_code=200)
    async def choose(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        login, form = person(visitor), await Form.read(request)
        current, wanted = form.secret("current"), twice(form)
        if not form.ok:
            return page(request, form)
        try:
            entered = await own.account.choose_password(login, current, wanted, browser_of(request))
        except Refusal as refusal:
            form.fail("current" if refusal.where == "password" or headers_of(refusal) else "wanted", told(refusal))
            return page(request, form, refusal)
        done = msg("Your password has changed, and every other session has ended.")
        return let_in(own.shell, request, entered, "/account", done)

    return [ask, choose]


def _codes(own: Own) -> list[Any]:
    def page(request: AnyRequest, template: str, form: Form, refusal: Refusal | None = None) -> Response[str]:
        status = 200 if form.ok else status_of(refusal)
        return own.shell.page(request, template, status=status, headers=headers_of(refusal), form=form)

    renewal, farewell = "accounts/renew_codes.html", "accounts/forget_factor.html"

    @get("/account/recovery-codes")
    async def ask_renewal(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        person(visitor)
        return page(request, renewal, Form())

    @post("/account/recovery-codes", status_code=200)
    async def renew(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        login, form = person(visitor), await Form.read(request)
        password = form.secret("password")
        if not form.ok:
            return page(request, renewal, form)
        try:
            codes = await own.second_factor.renew_codes(login, password)
        except Refusal as refusal:
            form.fail("password", told(refusal))
            return page(request, renewal, form, refusal)
        return own.shell.page(request, "accounts/recovery_codes.html", codes=codes, next="/account")

    @get("/account/second-factor/forget")
    async def ask_farewell(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        person(visitor)
        return page(request, farewell, Form())

    @post("/account/second-factor/forget", status_code=200)
    async def forget(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        login, form = person(visitor), await Form.read(request)
        password = form.secret("password")
        if not form.ok:
            return page(request, farewell, form)
        try:
            await own.second_factor.forget(login, password)
        except Refusal as refusal:
            form.fail("password", told(refusal))
            return page(request, farewell, form, refusal)
        return own.shell.go(request, "/account", msg("From now on your password is enough to sign in."))

    return [ask_renewal, renew, ask_farewell, forget]


def _tokens(own: Own) -> list[Any]:
    @post("/account/tokens", status_code=200)
    async def make(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        login, form = person(visitor), await Form.read(request)
        name, role = form.text("token_name", most=100), form.choice("token_role", ROLES)
        days = form.choice("token_lasts", LASTS)
        if not form.ok:
            return await show(own, request, login, token=form)
        wish = Wish(name, role, login, timedelta(days=int(days)))
        try:
            made, text = await own.tokens.make(wish, actor=f"user:{login}")
        except Refusal as refusal:
            form.fail("token_role", told(refusal))
            return await show(own, request, login, token=form, refusal=refusal)
        return own.shell.page(request, "accounts/token.html", token=made, text=text)

    @post("/account/tokens/{token:str}/revoke", status_code=200)
    async def revoke(request: AnyRequest, visitor: Visitor, token: str) -> Response[Any]:
        login = person(visitor)
        revoked = await own.tokens.revoke(token, actor=f"user:{login}", owner=login)
        return own.shell.go(request, "/account", msg("The token “{name}” is revoked.", name=revoked.name))

    return [make, revoke]
