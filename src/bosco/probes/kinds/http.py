"""Does a web address answer, and as it should."""

from functools import cached_property

from pydantic import Field

from bosco.kit.net import Request
from bosco.kit.net_url import target_of
from bosco.plan.secrets import Secrets
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

    @cached_property
    def same_each_time(self) -> Request | None:
        """Return the request, made once, where no secret and no file can change it."""
        changes = self.authority or self.client_certificate or "${" in self.model_dump_json(exclude={"expect"})
        return None if changes else self.request(self.http, Secrets(None, {}))

    async def read(self, eyes: Eyes) -> Reading:
        """Ask once, redirects included."""
        answer = await eyes.net.fetch(self.same_each_time or self.request(self.http, eyes.secrets))
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
