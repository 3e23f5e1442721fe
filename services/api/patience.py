"""A connection is closed when its client takes too long, to say what it wants or to take the answer; uvicorn would wait on."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


class PatientProtocol(H11Protocol):
    """Waits only so long for the head of a request, and for an answer to be taken. A body is waited for by the application."""

    patience = 10.0
    """Seconds for a head."""

    taking = 30.0
    """Seconds for what was answered to be taken, whenever more of it waits than a connection should hold."""

    _impatient: asyncio.TimerHandle | None = None
    _untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._untaken is None:
            self._untaken = self.loop.call_later(self.taking, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._taken()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        self._taken()
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

    def _taken(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None
