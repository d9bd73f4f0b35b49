"""ICMP echoes: known by what only we sent."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.targets.loops import LOOPS, real_net, run

from bosco.kit.net import NetFailed
from bosco.kit.net_echo import checksum, is_answer, packet

TOKEN = b"sixteen bytes ok"


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_answers_where_the_system_lets_us_ask(loop: str, address: str) -> None:
    async def story() -> str:
        try:
            took = await real_net().echo(address, patience=timedelta(seconds=20))
        except NetFailed as failed:
            return failed.kind
        return "answered" if took else "silent"

    # Systems may reserve echoes to a program of their own: then that is what is told.
    assert run(story, loop) in ("answered", "local")


def answer(version: int, said: bytes) -> bytes:
    return bytes((0 if version == 4 else 129, 0)) + said[2:]


@pytest.mark.parametrize("version", [4, 6])
def test_the_answer_is_known_by_its_token_alone(version: int) -> None:
    asked = packet(version, 7, TOKEN)
    assert is_answer(version, answer(version, asked), TOKEN)
    assert not is_answer(version, asked, TOKEN)
    assert not is_answer(version, answer(version, packet(version, 7, b"another's bytes!")), TOKEN)


def test_a_raw_socket_shows_the_header_in_front() -> None:
    header = bytes([0x46]) + b"\0" * 23
    assert is_answer(4, header + answer(4, packet(4, 1, TOKEN)), TOKEN)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60), st.sampled_from([4, 6]))
def test_no_packet_breaks_the_reader(said: bytes, version: int) -> None:
    assert not is_answer(version, said, TOKEN)


@settings(deadline=None, max_examples=100)
@given(st.binary(min_size=2, max_size=60))
def test_the_checksum_of_a_packet_with_its_checksum_is_nothing(data: bytes) -> None:
    even = data + b"\0" * (len(data) % 2)
    assert checksum(even + checksum(even)) == b"\0\0"
