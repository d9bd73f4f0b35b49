"""The pages in front of the door: signing in, the second factor, one-time links, signing out."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post

from bosco.accounts import cookies
from bosco.accounts.entry import Browser, Entered
from bosco.accounts.invitations import Invitations, Newcomer
from bosco.accounts.links import path_of
from bosco.accounts.model import User
from bosco.accounts.passwords import SHORTEST
from bosco.accounts.second_factor import SecondFactor, picture
from bosco.accounts.sign_in import SignIn
from bosco.accounts.totp import set_up_address, written
from bosco.accounts.users import as_login, refuse_email, refuse_login
from bosco.kit.refusal import HTTP_STATUS, Refusal
from bosco.kit.words import Message, Sayable, msg
from bosco.web.forms import Form
from bosco.web.shell import Shell, own_path
from bosco.web.visitor import PUBLIC, AnyRequest, Visitor

SIGN_IN, CODE, SET_UP = "/sign-in", "/sign-in/code", "/account/second-factor"
# A one-time link must not travel to anybody else; our own forms must still be known to be ours.
QUIET = {"Referrer-Policy": "same-origin", "X-Robots-Tag": "noindex"}


def browser_of(request: AnyRequest) -> Browser:
    """Return what came with the request."""
    return Browser(cookies.seen_of(request), cookies.session_of(request), cookies.device_of(request))


def told(refusal: Refusal) -> Sayable:
    """Return a refusal as one sentence beside a field."""
    return msg("{says} {hint}", says=refusal.says, hint=refusal.hint) if refusal.hint else refusal.says


def headers_of(refusal: Refusal | None) -> dict[str, str]:
    """Return what a program needs to know about a refusal."""
    wait = getattr(refusal, "wait", None)
    return {"Retry-After": str(wait)} if wait else {}


def status_of(refusal: Refusal | None) -> int:
    """Return the status of a form that is shown again."""
    return HTTP_STATUS[refusal.code] if refusal else 400


def let_in(
    shell: Shell, request: AnyRequest, entered: Entered, back: str, toast: Message | None = None
) -> Response[Any]:
    """Hand the proofs to the browser and send it on: to what is owed still, or to where it wanted to go."""
    owed = {"code": CODE, "set-up": SET_UP}.get(entered.stage)
    target = f"{owed}?{urlencode({'next': back})}" if owed and back != "/" else owed or back
    answer = shell.go(request, target, toast)
    cookies.give_session(request, answer, entered.session)
    if entered.device:
        cookies.give_device(request, answer, entered.device)
    return answer


def routes(shell: Shell, sign_in: SignIn, second_factor: SecondFactor, invitations: Invitations) -> list[Any]:
    """Return the pages that are open to strangers."""
    return [
        *_password(shell, sign_in),
        *_code(shell, sign_in),
        *_set_up(shell, second_factor),
        *_welcome(shell, invitations),
    ]


def _password(shell: Shell, sign_in: SignIn) -> list[Any]:
    def show(request: AnyRequest, form: Form, refusal: Refusal | None = None) -> Response[str]:
        status = 200 if form.ok else status_of(refusal)
        return shell.page(request, "accounts/sign_in.html", status=status, headers=headers_of(refusal), form=form)

    @get(SIGN_IN, opt=PUBLIC)
    async def ask(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        back = own_path(request.query_params.get("next", "/"))
        if visitor.via == "session":
            return shell.go(request, back)
        half = await sign_in.half_way(cookies.session_of(request))
        if half:
            owed = CODE if half[0].stage == "code" else SET_UP
            return shell.go(request, f"{owed}?{urlencode({'next': back})}")
        return show(request, Form({"next": back}))

    @post(SIGN_IN, opt=PUBLIC, status_code=200)
    async def enter(request: AnyRequest) -> Response[Any]:
        form = await Form.read(request)
        login, password = form.text("login", most=254), form.secret("password")
        if not form.ok:
            return show(request, form)
        try:
            entered = await sign_in.with_password(login, password, browser_of(request))
        except Refusal as refusal:
            form.fail("password", told(refusal))
            return show(request, form, refusal)
        return let_in(shell, request, entered, own_path(form.value("next") or "/"))

    @post("/sign-out", opt=PUBLIC, status_code=200)
    async def leave(request: AnyRequest) -> Response[Any]:
        secret = cookies.session_of(request)
        if secret:
            await sign_in.sign_out(secret)
        answer = shell.go(request, SIGN_IN, msg("You are signed out."))
        cookies.take_session(request, answer)
        return answer

    return [ask, enter, leave]


def _code(shell: Shell, sign_in: SignIn) -> list[Any]:
    def show(request: AnyRequest, form: Form, refusal: Refusal | None = None) -> Response[str]:
        status = 200 if form.ok else status_of(refusal)
        return shell.page(request, "accounts/code.html", status=status, headers=headers_of(refusal), form=form)

    @get(CODE, opt=PUBLIC)
    async def ask(request: AnyRequest) -> Response[Any]:
        back = own_path(request.query_params.get("next", "/"))
        half = await sign_in.half_way(cookies.session_of(request))
        if half is None or half[0].stage != "code":
            return shell.go(request, SIGN_IN)
        return show(request, Form({"next": back}))

    @post(CODE, opt=PUBLIC, status_code=200)
    async def enter(request: AnyRequest) -> Response[Any]:
        form = await Form.read(request)
        typed = form.text("code", most=100)
        if not form.ok:
            return show(request, form)
        browser = browser_of(request)
        try:
            entered = await sign_in.with_code(typed, browser)
        except Refusal as refusal:
            if await sign_in.half_way(browser.session) is None:
                return shell.go(request, SIGN_IN, told(refusal))
            form.fail("code", told(refusal))
            form.values.pop("code")
            return show(request, form, refusal)
        return let_in(shell, request, entered, own_path(form.value("next") or "/"))

    return [ask, enter]


def _set_up(shell: Shell, second_factor: SecondFactor) -> list[Any]:
    async def show(request: AnyRequest, form: Form) -> Response[str]:
        user, secret = await second_factor.begin(browser_of(request))
        status = 200 if form.ok else 400
        return shell.page(
            request, "accounts/set_up.html", status=status, form=form, secret=written(secret), replaces=bool(user.totp)
        )

    @get(SET_UP, opt=PUBLIC)
    async def ask(request: AnyRequest) -> Response[Any]:
        return await show(request, Form({"next": own_path(request.query_params.get("next", "/account"))}))

    @get(f"{SET_UP}.svg", opt=PUBLIC)
    async def drawn(request: AnyRequest) -> Response[bytes]:
        user, secret = await second_factor.begin(browser_of(request))
        address = set_up_address(secret, installation=str(shell.site.name), login=user.login)
        return Response(picture(address), media_type="image/svg+xml", headers={"Cache-Control": "no-store"})

    @post(SET_UP, opt=PUBLIC, status_code=200)
    async def confirm(request: AnyRequest, visitor: Visitor) -> Response[Any]:
        form = await Form.read(request)
        # Whoever is signed in already proves once more to be the one: a browser left open is not enough.
        password = form.secret("password") if visitor.via == "session" else None
        code = form.text("code", most=20)
        if not form.ok:
            return await show(request, form)
        try:
            entered, codes = await second_factor.confirm(code, password, browser_of(request))
        except Refusal as refusal:
            form.fail("password" if refusal.where == "password" else "code", told(refusal))
            form.values.pop("code", None)
            return await show(request, form)
        return _with_codes(shell, request, entered, codes, own_path(form.value("next") or "/account"))

    return [ask, drawn, confirm]


def _with_codes(shell: Shell, request: AnyRequest, entered: Entered, codes: list[str], back: str) -> Response[Any]:
    answer = shell.page(request, "accounts/recovery_codes.html", codes=codes, next=back, alone=True)
    cookies.give_session(request, answer, entered.session)
    if entered.device:
        cookies.give_device(request, answer, entered.device)
    return answer


def _welcome(shell: Shell, invitations: Invitations) -> list[Any]:
    def show(request: AnyRequest, form: Form, user: User | None) -> Response[str]:
        status = 200 if form.ok else 400
        return shell.page(
            request, "accounts/welcome.html", status=status, headers=QUIET, form=form, user=user, shortest=SHORTEST
        )

    # Looking at the link uses nothing up: mail scanners and previews look at every link.
    @get(path_of("{secret:str}"), opt=PUBLIC)
    async def ask(request: AnyRequest, secret: str) -> Response[Any]:
        _, user = await invitations.find(secret)
        return show(request, Form(), user)

    @post(path_of("{secret:str}"), opt=PUBLIC, status_code=200)
    async def accept(request: AnyRequest, secret: str) -> Response[Any]:
        _, user = await invitations.find(secret)
        form = await Form.read(request)
        newcomer = None if user else _newcomer(form, shell, request)
        password = twice(form)
        if not form.ok:
            return show(request, form, user)
        try:
            entered = await invitations.accept(secret, newcomer, password, browser_of(request))
        except Refusal as refusal:
            form.fail(refusal.where or "wanted", told(refusal))
            return show(request, form, user)
        return let_in(shell, request, entered, "/", msg("Welcome to Bosco."))

    return [ask, accept]


def twice(form: Form) -> str:
    """Return a new password that was typed twice, to be sure of it."""
    wanted, again = form.secret("wanted"), form.secret("again")
    if wanted and again and wanted != again:
        form.fail("again", msg("This is not the same password."))
    return wanted


def _newcomer(form: Form, shell: Shell, request: AnyRequest) -> Newcomer:
    login = as_login(form.text("login", most=200))
    if login and (wrong := refuse_login(login)):
        form.fail("login", wrong)
    name, email = form.text("name", needed=False, most=100), as_login(form.text("email", needed=False, most=200))
    if email and (wrong := refuse_email(email)):
        form.fail("email", wrong)
    return Newcomer(login, name, email or None, shell.reader(request).language)
