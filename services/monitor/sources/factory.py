"""Which adapter a configured source gets."""

from services.monitor.sources.dvcqg.client import DvcqgSource
from services.monitor.sources.http import Retry
from services.monitor.sources.igate.client import IgateSource
from shared.config import AnyHome, IgateConfig, PortalConfig


def build(config: PortalConfig | AnyHome, *, province: str, retry: Retry | None = None) -> DvcqgSource | IgateSource:
    """Return the source a configuration describes; the portal is a `CatalogueSource` too. Close it with `aclose`."""
    match config:
        case PortalConfig():
            return DvcqgSource(config, province, retry=retry)
        case IgateConfig():
            return IgateSource(config, province, retry=retry)
