"""When a score is worth an alert, from its file; loaded strictly, or not at all."""

from functools import lru_cache
from importlib.resources import files

from shared.domain.ranking import Of
from shared.domain.score_watch import ScorePlan, ScoreWatch
from shared.domain.units import Offices
from shared.errors import ConfigError
from shared.policy.fields import unknown_sources
from shared.policy.scoring import scoring_policies
from shared.policy.shapes import ScoreWatchFile
from shared.policy.targets import targets
from shared.strict_yaml import checked, parse

_FILE = "score-watch.yaml"


def score_plan(offices: Offices) -> ScorePlan:
    """Return what the scores of a province with these offices are judged by. Raises `ConfigError`."""
    return ScorePlan(policies=scoring_policies(), targets=targets(), offices=offices, watch=score_watch())


@lru_cache(maxsize=1)
def score_watch() -> ScoreWatch:
    """Return the thresholds that come with the package. Raises `ConfigError`."""
    return load_score_watch((files("shared.policy") / _FILE).read_text(encoding="utf-8"), _FILE)


def load_score_watch(text: str, name: str) -> ScoreWatch:
    """Return the thresholds from the text of their file. Raises `ConfigError` naming file and place."""
    file = checked(ScoreWatchFile, parse(text, name), name)
    for place, reason in unknown_sources(file, file.sources):
        raise ConfigError(f"{name}: {place}: {reason}")
    return ScoreWatch(
        working_days=file.begins.working_days.value,
        dossiers=file.begins.dossiers.value,
        province_drop=file.drop.province.value,
        agency_drop=file.drop.agency.value,
        falls={
            Of.PROVINCES: file.fall.provinces.value,
            Of.DEPARTMENTS: file.fall.departments.value,
            Of.COMMUNES: file.fall.communes.value,
        },
    )
