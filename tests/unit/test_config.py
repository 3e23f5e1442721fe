"""The configuration: what is not said has a default, and what is wrong is named by its key and never by its value."""

from datetime import date, time, timedelta

import pytest

from services.monitor.bootstrap import check
from shared.config import Config, Settings, load_config
from shared.domain.statuses import Status
from shared.errors import ConfigError

SECRET = "mat-khau-7391"  # what must never be told
PORTAL = f'portal: {{base_url: "http://portal.test/", username: u, password: "{SECRET}", unit_code: H20}}\n'
HOME = f'{{name: igate, base_url: "http://igate.test", client_id: c, client_secret: "{SECRET}"}}'


@pytest.fixture
def load(tmp_path):
    def from_text(text: str, environ: dict[str, str] | None = None) -> Config:
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        return load_config(path, environ=environ)

    return from_text


@pytest.fixture
def problem(load):
    """The one line that a bad configuration is refused with."""

    def of(text: str, environ: dict[str, str] | None = None) -> str:
        with pytest.raises(ConfigError) as refused:
            load(text, environ)
        assert SECRET not in str(refused.value)
        assert "\n" not in str(refused.value)
        return str(refused.value)

    return of


def home(name: str, more: str = "") -> str:
    return f'{{name: {name}, base_url: "http://{name}.test", client_id: c, client_secret: s{more}}}'


def test_without_a_file_everything_has_its_default():
    config = load_config(None)
    assert config == Config()
    assert (config.province, config.sources) == ("H20", ())
    assert config.rules.sync.hold == timedelta(minutes=15)
    assert (config.rules.intake.window, config.rules.intake.warn_before) == (timedelta(hours=8), timedelta(hours=2))
    assert config.rules.pause.warn_after == timedelta(days=10)
    assert config.poll.start_at.isoformat() == "2026-01-01T00:00:00+07:00"


def test_an_empty_file_is_the_defaults(load):
    assert load("") == Config()


def test_lengths_dates_and_hours_are_read(load):
    config = load(
        "rules: {sync: {hold: 90s}, deadline: {leads: [[4h, 30m], [null, 1d]]}, pause: {warn_after: 5d}}\n"
        "poll: {start: 2026-03-01, overlap: 0s}\n"
        'calendar: {hours: [["07:30", "11:30"], ["13:00", "17:00"]], days_off: [2026-03-02]}\n'
    )
    assert config.rules.sync.hold == timedelta(seconds=90)
    assert config.rules.deadline.leads == ((timedelta(hours=4), timedelta(minutes=30)), (None, timedelta(days=1)))
    assert config.poll.start == date(2026, 3, 1)
    assert config.calendar.hours == ((time(7, 30), time(11, 30)), (time(13), time(17)))


def test_statuses_may_be_named_or_numbered(load):
    config = load("home: [" + home("igate", ", statuses: {3: paused, 5: 10}, channels: {1: online}") + "]")
    assert config.home[0].statuses == {"3": Status.PAUSED, "5": Status.RETURNED}
    assert config.home[0].channels == {"1": "online"}


def test_secrets_come_from_the_environment(load):
    config = load('portal: {base_url: "http://p.test", username: u, password: "${PW}", unit_code: H20}', {"PW": SECRET})
    assert config.portal.password.get_secret_value() == SECRET
    assert SECRET not in repr(config)


def test_a_process_that_calls_nobody_keeps_the_placeholders(load):
    config = load('portal: {base_url: "http://p.test", username: u, password: "${PW}", unit_code: H20}', None)
    assert config.portal.password.get_secret_value() == "${PW}"


def test_the_portal_comes_first_and_addresses_lose_their_last_slash(load):
    config = load(PORTAL + f"home: [{HOME}]")
    assert [source.name for source in config.sources] == ["portal", "igate"]
    assert config.portal.url == "http://portal.test"


@pytest.mark.parametrize("environ", [{}, {"PW": ""}])
def test_a_missing_variable_is_named_with_its_key(problem, environ):
    told = problem('portal: {base_url: "http://p.test", username: u, password: "${PW}", unit_code: H20}', environ)
    assert told == "portal.password: the environment variable PW is not set"


def test_a_missing_variable_in_a_list_is_named_with_its_place(problem):
    assert "home.0.client_secret" in problem("home: [" + home("igate").replace(" s}", " '${S}'}") + "]", {})


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("provinse: H20", "provinse"),
        ("rules: {sync: {holds: 15m}}", "rules.sync.holds"),
        ("province: Gia Lai", "province"),
        ("province: h20", "province"),
        ("rules: {sync: {hold: 15 minutes}}", "rules.sync.hold"),
        ("rules: {sync: {hold: -15m}}", "rules.sync.hold"),
        ("rules: {sync: {hold: [1]}}", "rules.sync.hold"),
        ("rules: {intake: {window: 0h}}", "rules.intake.window"),
        ("rules: {intake: {window: 1h, warn_before: 2h}}", "rules.intake"),
        ("rules: {deadline: {leads: []}}", "rules.deadline.leads"),
        ("rules: {deadline: {leads: [[8h, 2h]]}}", "rules.deadline.leads"),
        ("rules: {deadline: {leads: [[8h, 2h], [8h, 3h], [null, 24h]]}}", "rules.deadline.leads"),
        ("rules: {deadline: {leads: [[40h, 8h], [8h, 2h], [null, 24h]]}}", "rules.deadline.leads"),
        ("rules: {deadline: {leads: [[null, 2h], [null, 24h]]}}", "rules.deadline.leads"),
        ("rules: {deadline: {leads: [[8h, soon], [null, 24h]]}}", "rules.deadline.leads.0.1"),
        ("rules: {pause: {warn_after: 0d}}", "rules.pause.warn_after"),
        ("poll: {page_size: 501}", "poll.page_size"),
        ("poll: {page_size: 0}", "poll.page_size"),
        ("poll: {lookups_per_second: 0}", "poll.lookups_per_second"),
        ("poll: {start: spring}", "poll.start"),
        ('calendar: {hours: [["11:30", "07:00"]]}', "calendar.hours"),
        ("calendar: {days_off: [Tet]}", "calendar.days_off"),
        (PORTAL.replace("u,", "'',"), "portal.username"),
        (PORTAL.replace("http://portal.test/", "portal"), "portal.base_url"),
        (PORTAL.replace(f'"{SECRET}"', "''"), "portal.password"),
        (PORTAL.replace("username: u, ", ""), "portal.username"),
        (PORTAL.replace("{base", "{kind: soap, base"), "portal.kind"),
        (PORTAL.replace("{base", "{timeout: 0s, base"), "portal.timeout"),
        (f"home: [{HOME.replace('igate,', 'Cổng tỉnh,')}]", "home.0.name"),
        (f"home: [{HOME[:-1]}, statuses: {{3: sleeping}}}}]", "home.0.statuses"),
        (f"home: [{HOME[:-1]}, channels: {{3: pigeon}}}}]", "home.0.channels"),
        (f"home: [{HOME[:-1]}, kind: soap}}]", "home.0: kind is none"),
        (f"home: [{HOME[:-1]}, api_key: x}}]", "home.0.api_key: unknown key"),
        ("home: [igate]", "home.0"),
        ("home: igate", "home"),
        ("home: [" + home("a", ", main: true") + ", " + home("b", ", main: true") + "]", "home"),
        ("home: [" + home("igate") + ", " + home("igate") + "]", "two sources are named"),
        (PORTAL + "home: [" + home("portal") + "]", "two sources are named"),
        (PORTAL + "home: [" + home("portal-petitions") + "]", "two sources are named"),
        ("- province", "mapping of keys"),
        ("province: [", "not YAML"),
    ],
)
def test_a_bad_value_is_named_by_its_key(problem, text, key):
    assert key in problem(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("rules: {sync: {hold: 99999999999999d}}", "rules.sync.hold"),
        ("poll: {start: 2026-02-30}", "poll.start"),
        ("calendar: {hours: [[07:00, 61:30]]}", "calendar.hours"),
    ],
)
def test_a_value_no_type_can_hold_is_named_too(problem, text, key):
    assert key in problem(text)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match="WATCH766_CONFIG: cannot read"):
        load_config(tmp_path / "nowhere.yaml")


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_bytes(b"province: \xff\xfe")
    with pytest.raises(ConfigError, match="not YAML"):
        load_config(path)


def test_settings_name_the_variable(monkeypatch):
    monkeypatch.setenv("WATCH766_API_PORT", "many")
    with pytest.raises(ConfigError, match="WATCH766_API_PORT: "):
        Settings.load()


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("WATCH766_DATABASE_URL", f"postgresql://u:{SECRET}@db/watch766")
    settings = Settings.load()
    assert settings.database_url.get_secret_value().endswith("@db/watch766")
    assert SECRET not in repr(settings)


def test_a_rule_nobody_knows_stops_the_start(tmp_path) -> None:
    sources = "portal: {base_url: 'http://p', username: u, password: p, unit_code: H20}\n"
    sources += "home: [{name: igate, base_url: 'http://h', client_id: i, client_secret: s}]\n"
    (tmp_path / "config.yaml").write_text(f"{sources}quiet: {{digest_only: [apology.sometimes]}}\n")
    with pytest.raises(ConfigError, match=r"quiet.digest_only: there is no rule apology\.sometimes"):
        check(load_config(tmp_path / "config.yaml"))
    (tmp_path / "config.yaml").write_text(f"{sources}quiet: {{digest_only: []}}\n")
    check(load_config(tmp_path / "config.yaml"))
