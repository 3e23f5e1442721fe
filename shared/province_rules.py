"""The configuration's rules in the words of the domain."""

from shared.config import Config
from shared.domain.dossiers import HomeSystem, Rules


def rules_of(config: Config) -> Rules:
    """Return the province's rules."""
    return Rules(
        province=config.province,
        portal=config.portal.name if config.portal else None,
        homes=tuple(
            HomeSystem(home.name, home.main, tuple(sorted(home.answers_for.sectors)), tuple(sorted(home.answers_for.procedures)))
            for home in config.home
        ),
        central_procedures=config.central.procedures,
        central_sectors=config.central.sectors,
        sync_hold=config.rules.sync.hold,
        sync_owner=config.rules.sync.owner,
        intake_window=config.rules.intake.window,
        intake_warn_before=config.rules.intake.warn_before,
        deadline_leads=config.rules.deadline.leads,
        pause_days=config.rules.pause.days,
    )
