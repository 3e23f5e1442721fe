"""Going no faster than a source can bear."""

import asyncio


class Pace:
    """Lets one caller through at a time, so many a second."""

    def __init__(self, per_second: int) -> None:
        self._gap = 1 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for one's turn."""
        loop = asyncio.get_running_loop()
        start = max(self._next, loop.time())
        self._next = start + self._gap
        await asyncio.sleep(start - loop.time())
