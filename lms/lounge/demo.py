"""Invented announcements of the demo offices."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """Who (a key of the demo world) said what, and when."""

    author: str
    days_ago: float
    hour: int
    text: str


ANNOUNCEMENTS: dict[str, tuple[Line, ...]] = {
    "siena": (
        Line("head", 181, 9, "Benvenute e benvenuti! Da oggi avvisi, corsi e appuntamenti dell’ufficio si trovano qui."),
        Line("trainer", 96, 11, "Il laboratorio «Il mio primo curriculum» comincia giovedì alle 9:30 nell’aula 2. Portate un documento."),
        Line("counsellor", 41, 15, "Mercoledì pomeriggio lo sportello orientamento è aperto fino alle 18."),
        Line("tutor", 6, 8, "Chi ha perso la lezione di ieri la trova registrata.\nScrivetemi se qualcosa non è chiaro."),
        Line("head", 1, 10, "L’ufficio resta chiuso lunedì per i lavori all’impianto elettrico. Gli appuntamenti in video restano confermati."),
    ),
    "vienna": (
        Line("head_vienna", 180, 9, "Welcome! From today on you find here everything that matters in our office."),
        Line("trainer_vienna", 52, 14, "The course on job interviews has three free places. Enrol until Friday."),
        Line("counsellor_vienna", 12, 10, "The career fair comes to us on Friday, 10:00 to 16:00, entrance Donaustraße."),
        Line("trainer_vienna", 2, 16, "The tasks of week two are reviewed. You find our remarks beside your answers."),
    ),
}  # fmt: skip
