"""A video CV of the demo: a script, a drawn film that stands for a recording, captions."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from lms.plugin import Actor, StoredFile, store_file, utcnow
from plugins.portfolio.films import service
from plugins.portfolio.films.forms import EditFilm, EditScript, NewFilm, TrimTake
from plugins.portfolio.films.models import Film

DRAWN, SECONDS = Path(__file__).with_name("demo.webm"), 14
SCRIPT = EditScript(
    hello="Ciao, sono Aïcha. Faccio la pasticciera e cerco un forno a Siena.",
    strengths="So lavorare di notte, da sola, e insegno volentieri quello che so.",
    proof="Ogni notte preparo 400 cornetti. Ho formato due apprendiste: tutte e due hanno superato l’esame.",
    wish="Mi piacerebbe fare una prova nel Suo laboratorio. Grazie!",
)


def add_film(actor: Actor) -> Film:
    """Aïcha's minute, cut and with captions."""
    film = service.add_film(actor, NewFilm(title="Per i forni di Siena"), language="it")
    service.edit_film(actor, film.id, SCRIPT)
    service.agree(actor, film.id, is_agreed=True)
    end = (utcnow() + timedelta(days=180)).date()
    service.edit_film(actor, film.id, EditFilm(title=film.title, language="it", expires_on=end))
    take = service.add_take(actor, film.id, _recording(actor), duration_ms=SECONDS * 1000)
    service.trim_take(actor, take.id, TrimTake(starts=1, ends=13))
    service.make_captions(actor, take.id)
    return film


def _recording(actor: Actor) -> StoredFile:
    """A face of shapes that nods: nobody's picture."""
    with DRAWN.open("rb") as source:
        return store_file(actor, source, "video-cv.webm", service.PURPOSE, allowed=frozenset({"video"}))
