"""The configuration: one YAML file for the province, WATCH766_* for the process. Read once, at the edge."""

import os
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.access_config import AccessConfig
from shared.domain import codes
from shared.domain.addresses import Allowed
from shared.domain.delivery import DISABLE_AFTER, RETRY_WAITS, Retrying
from shared.domain.escalation import Escalation
from shared.domain.findings import Severity
from shared.domain.records import Channel
from shared.domain.statuses import Status
from shared.domain.units import Offices
from shared.domain.working_time import LOCAL, OFFICE_HOURS, check_hours
from shared.errors import ConfigError
from shared.lengths import LONGEST, Hold, Length, OptionalLength
from shared.sealing import Sealer
from shared.strict_yaml import Place, Section, checked, first_problem, parse

EVALUATION = "evaluation"
"""The name of the source of the portal's own scores."""

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


Procedures = Annotated[frozenset[str], AfterValidator(lambda written: frozenset(map(codes.procedure, written)))]
ProvinceCode = Annotated[str, Field(pattern=r"^[A-Z]\d{2}$")]
SourceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]


def _without_credentials(value: HttpUrl) -> HttpUrl:
    if value.username or value.password:
        raise ValueError("must hold no user and no password: they have keys of their own")
    return value


class _Source(Section):
    base_url: Annotated[HttpUrl, AfterValidator(_without_credentials)]
    """where it is, without user or password"""
    every: Length = timedelta(seconds=60)
    """how often its dossiers are polled"""
    timeout: Length = timedelta(seconds=20)
    """how long one call may take"""

    @property
    def url(self) -> str:
        """The base address without a slash at its end."""
        return str(self.base_url).rstrip("/")


class PortalConfig(_Source):
    """The national portal's integration gateway."""

    kind: Literal["dvcqg"] = "dvcqg"
    """which contract it speaks: the only one there is"""
    name: SourceName = "portal"
    """how answers and logs call it"""
    username: str = Field(min_length=1)
    """its log-in"""
    password: SecretStr = Field(min_length=1)
    """likewise, a secret"""
    unit_code: str = Field(min_length=1)
    """`madonvi` of every call"""
    dst_code: str | None = None
    """header `dstcode`, where the gateway wants one"""
    catalogue_every: Length = timedelta(hours=24)
    """how often agencies and procedures are read"""
    petitions_every: Length = timedelta(minutes=15)
    """how often citizens' petitions are polled; shown as a source of its own, `<name>-petitions`"""

    @property
    def petitions_name(self) -> str:
        """Under which the list of petitions is shown as a source of its own."""
        return f"{self.name}-petitions"


class EvaluationConfig(Section):
    """The portal's own scores. `base_url` unset: the portal's; `root_department_id` unset: found by the province's code."""

    enabled: bool = True
    """whether it is read"""
    base_url: Annotated[HttpUrl, AfterValidator(_without_credentials)] | None = None
    """where, without user or password; none: the portal's address"""
    every: Length = timedelta(hours=24)
    """how often it is read"""
    timeout: Length = timedelta(seconds=60)
    """how long one call may take"""
    root_department_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """the province's unit there; none: found by the province's code"""


class AnswersFor(Section):
    """Which sectors or procedures a home system answers for; both empty: everything."""

    sectors: frozenset[str] = frozenset()
    """sectors whose dossiers it must have"""
    procedures: Procedures = frozenset()
    """procedures, likewise; both empty: it must have everything"""


class HomeConfig(_Source):
    """One of the province's own systems, of any kind. `statuses` and `channels` translate the words of that installation."""

    name: SourceName
    """how answers and logs call it: lower-case letters, digits, `-` and `_`"""
    kind: str
    main: bool = False
    """true for one at most: the dossiers of the others must be in it too"""
    answers_for: AnswersFor = AnswersFor()
    statuses: dict[str, Status]
    channels: dict[str, Channel]

    @field_validator("statuses", mode="before")
    @classmethod
    def _status_names(cls, value: Any) -> Any:
        """Accept `{"3": paused, "5": 10}`: names as in `Status`, or the portal's codes."""
        if not isinstance(value, dict):
            return value
        return {
            str(k): Status[v.upper()] if isinstance(v, str) and v.upper() in Status.__members__ else v for k, v in value.items()
        }

    @field_validator("channels", mode="before")
    @classmethod
    def _channel_ids(cls, value: Any) -> Any:
        return {str(k): v for k, v in value.items()} if isinstance(value, dict) else value


class IgateConfig(HomeConfig):
    """An iGate, or specialised software that speaks like it."""

    kind: Literal["igate"] = "igate"
    """which contract it speaks; [how to add one](adding-a-source.md)"""
    client_id: str = Field(min_length=1)
    """of kind igate: its log-in"""
    client_secret: SecretStr = Field(min_length=1)
    """likewise, a secret"""
    statuses: dict[str, Status] = {
        "0": Status.NEW,
        "1": Status.SUPPLEMENT,
        "2": Status.PROCESSING,
        "3": Status.PAUSED,
        "4": Status.FINISHED,
        "5": Status.RETURNED,
        "6": Status.WITHDRAWN,
        "7": Status.REFUSED,
        "8": Status.PAYMENT,
        "9": Status.ACCEPTED,
    }
    """what the ids of this installation mean: a status code of the portal (1 to 10), or `paused`; replaces the whole table"""
    channels: dict[str, Channel] = {"0": Channel.ONLINE, "1": Channel.DIRECT, "2": Channel.POSTAL}
    """what its channels mean, likewise: `online`, `direct` or `postal`"""


def _with_kind(home: object) -> object:
    return {"kind": "igate", **home} if isinstance(home, dict) else home


AnyHome = Annotated[IgateConfig, Field(discriminator="kind"), BeforeValidator(_with_kind)]
"""The kinds of home systems, `IgateConfig | AnotherConfig | …`, told apart by `kind`; igate where none is named."""


class CentralConfig(Section):
    """Procedures and sectors handled on a ministry's own system: judged on the portal alone."""

    procedures: Procedures = frozenset()
    """procedures handled on a ministry's own system: judged on the portal alone"""
    sectors: frozenset[str] = frozenset()
    """sectors, likewise"""


class MeasuresConfig(Section):
    """What the plans' measures need to know of a province: the codes of the sectors that are land."""

    land_sectors: frozenset[str] = frozenset({"G13-DD"})
    """the sectors that are land, for the [measure](scoring.md) `m.land_online`"""


class PollConfig(Section):
    """How the sources are read. `start` is where a first load begins; `sweep` is read again daily, for rows that came late."""

    page_size: int = Field(default=200, ge=1, le=500)
    """rows a page, 1 to 500"""
    overlap: Hold = timedelta(minutes=5)
    """read again at each poll, for rows that arrive late"""
    sweep: Length = timedelta(days=90)
    """read again once a day, slowly, for rows that arrived later than that"""
    start: date = Field(default=date(2026, 1, 1), ge=date(2000, 1, 1))
    """where a first load begins; when it is moved to an earlier day, everything is read from there once more"""
    lookups_per_second: int = Field(default=20, ge=1, le=1000)
    """single questions to each source"""

    @property
    def start_at(self) -> datetime:
        return datetime.combine(self.start, time(), LOCAL)


class SyncRules(Section):
    """`owner` is the agency that answers for synchronisation; unset: the province."""

    hold: Hold = timedelta(minutes=15)
    """how long both sides may differ before it is an alert"""
    owner: Annotated[str, AfterValidator(codes.agency)] | None = None
    """the agency that answers for synchronisation; none: the province"""


class IntakeRules(Section):
    """The window in which an online dossier must be taken up, in elapsed hours, and how long before its end to warn."""

    window: Length = timedelta(hours=8)
    """elapsed hours in which an online dossier has to be taken up; a breach becomes critical at as many working hours"""
    warn_before: Hold = timedelta(hours=2)
    """how long before its end to warn"""

    @model_validator(mode="after")
    def _warning_inside_window(self) -> "IntakeRules":
        if self.warn_before > self.window:
            raise ValueError("warn_before is longer than window")
        return self


class DeadlineRules(Section):
    """`leads`: pairs of (allowed up to, warn before), working hours, ascending; the last pair has no upper bound (null)."""

    leads: tuple[tuple[OptionalLength, Length], ...] = (
        (timedelta(hours=8), timedelta(hours=2)),
        (timedelta(hours=40), timedelta(hours=8)),
        (None, timedelta(hours=24)),
    )
    """working hours allowed → how long before the due date to warn"""

    @field_validator("leads")
    @classmethod
    def _ascending(cls, leads: tuple[tuple[timedelta | None, timedelta], ...]) -> tuple[tuple[timedelta | None, timedelta], ...]:
        bounds = [bound for bound, _ in leads]
        finite = [bound for bound in bounds[:-1] if bound is not None]
        if not bounds or bounds[-1] is not None or len(finite) != len(bounds) - 1 or finite != sorted(set(finite)):
            raise ValueError("must be pairs with ascending bounds, the last bound null")
        return leads


class PauseRules(Section):
    """`warn_after`: working days of 8 working hours."""

    warn_after: Length = timedelta(days=10)
    """working days of 8 hours that a dossier may stand still"""

    @property
    def days(self) -> float:
        return self.warn_after / timedelta(days=1)


class RulesConfig(Section):
    """The thresholds of the rules."""

    sync: SyncRules = SyncRules()
    intake: IntakeRules = IntakeRules()
    deadline: DeadlineRules = DeadlineRules()
    pause: PauseRules = PauseRules()


class CalendarConfig(Section):
    """Working time where the province differs: hours of a working day, days off and days worked on top of the holidays."""

    hours: tuple[tuple[time, time], ...] = OFFICE_HOURS
    """the shifts of a working day"""
    days_off: frozenset[date] = frozenset()
    """days off on top of Vietnam's public holidays"""
    days_worked: frozenset[date] = frozenset()
    """days worked on top of the swapped days"""

    @field_validator("hours")
    @classmethod
    def _in_order(cls, hours: tuple[tuple[time, time], ...]) -> tuple[tuple[time, time], ...]:
        check_hours(hours)
        return hours


AgencyCode = Annotated[str, AfterValidator(codes.agency)]


class AgenciesConfig(Section):
    """Agencies with a task of their own in the province's plan; unset: nobody leads or supports as such."""

    office: AgencyCode | None = None
    """the People's Committee office"""
    science: AgencyCode | None = None
    """the department of science and technology"""
    justice: AgencyCode | None = None
    """the department of justice"""
    economic_zones: frozenset[AgencyCode] = frozenset()
    """the boards of economic zones, which the portal lists as departments"""

    @property
    def offices(self) -> Offices:
        return Offices(office=self.office, science=self.science, justice=self.justice, economic_zones=self.economic_zones)


class KeepConfig(Section):
    """How long what has ended is kept; null: for ever. History goes by whole months, of all provinces of a database at once."""

    history: OptionalLength = timedelta(days=731)
    """what changed in records and alerts; whole months (UTC), of every province of the database at once"""
    resolved_alerts: OptionalLength = timedelta(days=731)
    """alerts, since they were resolved"""
    events: OptionalLength = timedelta(days=92)
    """what was told; never what a reader has not passed or a webhook still waits for"""
    deliveries: OptionalLength = timedelta(days=92)
    """deliveries to webhooks with their attempts, since they ended"""
    poll_runs: OptionalLength = timedelta(days=92)
    """polls that ended"""
    mended_refusals: OptionalLength = timedelta(days=92)
    """items that could not be used, since they could be"""

    @field_validator("*")
    @classmethod
    def _some_time(cls, length: timedelta | None) -> timedelta | None:
        if length is not None and not timedelta(days=7) <= length <= LONGEST:
            raise ValueError("must be from 7d to 3660d, or null")
        return length


class HeartbeatConfig(Section):
    """A sign of life: POST to `url` every so often while cycles finish; it stops when none did for `stops_after`."""

    url: SecretStr | None = None
    """POSTed to while cycles finish: the address of a service that tells somebody when it stops; a secret, so from the
    environment"""
    every: Length = timedelta(seconds=60)
    """how often"""
    stops_after: Length = timedelta(minutes=10)
    """it stops when some source was not read, reviewed and settled for so long"""

    @field_validator("url")
    @classmethod
    def _http(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("https://", "http://", "${")):
            raise ValueError("must begin with https:// or http://")
        return url


Host = Annotated[str, AfterValidator(lambda written: written.strip().lower().rstrip(".")), Field(min_length=1, max_length=253)]
Port = Annotated[int, Field(ge=1, le=65535)]


class WebhooksConfig(Section):
    """To whom may be sent, and how. `retry`: the waits after each failed attempt; after the last one a delivery has failed.

    `public_url`: where receivers find the API, for the links in what they are told; unset: no links.
    `allow_networks`: private networks that may be sent to; `allow_http`: hosts without TLS; `allow_ports`: besides 443, 80, 8443.
    `concurrency`: sendings at once; `per_webhook`: of these to one receiver.
    """

    public_url: Annotated[HttpUrl, AfterValidator(_without_credentials)] | None = None
    """where receivers find the API, such as `https://watch766.tinh.gov.vn`: events link there; none: they have no links"""
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """private networks that may be sent to, such as `10.20.0.0/16`"""
    allow_http: frozenset[Host] = frozenset()
    """hosts that may be sent to over plain HTTP"""
    allow_ports: frozenset[Port] = frozenset()
    """ports besides 443, 80 and 8443"""
    timeout: Annotated[Length, Field(le=timedelta(minutes=5))] = timedelta(seconds=20)
    """how long one sending may take in all"""
    concurrency: int = Field(default=64, ge=1, le=1000)
    """sendings at once by one monitor"""
    per_webhook: int = Field(default=8, ge=1, le=100)
    """of these to one receiver; one that fails gets fewer"""
    retry: tuple[Length, ...] = RETRY_WAITS
    """how long after each failed attempt the next is made, a tenth more or less; after the last the delivery has failed"""
    disable_after: Length = DISABLE_AFTER
    """a receiver that accepted nothing for so long is switched off"""

    @property
    def address(self) -> str | None:
        """The public address of the API without a slash at its end."""
        return None if self.public_url is None else str(self.public_url).rstrip("/")

    @property
    def allowed(self) -> Allowed:
        return Allowed(self.allow_networks, self.allow_http, self.allow_ports)

    @property
    def retrying(self) -> Retrying:
        return Retrying(self.retry, self.disable_after)


class IncidentConfig(Section):
    """From how many dossiers out of step by one cause on, within how long, they are told as one incident."""

    least: int = Field(default=20, ge=2, le=100_000)
    """so many dossiers out of step by one cause are told as one [incident](alerts.md#quiet); what waits for its look-up counts"""

    within: Annotated[Length, Field(le=timedelta(days=1))] = timedelta(minutes=15)
    """within so long"""


class EscalationConfig(Section):
    """After how much working time an alert nobody acknowledged is passed on to the agency above, by severity."""

    warning: OptionalLength = None
    """working time after which a warning nobody acknowledged becomes critical and the agency above is told; null: never"""

    critical: OptionalLength = timedelta(hours=8)
    """the same of what is critical already"""

    @field_validator("*")
    @classmethod
    def _some_time(cls, length: timedelta | None) -> timedelta | None:
        if length is not None and not timedelta(minutes=1) <= length <= timedelta(hours=800):
            raise ValueError("must be from 1m to 800h of working time, or null")
        return length


class AlertsConfig(Section):
    """Alerts nobody acknowledged."""

    escalation: EscalationConfig = EscalationConfig()
    reminders: Literal["warning", "critical", "none"] = "critical"
    """the least severity that is reminded of each working morning until it is acknowledged, or `none`; digests tell of all"""

    @property
    def escalating(self) -> Escalation:
        """What the configuration says, in the words of the domain."""
        least = None if self.reminders == "none" else Severity(self.reminders)
        return Escalation(warning=self.escalation.warning, critical=self.escalation.critical, least_reminded=least)


class DigestsConfig(Section):
    """When digests are written."""

    at: time = time(7)
    """local time of a working day from which on the day's digests are written, and on the first one of a week the province's"""


class QuietConfig(Section):
    """What is not told by itself. `digest_only`: rules that nobody can act on at once."""

    incident: IncidentConfig = IncidentConfig()
    digest_only: frozenset[str] = frozenset({"supplement.repeated", "apology.missing"})
    """rules that are told in digests only, never one by one: nobody can act on them at once; they are in the list of alerts
    and in the feed"""


class Config(Section):
    """The province's configuration file."""

    province: ProvinceCode = "H20"
    """its code on the portal; dossiers of agencies outside it are refused"""
    portal: PortalConfig | None = None
    evaluation: EvaluationConfig = EvaluationConfig()
    home: tuple[AnyHome, ...] = ()
    central: CentralConfig = CentralConfig()
    measures: MeasuresConfig = MeasuresConfig()
    poll: PollConfig = PollConfig()
    rules: RulesConfig = RulesConfig()
    calendar: CalendarConfig = CalendarConfig()
    agencies: AgenciesConfig = AgenciesConfig()
    access: AccessConfig = AccessConfig()
    keep: KeepConfig = KeepConfig()
    heartbeat: HeartbeatConfig = HeartbeatConfig()
    webhooks: WebhooksConfig = WebhooksConfig()
    alerts: AlertsConfig = AlertsConfig()
    digests: DigestsConfig = DigestsConfig()
    quiet: QuietConfig = QuietConfig()

    @model_validator(mode="after")
    def _sources_fit(self) -> "Config":
        names = [source.name for source in self.sources] + ([self.portal.petitions_name] if self.portal else [])
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"home: two sources are named {name}")
        if EVALUATION in names:
            raise ValueError(f"a source cannot be named {EVALUATION}: the portal's own scores are")
        if sum(home.main for home in self.home) > 1:
            raise ValueError("home: only one system can be main")
        return self

    @cached_property
    def sources(self) -> "tuple[PortalConfig | AnyHome, ...]":
        """Every source: the portal first, then the home systems as configured."""
        return (*((self.portal,) if self.portal else ()), *self.home)

    @property
    def evaluation_url(self) -> str | None:
        """The base address of the public evaluation without a slash at its end, None where it is not to be read."""
        address = self.evaluation.base_url or (self.portal.base_url if self.portal else None)
        return str(address).rstrip("/") if address and self.evaluation.enabled else None


class Settings(BaseSettings):
    """The process's own settings, from the environment."""

    model_config = SettingsConfigDict(env_prefix="WATCH766_", use_attribute_docstrings=True)

    database_url: SecretStr | None = None
    """`postgresql://user:password@host:port/database`, PostgreSQL 15 or newer, no superuser; none: an embedded server in the
    data directory"""
    data_dir: Path = Path(".data")
    """where the embedded server keeps its files; made when absent"""
    config: Path | None = None
    """the YAML file; the API also runs without one"""
    webhook_key: SecretStr | None = None
    """seals the secrets of webhooks: 32 random bytes in base64 (`openssl rand -base64 32`), the same for API and monitor;
    several, separated by commas: the first one seals, all of them open. None: no webhooks, everything else works"""
    api_host: str = "127.0.0.1"
    """where the API listens"""
    api_port: int = Field(default=8766, ge=1, le=65535)
    """its port"""
    metrics_host: str = "127.0.0.1"
    """where `/metrics` is also told, without credentials and also without a database"""
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """its port; none: `/metrics` is only told by the API, to who has the scope `ops:read`"""
    monitor_metrics_host: str = "127.0.0.1"
    """where the monitor tells Prometheus of its own work"""
    monitor_metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """its port; none: nowhere"""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """from which level on there are log lines: `DEBUG`, `INFO`, `WARNING`, `ERROR`"""

    @property
    def sealer(self) -> Sealer | None:
        """What seals the secrets of webhooks, None where no key is set: then there are no webhooks. Raises `ConfigError`."""
        return Sealer.of(self.webhook_key.get_secret_value()) if self.webhook_key else None

    @classmethod
    def load(cls) -> "Settings":
        """Read the environment; raises `ConfigError` naming the variable."""
        try:
            return cls()
        except ValidationError as error:
            raise ConfigError(first_problem(error, prefix="WATCH766_")) from None


def load_config(path: Path | None, *, environ: Mapping[str, str] | None = None) -> Config:
    """Read the configuration file, or the defaults where there is none.

    `environ` gives the values of `${NAME}`; a process that calls no outside system passes None and keeps the placeholders.
    Raises `ConfigError` with one line that names the key.
    """
    if path is None:
        return Config()
    try:
        raw = parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise ConfigError(f"WATCH766_CONFIG: cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not YAML") from None
    return checked(Config, _fill(raw, environ) if environ is not None else raw, str(path), placed=_without_kind)


def process_environment() -> Mapping[str, str]:
    """Return the environment that fills `${NAME}`."""
    return os.environ


def _fill(value: Any, environ: Mapping[str, str], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _fill(item, environ, f"{key}.{name}" if key else str(name)) for name, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, environ, f"{key}.{index}") for index, item in enumerate(value)]
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: _secret(match[1], environ, key), value)
    return value


def _secret(name: str, environ: Mapping[str, str], key: str) -> str:
    if not environ.get(name):
        raise ConfigError(f"{key}: the environment variable {name} is not set")
    return environ[name]


def _without_kind(place: Place) -> Place:
    """Return `home, 0, name` for `home, 0, igate, name`."""
    return place[:2] + place[3:] if place[:1] == ("home",) else place
