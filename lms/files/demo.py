"""Invented files: certificates drawn as pictures, small texts and tables."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from lms.files.accepting import accept_stream
from lms.files.service import delete_file

if TYPE_CHECKING:
    from lms.demo import World

_PAPERS = ((248, 243, 232), (236, 242, 246), (240, 246, 236), (250, 238, 232))
_INKS = ((154, 74, 34), (31, 95, 139), (43, 106, 63), (120, 60, 110))
_LETTER = (
    "Gentile responsabile,\n\nmi candido per il posto di aiuto cucina. Ho lavorato due estati in una trattoria e so "
    "preparare piatti semplici. Posso cominciare subito.\n\nCordiali saluti\n"
)
_TABLE = "date,company,answer\n2026-09-02,Panificio Il Forno,interview\n2026-09-14,Hotel Palio,no answer\n2026-10-05,Cooperativa Crete,offer\n"

FILES: tuple[tuple[str, str, str, int], ...] = (
    # person, name, content, days ago
    ("trainee", "Attestato HACCP 2026.png", "picture", 120),
    ("trainee", "Foto del laboratorio di ceramica con i maestri artigiani della contrada.jpg", "photo", 64),
    ("trainee", "Lettera di presentazione.txt", "letter", 30),
    ("trainee", "candidature.csv", "table", 9),
    ("trainee2", "Diploma.png", "picture", 80),
    ("trainee3", "Lettera.txt", "letter", 12),
    ("practitioner", "Mappa dei servizi.png", "picture", 44),
    ("tutor", "Lavagna del 12 marzo.jpg", "photo", 20),
    ("trainee_vienna", "Certificate of training.png", "picture", 51),
    ("trainee_vienna", "applications.csv", "table", 4),
    ("counsellor_vienna", "Career fair poster.jpg", "photo", 15),
)


def add_files(world: World) -> None:
    """Some files for people of both offices, one of them deleted a while ago."""
    for number, (key, name, content, days_ago) in enumerate(FILES):
        person = world.people[key]
        with world.inside(person.office):
            data = _content(content, number, person.name)
            file = accept_stream(world.actor(key), io.BytesIO(data), name)
            file.created_at = world.moment(days_ago, 8 + number % 9)
            world.things[f"file:{key}:{name}"] = file.id
    with world.inside("siena"):
        trainee = world.actor("trainee")
        old = accept_stream(trainee, io.BytesIO(b"Da fare: portare il documento.\n"), "appunti.txt")
        delete_file(trainee, old.id).deleted_at = world.now - timedelta(days=3)


def _content(kind: str, number: int, name: str) -> bytes:
    if kind == "letter":
        return f"{_LETTER}{name}\n".encode()
    if kind == "table":
        return _TABLE.encode()
    return _draw(number, name, "PNG" if kind == "picture" else "JPEG")


def _draw(number: int, name: str, form: str) -> bytes:
    paper, ink = _PAPERS[number % len(_PAPERS)], _INKS[number % len(_INKS)]
    image = Image.new("RGB", (960, 640), paper)
    pen = ImageDraw.Draw(image)
    pen.rectangle((24, 24, 936, 616), outline=ink, width=6)
    pen.rectangle((44, 44, 916, 596), outline=ink, width=2)
    for line in range(5):
        pen.rectangle((140, 300 + 44 * line, 820 - 60 * ((line + number) % 4), 312 + 44 * line), fill=(*ink,))
    pen.ellipse((400, 90, 560, 250), outline=ink, width=10)
    pen.text((480, 170), "".join(word[0] for word in name.split()[:2]), fill=ink, anchor="mm", font_size=64)
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()
