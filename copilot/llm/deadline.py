"""Ends an answer that takes too long as a whole.

Invariant: the time limit of a client counts from one byte to the next; this one counts from the first request byte to
the last of the answer, so that an endpoint that drips cannot hold a caller for ever.
"""

import time
from collections.abc import Iterator

import httpx2


class DeadlineTransport(httpx2.BaseTransport):
    """The ordinary transport, with a limit on the whole exchange."""

    def __init__(self, *, seconds: float) -> None:
        self._inner = httpx2.HTTPTransport()
        self._seconds = seconds

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, and read no longer than the limit."""
        ends = time.monotonic() + self._seconds
        response = self._inner.handle_request(request)
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _Limited(response.stream, ends=ends, request=request)
        return response

    def close(self) -> None:
        """Give connections back."""
        self._inner.close()


class _Limited(httpx2.SyncByteStream):
    def __init__(self, inner: httpx2.SyncByteStream, *, ends: float, request: httpx2.Request) -> None:
        self._inner, self._ends, self._request = inner, ends, request

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._inner:
            if time.monotonic() > self._ends:
                raise httpx2.ReadTimeout("the answer takes too long", request=self._request)
            yield piece

    def close(self) -> None:
        self._inner.close()
