"""Addresses of the web app, for mails and webhooks.

Invariant: links begin with what the installation calls itself (COPILOT_PUBLIC_URL), never with what a request says.
"""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Links:
    """`public_url` None: there are no links."""

    public_url: str | None = None

    def item(self, item_id: str) -> str | None:
        """The page of one item."""
        return self._at(f"/queue/{quote(item_id, safe='')}")

    def questionnaire(self, project_id: str) -> str | None:
        """The page of one questionnaire."""
        return self._at(f"/rfps/{quote(project_id, safe='')}")

    @property
    def alerts(self) -> str | None:
        """The list of alerts."""
        return self._at("/alerts")

    @property
    def briefs(self) -> str | None:
        """Briefs that are made by themselves, and what came of them."""
        return self._at("/briefs")

    @property
    def queue(self) -> str | None:
        """The queue's page."""
        return self._at("/queue")

    @property
    def settings(self) -> str | None:
        """Where a signed-in person changes what they are told."""
        return self._at("/notifications")

    def unsubscribe(self, token: str) -> str | None:
        """Where whoever got a mail stops the mails, signed in or not."""
        return self._at(f"/unsubscribe/{quote(token, safe='')}")

    def _at(self, path: str) -> str | None:
        return None if self.public_url is None else self.public_url.rstrip("/") + path
