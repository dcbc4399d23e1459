"""What answers tell by the way: the time of day on the server, and until when its certificate is good."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import httpx

from acceptance.doctor.checks import Check, fine, missing, note, unknown

#: Seconds by which clocks may differ: tokens are good from one moment to another, and the header has whole seconds.
CLOCK_TOLERANCE = 30
_SOON = 14  # days
_DAY = 86400


@dataclass
class Answers:
    """Notes of every answer, by who gave it: a hook of the client's."""

    #: Seconds by which the server is ahead of this machine.
    ahead: dict[str, float] = field(default_factory=dict)
    #: Days for which the certificate is good from now on.
    days_left: dict[str, float] = field(default_factory=dict)
    heard: bool = False

    async def note(self, response: httpx.Response) -> None:
        """Remember what this answer tells."""
        self.heard = True
        url = response.request.url
        server = f"{url.host}:{url.port or (443 if url.scheme == 'https' else 80)}"
        try:
            told = parsedate_to_datetime(response.headers["date"]).timestamp()
        except (KeyError, ValueError, TypeError, OverflowError, OSError):
            pass  # it need not tell
        else:
            ahead = told - time.time()
            self.ahead[server] = max(ahead, self.ahead.get(server, ahead), key=abs)
        stream = response.extensions.get("network_stream")
        secured = stream.get_extra_info("ssl_object") if stream is not None else None
        certificate = secured.getpeercert() if secured is not None else None
        if certificate and "notAfter" in certificate:
            self.days_left[server] = (ssl.cert_time_to_seconds(certificate["notAfter"]) - time.time()) / _DAY

    def certificates(self) -> Iterator[Check]:
        """Whether each certificate is good for a while; one that is not trusted has been told with its address."""
        about = "Certificates"
        ending = {server: days for server, days in self.days_left.items() if days < _SOON}
        for server, days in ending.items():
            host = server.rpartition(":")[0]
            shown = f"openssl s_client -connect {server} -servername {host} </dev/null | openssl x509 -noout -enddate"
            yield note(about, f"that of {host} is good for {days:.0f} more days only: have it renewed", shown)
        if self.days_left and not ending:
            yield fine(about, f"trusted, and good for {min(self.days_left.values()):.0f} more days or longer")

    def clock(self) -> Iterator[Check]:
        """Whether the servers and this machine agree about the time."""
        about = "Clocks"
        wrong = {server: ahead for server, ahead in self.ahead.items() if abs(ahead) > CLOCK_TOLERANCE}
        for server, ahead in wrong.items():
            says = f"{server} is {_span(abs(ahead))} {'ahead of' if ahead > 0 else 'behind'} this machine"
            says += f", and more than {CLOCK_TOLERANCE} s make tokens end too early or too late: set whichever is wrong"
            yield missing(about, says, "date -u; timedatectl")
        if self.ahead and not wrong:
            yield fine(about, f"the servers' and this machine's agree within {CLOCK_TOLERANCE} s")
        elif self.heard and not self.ahead:
            yield unknown(about, "no answer says what time it is on the server", needed=False)


def _span(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.0f} h"
    )
