"""Which facts about a dossier's papers hold; they follow from its mark, on every side alike."""


def digitised(mark: int) -> bool:
    """Return whether the components handed in were digitised."""
    return mark % 7 != 0


def reused(mark: int) -> bool:
    """Return whether a component handed in was reused from earlier."""
    return mark % 6 == 0


def from_store(mark: int) -> bool:
    """Return whether a component came from the citizen's personal store."""
    return mark % 10 == 0


def population_data(mark: int) -> bool:
    """Return whether population data was used."""
    return mark % 5 != 0
