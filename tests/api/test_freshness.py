"""How far the data reach, and what readiness and metrics say of it."""

from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.api.app import create_app
from services.api.metrics_port import metrics_app
from shared.config import Config
from shared.db import tables
from shared.db.engine import Database, create_engine
from tests.api.world import AGO, World, ask

SECOND = timedelta(seconds=1)


async def frame(client: httpx.AsyncClient) -> tuple[object, object, object]:
    body = (await client.get("/v1/alerts")).json()
    return body["data_as_of"], body["freshness"]["status"], body["freshness"]["sources"]


async def test_data_reach_to_the_smallest_settled_moment(client: httpx.AsyncClient, world: World) -> None:
    await world.source("portal", role="portal", settled_to=world.now - 90 * SECOND)
    await world.source("igate", settled_to=world.now - 40 * SECOND)
    assert await frame(client) == ("2026-11-20T13:58:30+07:00", "ok", [])


async def test_a_source_never_read_is_loading_and_nothing_is_known_yet(client: httpx.AsyncClient, world: World) -> None:
    await world.source("portal", role="portal")
    await world.source("igate", read_ago=None)
    assert await frame(client) == (None, "loading", ["igate"])


async def test_a_source_read_but_not_settled_leaves_the_moment_open(client: httpx.AsyncClient, world: World) -> None:
    await world.source("igate", settled_to=None)
    assert await frame(client) == (None, "ok", [])


@pytest.mark.parametrize(("interval", "age"), [(60, 180), (10, 120), (600, 1800)])
async def test_a_source_is_stale_after_three_intervals_and_at_least_two_minutes(
    client: httpx.AsyncClient, world: World, interval: int, age: int
) -> None:
    await world.source("igate", interval_seconds=interval, read_ago=age * SECOND)
    assert (await frame(client))[1:] == ("ok", [])
    world.now += timedelta(microseconds=1)
    assert (await frame(client))[1:] == ("stale", ["igate"])


async def test_a_source_no_longer_configured_holds_nothing_up(client: httpx.AsyncClient, world: World) -> None:
    await world.source("portal", role="portal")
    await world.source("old", active=False, read_ago=400 * AGO)
    assert (await frame(client))[1:] == ("ok", [])


async def test_it_lives(client: httpx.AsyncClient) -> None:
    response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_without_a_database_it_lives_but_is_not_ready_and_still_counts_requests() -> None:
    database = Database(create_engine("postgresql://nobody@127.0.0.1:1/nothing", application="tests"))
    app = create_app(database, Config())
    async with ask(app) as client, ask(metrics_app(app)) as operations:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503
        text = (await operations.get("/metrics")).text
    assert "watch766_database_up 0.0" in text
    assert 'watch766_requests_total{method="GET",route="/readyz",status="503"} 1.0' in text
    await database.aclose()


async def test_metrics_tell_the_state_of_the_data(client: httpx.AsyncClient, world: World) -> None:
    await world.source("igate")
    await world.alert("H20.1-1", rule="deadline.overdue", severity="critical")
    await world.alert("H20.1-2", rule="deadline.overdue", severity="critical", state="acknowledged")
    await world.alert("H20.1-3", rule="deadline.overdue", severity="critical", state="resolved")
    await world.alert(None, rule="audit.differs", subject="audit:H20", details={"differences": 7, "told": []})
    await world.dossier("H20.1-1", next_review_at=world.now)
    await world.dossier("H20.1-2", next_review_at=world.now + SECOND)
    await world.dossier("H20.1-3", parked_at=world.now)
    for judged_by, fingerprint in enumerate(("before", "present"), 1):
        await world.write(tables.rule_sets, fingerprint=fingerprint, review_version=judged_by, since=world.now)
        await world.judged(f"H20.2-{judged_by}", rule_set=judged_by)
    await world.look_up("igate", "H20.1-1", wanted_at=world.now)
    await world.refusal("igate")
    await world.refusal("igate", "H20.1-9", mended_at=world.now)
    text = (await client.get("/metrics")).text
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["watch766_alerts_unresolved", "critical", "deadline.overdue"] == 2
    assert samples[("watch766_dossiers_due",)] == 1
    assert samples[("watch766_dossiers_parked",)] == 1
    assert samples[("watch766_dossiers_outdated",)] == 1, "judged by the rules before"
    assert samples[("watch766_look_ups_owed",)] == 1
    assert samples[("watch766_audit_differences",)] == 7
    assert samples["watch766_source_read_to_age_seconds", "igate"] == 30
    assert samples["watch766_source_settled_to_age_seconds", "igate"] == 30
    assert samples["watch766_source_refused", "igate"] == 1
    assert samples["watch766_connections", "in_use"] == 0
    assert samples[("watch766_database_up",)] == 1


async def test_metrics_tell_how_long_what_waits_first_has_waited(client: httpx.AsyncClient, world: World) -> None:
    await world.dossier("H20.1-1", next_review_at=world.now - 3 * SECOND)
    await world.dossier("H20.1-2", next_review_at=world.now - 7 * SECOND)
    await world.look_up("igate", "H20.1-1", wanted_at=world.now + SECOND)
    webhook = await world.webhook()
    for number, due_ago in ((1, 11), (2, 5), (3, -60)):
        await world.delivery(webhook, number, state="waiting", due_at=world.now - due_ago * SECOND, finished_at=None)
    await world.happened()
    text = (await client.get("/metrics")).text
    assert 'watch766_queue_age_seconds{queue="reviews"} 7.0' in text
    assert 'watch766_queue_age_seconds{queue="look_ups"} 0.0' in text
    assert 'watch766_queue_age_seconds{queue="deliveries"} 11.0' in text
    assert 'watch766_queue_age_seconds{queue="events"} 0.0' in text, "nobody puts events on their way yet"
    assert "watch766_deliveries_waiting 3.0" in text


async def test_metrics_forget_what_is_gone(client: httpx.AsyncClient, world: World) -> None:
    alert_id = await world.alert()
    assert 'rule="deadline.due_soon"' in (await client.get("/metrics")).text
    await world.resolve(alert_id)
    assert 'rule="deadline.due_soon"' not in (await client.get("/metrics")).text


async def test_requests_are_counted_by_template_and_by_each_application_apart(world: World) -> None:
    async with ask(create_app(world.database, Config())) as client, ask(create_app(world.database, Config())) as other:
        await client.get("/v1/alerts/7")
        await client.request("BREW", "/v1/alerts")
        counted, elsewhere = (await client.get("/metrics")).text, (await other.get("/metrics")).text
    assert 'watch766_requests_total{method="GET",route="/v1/alerts/{alert_id}",status="404"} 1.0' in counted
    assert 'method="OTHER"' in counted
    assert "/v1/alerts" not in elsewhere
