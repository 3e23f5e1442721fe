"""A connection is closed when its client takes too long to say what it wants; uvicorn itself would wait for ever."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class PatientProtocol(H11Protocol):
    """Waits only so long for the head of a request. Its body is waited for by the application."""

    patience = 10.0
    """Seconds."""

    _impatient: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Let the time run from the first byte, or from the connection, until a head is complete."""
        if self.conn.their_state is not h11.IDLE:
            self._rest()
        elif self._impatient is None:
            self._impatient = self.loop.call_later(self.patience, self.transport.close)

    def _rest(self) -> None:
        if self._impatient is not None:
            self._impatient.cancel()
            self._impatient = None
