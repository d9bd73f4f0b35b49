"""The pages about everybody's accounts, for administrators."""

from typing import Any, cast

from litestar import Response, get, post

from bosco.accounts.own import OwnAccount
from bosco.accounts.pages_own import LANGUAGE_NAMES, person
from bosco.accounts.pages_sign_in import status_of, told
from bosco.accounts.team import Team
from bosco.accounts.tokens import Tokens
from bosco.accounts.users import as_login, refuse_email, refuse_login
from bosco.kit.refusal import Refusal
from bosco.kit.words import LANGUAGES, Language, msg
from bosco.web.forms import Form
from bosco.web.shell import Shell
from bosco.web.visitor import ROLE_NAMES, ROLES, AnyRequest, Visitor, may

ADMINS = [may("admin")]
BELOW = "/accounts/people"


def link_base(shell: Shell, request: AnyRequest) -> str:
    """Return where people reach Bosco: as the plan says, else as this request came in."""
    return (shell.site.url or f"{request.url.scheme}://{request.url.netloc}").rstrip("/")


def routes(shell: Shell, team: Team, account: OwnAccount, tokens: Tokens) -> list[Any]:
    """Return the pages about everybody."""
    return [*_lists(shell, team, tokens), *_invite(shell, team), *_one(shell, team, account, tokens)]


def _lists(shell: Shell, team: Team, tokens: Tokens) -> list[Any]:
    @get("/accounts", guards=ADMINS)
    async def everybody(request: AnyRequest) -> Response[Any]:
        return shell.page(request, "accounts/people.html", people=await team.list())

    @get("/accounts/tokens", guards=ADMINS)
    async def programs(request: AnyRequest) -> Response[Any]:
        now = shell.clock.read()
        return shell.page(request, "accounts/tokens.html", tokens=await tokens.list(), now=now)

    @post("/accounts/tokens/{token:str}/revoke", guards=ADMINS, status_code=200)
    async def revoke(request: AnyRequest, visitor: Visitor, token: str) -> Response[Any]:
        revoked = await tokens.revoke(token, actor=f"user:{person(visitor)}")
        return shell.go(request, "/accounts/tokens", msg("The token “{name}” is revoked.", name=revoked.name))

    return [everybody, programs, revoke]


def _invite(shell: Shell, team: Team) -> list[Any]:
    def page(request: AnyRequest, form: Form, refusal: Refusal | None = None) -> Response[str]:
        return shell.page(
            request,
            "accounts/invite.html",
            status=200 if form.ok else status_of(refusal),
            form=form,
            roles=ROLE_NAMES.items(),
            languages_named=LANGUAGE_NAMES,
        )

    @get("/accounts/invite", guards=ADMINS)
    async def ask(request: AnyRequest) -> Response[Any]:
        return page(request, Form({"role": "viewer"}))

    @post("/accounts/invite", guards=ADMINS, status_code=200)
    async def invite(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        actor, form = f"user:{person(visitor)}", await Form.read(request)
        login, role = as_login(form.text("login", most=200)), form.choice("role", ROLES)
        if login and (wrong := refuse_login(login)):
            form.fail("login", wrong)
        name, email = form.text("name", needed=False, most=100), as_login(form.text("email", needed=False, most=200))
        if email and (wrong := refuse_email(email)):
            form.fail("email", wrong)
        language = cast("Language | None", form.choice("language", LANGUAGES, needed=False) or None)
        if not form.ok:
            return page(request, form)
        try:
            user, path = await team.add(login, role, name=name, email=email or None, language=language, actor=actor)
        except Refusal as refusal:
            form.fail("login", told(refusal))
            return page(request, form, refusal)
        return shell.page(request, "accounts/link.html", user=user, link=f"{link_base(shell, request)}{path}")

    return [ask, invite]


def _one(shell: Shell, team: Team, account: OwnAccount, tokens: Tokens) -> list[Any]:
    def back(request: AnyRequest, login: str, toast: Any) -> Response[None]:
        return shell.go(request, f"{BELOW}/{login}", toast)

    @get(BELOW + "/{login:str}", guards=ADMINS)
    async def one(request: AnyRequest, login: str, visitor: Visitor) -> Response[Any]:
        user = await team.find(login)
        return shell.page(
            request,
            "accounts/person.html",
            user=user,
            form=Form({"role": user.role}),
            roles=ROLE_NAMES.items(),
            sessions=await account.sessions(user.login),
            tokens=await tokens.list(user.login),
            now=shell.clock.read(),
            myself=visitor.via == "session" and visitor.id == user.login,
        )

    @post(BELOW + "/{login:str}/role", guards=ADMINS, status_code=200)
    async def give_role(request: AnyRequest, login: str, visitor: Visitor) -> Response[Any]:
        actor, form = f"user:{person(visitor)}", await Form.read(request)
        role = form.choice("role", ROLES)
        form.refuse_if_wrong()
        user = await team.give_role(login, role, actor=actor)
        done = msg("{name} now has the role “{role}”.", name=user.shown, role=ROLE_NAMES[user.role])
        return back(request, user.login, done)

    @post(BELOW + "/{login:str}/disable", guards=ADMINS, status_code=200)
    async def disable(request: AnyRequest, login: str, visitor: Visitor) -> Response[Any]:
        user = await team.disable(login, actor=f"user:{person(visitor)}")
        return back(request, user.login, msg("{name} can no longer sign in.", name=user.shown))

    @post(BELOW + "/{login:str}/enable", guards=ADMINS, status_code=200)
    async def enable(request: AnyRequest, login: str, visitor: Visitor) -> Response[Any]:
        user = await team.enable(login, actor=f"user:{person(visitor)}")
        return back(request, user.login, msg("{name} can sign in again.", name=user.shown))

    @post(BELOW + "/{login:str}/reset", guards=ADMINS, status_code=200)
    async def reset(request: AnyRequest, login: str, visitor: Visitor) -> Response[Any]:
        actor, form = f"user:{person(visitor)}", await Form.read(request)
        path = await team.reset(login, forget_totp=form.flag("forget_totp"), actor=actor)
        user = await team.find(login)
        return shell.page(request, "accounts/link.html", user=user, link=f"{link_base(shell, request)}{path}")

    return [one, give_role, disable, enable, reset]
