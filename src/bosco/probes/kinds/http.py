"""Does a web address answer, and as it should."""

from pydantic import Field

from bosco.kit.net_url import target_of
from bosco.probes.conclude import conclude
from bosco.probes.expect import HttpExpect
from bosco.probes.http_call import HttpCall, WebAddress
from bosco.probes.kind import Eyes, Kind, Reading


class Http(Kind, HttpCall):
    """Ask a web address over a fresh connection and hold the answer against what is expected of it.

    In the plan: {http: "https://api.example.org/health", expect: {status: 200, json: {status: healthy}, time: < 500ms}}
    """

    http: WebAddress
    expect: HttpExpect = Field(default_factory=HttpExpect)

    async def read(self, eyes: Eyes) -> Reading:
        """Ask once, redirects included."""
        answer = await eyes.net.fetch(self.request(self.http, eyes.secrets))
        now = eyes.clock.read()
        told, health = self.expect.judge(answer, now)
        measures = {"size": float(len(answer.body)), "status": float(answer.status)}
        if health:
            measures |= health.measures
        if answer.certificate:
            measures["certificate_days"] = (answer.certificate.expires - now).total_seconds() / 86400
        return conclude(told, phases=answer.phases, measures=measures, parts=health.parts if health else None)

    def target(self) -> str:
        """Return the host that is asked."""
        return target_of(self.http).host
