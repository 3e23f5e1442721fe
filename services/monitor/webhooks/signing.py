"""The headers a receiver verifies a message by, after the Standard Webhooks specification, version 1."""

from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError


def signed_headers(secrets: Sequence[str], message_id: str, body: str, *, at: datetime) -> dict[str, str]:
    """Return id, moment and signatures of one sending: one signature for each secret, separated by spaces.

    `secrets` are written `whsec_…`; after a rotation the old one signs, too, until it expires. `at` must know its offset: the
    library takes the wall clock of any other for UTC. Raises `ValueError` for a secret that is none.
    """
    if at.tzinfo is None:
        raise ValueError("the moment of a signature needs an offset")
    if not secrets:
        raise ValueError("there is no secret to sign with")
    moment = at.astimezone(UTC)
    try:
        signatures = [Webhook(secret).sign(message_id, moment, body) for secret in secrets]
    except EmptyWebhookSecretError:
        raise ValueError("a secret is empty") from None
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
