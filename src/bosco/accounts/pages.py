"""Every page of the accounts."""

from typing import Any

from bosco.accounts import pages_own, pages_sign_in, pages_team
from bosco.accounts.invitations import Invitations
from bosco.accounts.own import OwnAccount
from bosco.accounts.second_factor import SecondFactor
from bosco.accounts.sign_in import SignIn
from bosco.accounts.team import Team
from bosco.accounts.tokens import Tokens
from bosco.kit.words import msg
from bosco.web.nav import Nav
from bosco.web.shell import Shell

NAV = [Nav(msg("Accounts"), "/accounts", icon="users", order=90, may="admin")]


def routes(  # noqa: PLR0913, PLR0917 - one parameter for each service that a page stands on
    shell: Shell,
    sign_in: SignIn,
    second_factor: SecondFactor,
    invitations: Invitations,
    own: OwnAccount,
    team: Team,
    tokens: Tokens,
) -> list[Any]:
    """Return every page of the room."""
    return [
        *pages_sign_in.routes(shell, sign_in, second_factor, invitations),
        *pages_own.routes(shell, own, second_factor, tokens),
        *pages_team.routes(shell, team, own, tokens),
    ]
