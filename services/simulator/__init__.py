"""A small world that behaves like a province: its portal, its dossier system, a ministry's land software, and their faults.

It stands for other people's systems. The world is a pure function of (seed, origin, time): every dossier has a plan made
beforehand (`timeline`, `ordinary`, `scenarios`), the systems show that plan up to the present moment (`world`, `portal`, `home`),
and the truth about what is wrong is told from the plan (`truth`), never from what the systems served. Faults come on demand
(`faults`): they spoil answers, or rows and update times of dossiers of which nothing else becomes true (`effects`, `clocks`).
"""
