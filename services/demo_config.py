"""The configuration of the simulated province, as the demo writes it."""

_ON_THIS_MACHINE = [f"http://{host}:{port}" for host in ("localhost", "127.0.0.1") for port in (3000, 4200, 5173, 8080)]
"""Where tools for frontends serve a page that is being written."""

_RECEIVER = 8080
"""Where the receivers of docs/integrating.md listen unless told otherwise."""

_SYNC_OWNER = "H20.09"  # the simulated department of science and technology


def demo_config(ports: dict[str, int], url: str) -> dict[str, object]:
    """Return the configuration of the simulated province, of which the API is found at `url`."""
    from services.simulator.catalogue import CENTRAL_SECTOR, SPECIAL_SECTOR

    home = {"kind": "igate", "client_id": "watch766", "client_secret": "${IGATE_SECRET}", "every": "10s"}
    return {
        "province": "H20",
        "portal": {
            "kind": "dvcqg",
            "base_url": f"http://127.0.0.1:{ports['portal']}",
            "username": "watch766",
            "password": "${DVCQG_PASSWORD}",
            "unit_code": "H20",
            "every": "10s",
        },
        "home": [
            {"name": "igate", "main": True, "base_url": f"http://127.0.0.1:{ports['home']}", **home},
            {
                "name": "land",
                "base_url": f"http://127.0.0.1:{ports['special']}",
                "answers_for": {"sectors": [SPECIAL_SECTOR]},
                **home,
            },
        ],
        "central": {"sectors": [CENTRAL_SECTOR]},
        "rules": {"sync": {"owner": _SYNC_OWNER}},
        "webhooks": {
            "public_url": url,
            "allow_networks": ["127.0.0.0/8"],
            "allow_http": ["127.0.0.1"],
            "allow_ports": [ports["receiver"], _RECEIVER],
        },
        "access": {"origins": _ON_THIS_MACHINE},
    }
