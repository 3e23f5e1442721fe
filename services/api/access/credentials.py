"""Keys and tokens, both behind the word `Bearer`."""

from services.api.access.keys import Keys
from services.api.access.tokens import Tokens
from services.api.caller import Caller


class Credentials:
    """Asks the keys, or the tokens where there is an issuer of them and what is shown looks like one."""

    def __init__(self, keys: Keys, tokens: Tokens | None) -> None:
        self._keys = keys
        self._tokens = tokens

    async def holder(self, text: str, request_id: str) -> Caller:
        """Return who holds a key or a token; raises `Refused` for what is neither, or not good."""
        if self._tokens and text.count(".") == 2:
            return await self._tokens.holder(text, request_id)
        return await self._keys.holder(text, request_id)
