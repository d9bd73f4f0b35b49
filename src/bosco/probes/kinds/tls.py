"""Whether a certificate is trusted, for the right name, and good for a while yet."""

from typing import Annotated, Literal

from pydantic import Field

from bosco.kit.net import NetFailed, Peer, Phases, TlsWish
from bosco.kit.units import Quantity
from bosco.kit.words import Sayable
from bosco.plan.condition import parse
from bosco.plan.words import HostPort, OneOrMany, address
from bosco.probes.bounds import Bound, Levels, within
from bosco.probes.conclude import conclude
from bosco.probes.http_call import Trust
from bosco.probes.kind import Expectation, Eyes, Kind, Reading
from bosco.probes.mail import start_tls_after
from bosco.probes.timing import Stopwatch, TimeExpect

_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_SOON = Levels(warning=parse("< 21 days"), critical=parse("< 3 days"))


class TlsExpect(TimeExpect):
    """What the certificate and the connection must be."""

    certificate: Bound | Levels = _SOON
    # The oldest version that will do.
    version: Literal["1.2", "1.3"] = "1.2"
    # Names that the certificate must be for, besides the one that was asked for.
    names: OneOrMany[str] = ()
    # A part of the name of who signed it.
    issuer: str | None = None

    def judge(self, peer: Peer, days: float) -> list[Expectation]:
        """Return what was expected with what was seen."""
        told = within("certificate", Quantity(days, "days"), self.certificate, "degraded", "up")
        if peer.tls in _VERSIONS:
            held = _VERSIONS.index(peer.tls) >= _VERSIONS.index(f"TLSv{self.version}")
            told.append(Expectation(f"version ({peer.tls}) >= TLSv{self.version}", held))
        certificate = peer.certificate
        shown = ", ".join(certificate.names[:5]) if certificate else "∅"
        for name in self.names:
            held = certificate is not None and name.lower() in {one.lower() for one in certificate.names}
            told.append(Expectation(f"names ({shown}) ∋ {name}", held))
        if self.issuer is not None:
            issuer = certificate.issuer if certificate else "∅"
            told.append(Expectation(f"issuer ({issuer[:80]}) ∋ {self.issuer}", self.issuer.lower() in issuer.lower()))
        return told


class Tls(Kind, Trust):
    """Make a TLS handshake, after STARTTLS if the port speaks another protocol first, and look at the certificate.

    In the plan: {tls: "mail.example.org:587", starttls: smtp, expect: {certificate: "> 30 days", version: "1.3"}}
    """

    tls: Annotated[HostPort, address(443)]
    starttls: Literal["smtp", "imap"] | None = None
    server_name: str | None = None
    expect: TlsExpect = Field(default_factory=TlsExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Make the handshake; when it is not trusted, make another one just to see the certificate."""
        watch = Stopwatch(eyes.clock)
        wish = self.wish(eyes.secrets, self.server_name)
        because: Sayable = ""
        try:
            peer, phases = await self._shake_hands(eyes, wish)
        except NetFailed as failed:
            if failed.kind != "tls" or not wish.verify:
                raise
            because = failed.says
            try:
                peer, phases = await self._shake_hands(eyes, TlsWish(verify=False, name=self.server_name))
            except NetFailed:
                raise failed from None
        expires = peer.certificate.expires if peer.certificate else eyes.clock.read()
        days = round((expires - eyes.clock.read()).total_seconds() / 86400, 1)
        told = [*self.expect.judge(peer, days), *self.expect.judge_time(watch.total)]
        measures = {"certificate_days": days, "chain": float(len(peer.chain))}
        reading = conclude(told, phases=phases, measures=measures)
        if because:
            expectations = (Expectation("trusted (no) == yes", False), *reading.expectations)
            return Reading("down", because, expectations, reading.phases, {}, measures)
        return reading

    async def _shake_hands(self, eyes: Eyes, wish: TlsWish) -> tuple[Peer, Phases]:
        at_once = wish if self.starttls is None else None
        connection = await eyes.net.connect(self.tls.host, self.tls.port, tls=at_once)
        try:
            if self.starttls is not None:
                await start_tls_after(self.starttls, connection, wish, str(self.tls))
            return connection.peer, connection.phases
        finally:
            connection.close()

    def target(self) -> str:
        """Return the host whose certificate is looked at."""
        return self.tls.host
