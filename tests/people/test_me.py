"""Who has signed in is somebody of the team by their login or their address, and speaks for nobody else."""

import pytest
from tests.people.conftest import Desk

from bosco.accounts.users import add_user
from bosco.kit.refusal import Code, Refusal
from bosco.people.me import person_of, refuse_for_others
from bosco.web.visitor import Role, Visitor


def visitor(login: str, role: Role = "responder", via: str = "session") -> Visitor:
    return Visitor(login, login, role, via=via)  # type: ignore[arg-type]


def test_the_login_or_the_address_tells_who_it_is(desk: Desk) -> None:
    async def story() -> None:
        def write(tx: object) -> None:
            add_user(tx, "bea", "responder", email="backend@example.org", actor="test")  # type: ignore[arg-type]
            add_user(tx, "rssi@example.org", "manager", actor="test")  # type: ignore[arg-type]

        await desk.store.write(write)

        async def who(one: Visitor) -> str | None:
            return await desk.store.read(lambda tx: person_of(tx, desk.current.plan, one))

        assert await who(visitor("devops")) == "devops"
        assert await who(visitor("bea")) == "backend"
        assert await who(visitor("rssi@example.org")) == "rssi"
        # A group is nobody, and neither is a program, whatever it is called.
        assert await who(visitor("direction")) is None
        assert await who(visitor("devops", via="token")) is None
        assert await who(visitor("somebody")) is None

    desk.run(story)


def test_only_a_manager_speaks_for_others() -> None:
    refuse_for_others(visitor("bea"), "backend", "backend")
    refuse_for_others(visitor("boss", "manager"), None, "backend")
    for me in (None, "devops"):
        with pytest.raises(Refusal) as refused:
            refuse_for_others(visitor("x"), me, "backend")
        assert refused.value.code is Code.FORBIDDEN
