"""Which adapter a configured source gets."""

from services.monitor.sources.dvcqg.client import DvcqgSource
from services.monitor.sources.http import Retry
from services.monitor.sources.igate.client import IgateSource
from shared.config import HomeConfig, PortalConfig


def build(config: PortalConfig | HomeConfig, *, province: str, retry: Retry | None = None) -> DvcqgSource | IgateSource:
    """Return the source a configuration describes; the portal is a `CatalogueSource` too. Close it with `aclose`."""
    if isinstance(config, PortalConfig):
        return DvcqgSource(config, province, retry=retry)
    return IgateSource(config, province, retry=retry)
