"""Hands a message to a mail server, and says what its answer means."""

import ssl
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from bosco.channels.kind import Again, Arrived, Outcome, Refused
from bosco.kit.words import msg


async def hand_over(url: str, message: EmailMessage, sender: str, to: list[str], limit: timedelta) -> Outcome:
    """Speak to the server of an address such as `smtps://user:password@mail.example.org:465`."""
    # Needed when there is something to send.
    import aiosmtplib  # noqa: PLC0415

    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        return Refused(msg("the address of the mail server does not begin with smtp:// or smtps://"))
    asked = parse_qs(parts.query, keep_blank_values=True)
    try:
        port = parts.port or (465 if parts.scheme == "smtps" else 587 if parts.username else 25)
    except ValueError:
        return Refused(msg("the address of the mail server has no sound port"))
    context = ssl.create_default_context()
    if "insecure" in asked:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        refused, _ = await aiosmtplib.send(
            message,
            sender=sender,
            recipients=to,
            hostname=parts.hostname,
            port=port,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=parts.scheme == "smtps",
            start_tls=True if "starttls" in asked else None if parts.scheme == "smtp" else False,
            tls_context=context,
            timeout=limit.total_seconds(),
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        codes = [one.code for one in error.recipients]
        return _meaning(min(codes, default=550))
    except aiosmtplib.SMTPAuthenticationError as error:
        return _meaning(error.code)
    except aiosmtplib.SMTPResponseException as error:
        return _meaning(error.code)
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        return Again(msg("the mail server did not answer"))
    if refused:
        return _meaning(max(one.code for one in refused.values()))
    return Arrived(answer=msg("the mail server answered {code}", code=250))


def _meaning(code: int) -> Outcome:
    because = msg("the mail server answered {code}", code=code)
    return Refused(because) if code >= 500 else Again(because)
