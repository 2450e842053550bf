"""Invented announcements of the demo offices: office slug -> (role of the author, text)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lms.hooks.contributions import Role

ANNOUNCEMENTS: Mapping[str, Sequence[tuple[Role, str]]] = {
    "siena": [
        ("head", "Benvenute e benvenuti! Da oggi avvisi, corsi e appuntamenti dell’ufficio si trovano qui."),
        ("trainer", "Il laboratorio «Il mio primo curriculum» comincia giovedì alle 9:30 nell’aula 2. Portate un documento."),
        ("counsellor", "Mercoledì pomeriggio lo sportello orientamento è aperto fino alle 18."),
        ("tutor", "Chi ha perso la lezione di ieri la trova registrata. Scrivetemi se qualcosa non è chiaro."),
        ("head", "L’ufficio resta chiuso lunedì per i lavori all’impianto elettrico. Gli appuntamenti in video restano confermati."),
    ],
    "vienna": [
        ("head", "Willkommen! Hier erfahren Sie ab jetzt alles, was in unserer Geschäftsstelle wichtig ist."),
        ("trainer", "Der Kurs „Bewerbungsgespräche üben“ hat noch drei freie Plätze."),
        ("counsellor", "Am Freitag kommt die Berufsinformationsmesse zu uns: 10 bis 16 Uhr, Eingang Donaustraße."),
        ("tutor", "Die Aufgaben der zweiten Woche sind besprochen. Ihre Rückmeldungen finden Sie beim Kurs."),
    ],
}  # fmt: skip
