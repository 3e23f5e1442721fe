"""From rows to the JSON that goes out; the shapes are documented in `services.api.schemas`."""
