"""Text messages in one segment."""

from hypothesis import given
from hypothesis import strategies as st

from bosco.channels.gsm import ONE_SEGMENT, ONE_UNICODE_SEGMENT, plain, short, weight

LINK = "https://ops.cesizen.app/ack/abcdefghijklmnopqrstuvwxyz"


def test_french_fits_into_the_alphabet_that_phones_share() -> None:
    assert plain("API est arrêtée — « à l’aide »…") == 'API est arretée - " à l\'aide "...'
    assert weight(plain("où ça ? cœur, naïve, œuvre")) is not None


def test_the_text_is_cut_and_the_link_never() -> None:
    said = short("P1 API Core est en panne depuis 03:00 " + "très longtemps " * 20, LINK)
    assert said.endswith(LINK)
    size = weight(said)
    assert size is not None
    assert size <= ONE_SEGMENT


@given(st.text(max_size=400))
def test_any_text_alone_is_one_segment(text: str) -> None:
    said = short(text)
    size = weight(said)
    if size is None:
        assert len(said.encode("utf-16-le")) // 2 <= ONE_UNICODE_SEGMENT
    else:
        assert size <= ONE_SEGMENT
