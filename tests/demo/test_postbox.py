"""What the demonstration's channels send arrives, so that a visitor sees them work."""

from email.message import EmailMessage

import aiosmtplib
from tests.targets.loops import run

from bosco.demo.postbox import Postbox
from bosco.kit.clock import RealClock
from bosco.kit.net import RealNet
from bosco.kit.net_model import Request


def test_a_message_and_a_mail_are_taken_and_half_a_request_harms_nobody() -> None:
    async def story() -> int:
        async with Postbox() as postbox:
            where = postbox.secrets()
            net = RealNet(RealClock())
            half = await net.fetch(Request(where["SLACK_WEBHOOK"], method="POST", headers={"X": "y"}))
            assert half.status == 200
            sent = await net.fetch(Request(where["SMS_URL"], method="POST", body=b"{}"))
            assert sent.status == 200
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = "ops@example.org", "devops@example.org", "Down"
            message.set_content("One line.\n\n.A line with a dot before it.")
            host, _, port = where["SMTP_URL"].removeprefix("smtp://").partition(":")
            await aiosmtplib.send(message, hostname=host, port=int(port))
            return postbox.letters

    assert run(story) == 3
