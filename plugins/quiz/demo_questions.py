"""The questions of the demo bank: the nine actions of the practitioner path, in Italian and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """A question with name and tags."""

    content: Mapping[str, Any]
    name: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A bank in one language with the words around two quizzes."""

    top: str
    categories: Mapping[str, tuple[Entry, ...]]
    self_check: str
    self_check_summary: str
    self_check_intro: str
    test: str
    test_summary: str
    test_intro: str
    imported: tuple[str, str]


def _choices(*texts: str) -> list[dict[str, Any]]:
    """Choices; those that begin with ``=`` are right, and ``|`` parts text and feedback."""
    rights = sum(text.startswith("=") for text in texts)
    wrongs = len(texts) - rights
    found = []
    for number, text in enumerate(texts, start=1):
        words, _mark, said = text.removeprefix("=").partition("|")
        is_right = text.startswith("=")
        weight = 100 / rights if is_right else 0 if rights == 1 else -100 / wrongs
        found.append(
            {"id": f"n{number}", "text": words.strip(), "weight": round(weight, 5), "feedback": said.strip()}
        )
    return found


def single(
    stem: str, *choices: str, why: str = "", hints: tuple[str, ...] = (), tags: tuple[str, ...] = ()
) -> Entry:
    """One right answer."""
    content = {"type": "single", "stem": f"<p>{stem}</p>", "choices": _choices(*choices)}
    return Entry(content | _around(why, hints), tags=tags)


def multiple(stem: str, *choices: str, why: str = "", hints: tuple[str, ...] = ()) -> Entry:
    """Several right answers."""
    return Entry(
        {"type": "multiple", "stem": f"<p>{stem}</p>", "choices": _choices(*choices)} | _around(why, hints)
    )


def statement(stem: str, *, is_true: bool, why: str = "") -> Entry:
    """True or false."""
    return Entry({"type": "truefalse", "stem": f"<p>{stem}</p>", "is_true": is_true} | _around(why, ()))


def order(stem: str, *items: str, why: str = "") -> Entry:
    """Steps in their order."""
    parts = [{"id": f"n{number}", "text": text} for number, text in enumerate(items, start=1)]
    return Entry({"type": "ordering", "stem": f"<p>{stem}</p>", "items": parts} | _around(why, ()))


def match(stem: str, pairs: Mapping[str, str], *extra: str, why: str = "") -> Entry:
    """Pairs."""
    parts = [
        {"id": f"n{n}", "prompt": left, "answer": right}
        for n, (left, right) in enumerate(pairs.items(), start=1)
    ]
    return Entry(
        {"type": "matching", "stem": f"<p>{stem}</p>", "pairs": parts, "extra_answers": list(extra)}
        | _around(why, ())
    )


def gaps(stem: str, *words: str, wrong: tuple[str, ...] = (), why: str = "") -> Entry:
    """Words to be dragged into ``[[1]]``, ``[[2]]`` ..."""
    parts = [{"kind": "dragged", "answers": [{"pattern": word}]} for word in words]
    return Entry(
        {"type": "gaps", "stem": f"<p>{stem}</p>", "gaps": parts, "extra_words": list(wrong)}
        | _around(why, ())
    )


def number(stem: str, value: str, tolerance: str = "0", why: str = "") -> Entry:
    """A number."""
    answers = [{"value": value, "tolerance": tolerance}]
    return Entry({"type": "number", "stem": f"<p>{stem}</p>", "answers": answers} | _around(why, ()))


def short(stem: str, *patterns: str, why: str = "", hints: tuple[str, ...] = ()) -> Entry:
    """A word."""
    answers = [{"pattern": pattern} for pattern in patterns]
    return Entry({"type": "shorttext", "stem": f"<p>{stem}</p>", "answers": answers} | _around(why, hints))


def essay(stem: str, rubric: Mapping[str, tuple[str, str, str]], notes: str) -> Entry:
    """A text with a rubric of three levels."""
    rows = [
        {
            "id": f"n{n}",
            "title": title,
            "levels": [{"points": points, "text": text} for points, text in enumerate(levels)],
        }
        for n, (title, levels) in enumerate(rubric.items(), start=1)
    ]
    return Entry(
        {"type": "essay", "stem": f"<p>{stem}</p>", "rubric": rows, "grader_notes": notes, "most_words": 150}
    )


def _around(why: str, hints: tuple[str, ...]) -> dict[str, Any]:
    return {"feedback": f"<p>{why}</p>" if why else "", "hints": list(hints)}


ITALIAN = Paper(
    top="Percorso per operatori",
    categories={
        "Webinar per la ricerca di lavoro": (
            single(
                "Stai preparando un webinar di 45 minuti per venti persone che cercano lavoro. Quanto dovrebbe parlare chi conduce, al massimo, prima di far fare qualcosa ai partecipanti?",
                "=Da cinque a dieci minuti", "Venti minuti|Dopo dieci minuti l’attenzione cala, soprattutto dal telefono.",
                "Tutto il tempo, poi le domande|Così le domande restano senza tempo.",
                why="Blocchi brevi, poi un sondaggio, una domanda in chat o una prova: l’attenzione online dura meno che in aula.",
                hints=("Pensa a chi ti segue da un telefono, in cucina.",), tags=("webinar",),
            ),
            multiple(
                "Che cosa mandi ai partecipanti il giorno prima?",
                "=Il collegamento e l’ora, con il fuso", "=Che cosa tenere pronto: curriculum, carta e penna", "=Come chiedere aiuto se il collegamento non va",
                "Tutte le diapositive da studiare",
                why="Meno ostacoli all’inizio: chi sa dove entrare e a chi chiedere, arriva.",
            ),
            order(
                "Metti in ordine i passi di un webinar.",
                "Prova di audio e video con chi modera", "Accoglienza e regole della chat", "Un obiettivo detto in una frase",
                "Contenuto a blocchi con attività", "Riassunto e prossimo passo di ciascuno", "Messaggio con i materiali",
            ),
        ),
        "Video CV": (
            single(
                "Quanto dura un buon video curriculum?",
                "=Da 60 a 90 secondi", "Cinque minuti|Chi seleziona guarda i primi secondi e decide.", "Dieci minuti",
                why="Bastano tre cose: chi sono, che cosa so fare con una prova, che cosa cerco.", tags=("video",),
            ),
            match(
                "Abbina il problema al rimedio.",
                {"Il viso è scuro": "Luce davanti, finestra alle spalle della camera", "La voce rimbomba": "Auricolari con microfono e tende chiuse", "Lo sguardo scappa": "Appunti vicino all’obiettivo"},
                "Un filtro che cambia lo sfondo",
            ),
            statement("Nel video CV è bene leggere il testo parola per parola.", is_true=False, why="Meglio tre punti su un foglio: si parla, non si legge."),
        ),
        "Consulenza a distanza": (
            multiple(
                "Un colloquio a distanza è protetto se…",
                "=sei in una stanza chiusa e usi le cuffie", "=la persona sa chi altro può sentire", "=non registri senza un sì esplicito",
                "tieni la porta aperta per trasparenza",
                why="La riservatezza vale online come in ufficio: la si dice all’inizio.",
            ),
            essay(
                "Una persona ti dice in chat: «Non trovo niente, lascio perdere». Scrivi come rispondi e come continui nei due giorni dopo.",
                {"Ascolto": ("Non riprende ciò che la persona prova", "Lo riprende in modo generico", "Lo riprende con parole sue e chiede"),
                 "Passo concreto": ("Nessun passo", "Un passo vago", "Un passo piccolo, con data"),
                 "Seguito": ("Nessuno", "Detto ma senza data", "Con data e canale")},
                "<p>Conta il tono, non la grammatica. Una frase fatta («non mollare!») da sola non basta.</p>",
            ),
            order("In che ordine si apre un colloquio video?", "Saluto e prova dell’audio", "Quanto tempo abbiamo", "Riservatezza: chi sente e che cosa si scrive", "La domanda della persona"),
        ),
        "Auto-orientamento online": (
            single(
                "A che cosa serve uno strumento di auto-orientamento online?",
                "=A preparare il colloquio con domande proprie", "A sostituire il colloquio", "A decidere il mestiere al posto della persona",
                why="Lo strumento apre il discorso; il senso lo si trova parlando.",
            ),
            short("Come si chiama la classificazione europea di competenze, qualifiche e professioni? (quattro lettere)", "ESCO", why="ESCO collega professioni e competenze in tutte le lingue dell’Unione.", hints=("Comincia per E.", "È anche un verbo: io … di casa.")),
        ),
        "Informazioni online": (
            multiple(
                "Come riconosci un annuncio di lavoro falso?",
                "=Chiede soldi o dati bancari prima del colloquio", "=L’indirizzo di posta non è dell’azienda", "=Promette molto denaro per poco lavoro",
                "Indica il contratto collettivo",
                why="Nel dubbio si cerca l’azienda altrove e si chiama il numero ufficiale.",
            ),
            gaps("Prima di condividere un’informazione controllo la [[1]], la [[2]] e chi la [[3]].", "fonte", "data", "firma", wrong=("lunghezza", "grafica")),
        ),
        "E-portfolio": (
            single(
                "Che cosa rende forte una prova in un e-portfolio?",
                "=Dice che cosa ho fatto, come e con quale risultato", "È lunga", "Contiene molte fotografie",
                why="Situazione, compito, azione, risultato: quattro righe bastano.",
            ),
            match("Abbina la prova alla competenza.", {"Turni organizzati per otto persone": "Pianificare", "Lettera di un cliente contento": "Relazione con il pubblico", "Foglio di calcolo delle spese": "Competenze digitali"}),
            Entry(
                {"type": "file", "stem": "<p>Consegna una pagina del tuo e-portfolio (immagine, PDF o testo) con una prova e tre righe che la spiegano.</p>",
                 "rubric": [{"id": "n1", "title": "Chiarezza della prova", "levels": [{"points": 0, "text": "Non si capisce che cosa è stato fatto"}, {"points": 1, "text": "Si capisce in parte"}, {"points": 2, "text": "Compito, azione e risultato sono chiari"}]}]}
            ),
        ),
        "Piano di carriera online": (
            single(
                "Quale obiettivo è scritto bene?",
                "Trovare un lavoro migliore", "=Entro il 30 giugno mandare sei candidature come magazziniere a Siena e Poggibonsi", "Essere più attivo",
                why="Specifico, misurabile, con una data: così si vede se si avanza.",
            ),
            number("Una persona può dedicare 6 ore a settimana alla ricerca. Quante ore sono in 8 settimane?", "48"),
        ),
        "Personal branding online": (
            statement("Prima di candidarsi conviene cercare il proprio nome in rete.", is_true=True, why="È la prima cosa che fa chi seleziona: meglio sapere che cosa trova."),
            multiple(
                "Che cosa sta in un buon titolo di profilo?",
                "=Il mestiere che si cerca", "=Una o due competenze con prova", "La data di nascita", "Una citazione famosa",
                why="Il titolo è ciò che si legge nei risultati di ricerca.",
            ),
        ),
        "Matching assistito dal computer": (
            single(
                "Il sistema propone un’offerta con il 92 % di corrispondenza. Che cosa fai?",
                "=Guardo con la persona perché, e che cosa il sistema non sa", "Mando la candidatura senza leggerla", "La scarto, perché è una macchina",
                why="Il punteggio nasce da parole nel profilo: distanza, orari e desideri li sa la persona.",
            ),
            multiple(
                "Che cosa migliora le proposte del sistema?",
                "=Competenze scritte con i nomi della classificazione", "=Un profilo aggiornato", "=Dire quali proposte non andavano e perché",
                "Un profilo con più aggettivi",
            ),
        ),
    },
    self_check="Autovalutazione: le nove azioni",
    self_check_summary="Dieci minuti per vedere che cosa sai già e da dove cominciare. Puoi riprovare quanto vuoi.",
    self_check_intro="<p>Una domanda per ciascuna delle nove azioni. Controlla subito ogni risposta; se serve, chiedi un suggerimento.</p><p>Non è un esame: serve a te, per scegliere da dove partire.</p>",
    test="Verifica finale del percorso",
    test_summary="La prova che chiude il percorso per operatori. Due risposte le legge una persona.",
    test_intro="<p>Hai 45 minuti. Le risposte si salvano mentre scrivi: se il collegamento cade, continua pure.</p><p>Dopo la consegna vedi il punteggio e le spiegazioni.</p>",
    imported=("Quale canale usi per primo?", "Domanda senza parentesi chiusa"),
)  # fmt: skip

ENGLISH = Paper(
    top="Practitioner path",
    categories={
        "Job-search webinars": (
            single(
                "You prepare a webinar of 45 minutes for twenty job seekers. For how long should the host talk, at most, before people do something?",
                "=Five to ten minutes", "Twenty minutes|After ten minutes attention drops, above all on a phone.", "All the time, then questions|Then no time is left for questions.",
                why="Short blocks, then a poll, a question in the chat or an exercise: online, attention is shorter than in a room.",
                hints=("Think of somebody who follows on a phone, in the kitchen.",), tags=("webinar",),
            ),
            multiple(
                "What do you send to people the day before?",
                "=The link and the time, with its zone", "=What to have ready: CV, paper and pen", "=How to get help if the link does not work", "All slides to study",
                why="Fewer hurdles at the start: whoever knows where to go and whom to ask will come.",
            ),
            order(
                "Put the steps of a webinar in order.",
                "Sound and video check with the moderator", "Welcome, and rules of the chat", "One aim, in one sentence", "Content in blocks, with activities",
                "Summary, and everybody’s next step", "Message with the materials",
            ),
        ),
        "Video CV": (
            single(
                "How long is a good video CV?", "=60 to 90 seconds", "Five minutes|Recruiters look at the first seconds and decide.", "Ten minutes",
                why="Three things are enough: who I am, what I can do with one proof, what I look for.", tags=("video",),
            ),
            match(
                "Match each problem with its remedy.",
                {"The face is dark": "Light in front, window behind the camera", "The voice echoes": "Headset and closed curtains", "The eyes wander": "Notes close to the lens"},
                "A filter that changes the background",
            ),
            statement("In a video CV it is good to read a text word by word.", is_true=False, why="Better three points on a sheet: one talks, one does not read."),
        ),
        "Distance counselling": (
            multiple(
                "A session at a distance is confidential if …",
                "=you are in a closed room and use a headset", "=the person knows who else may hear", "=you never record without a clear yes", "you keep the door open for transparency",
                why="Confidentiality holds online as in the office: say so at the beginning.",
            ),
            essay(
                "Somebody writes in the chat: “I find nothing, I give up.” Write what you answer, and how you go on during the next two days.",
                {"Listening": ("Does not take up what the person feels", "Takes it up in general words", "Takes it up in own words and asks"),
                 "Concrete step": ("No step", "A vague step", "A small step with a date"),
                 "Follow-up": ("None", "Named, without date", "With date and channel")},
                "<p>Tone counts, not grammar. A ready-made phrase (“never give up!”) alone is not enough.</p>",
            ),
            order("In which order do you open a video session?", "Greeting and sound check", "How much time we have", "Confidentiality: who hears, what is written down", "The person’s own question"),
        ),
        "Self-advising online": (
            single(
                "What is an online self-assessment tool good for?",
                "=To prepare a session with own questions", "To replace the session", "To choose the job for the person",
                why="The tool opens the talk; meaning is found in talking.",
            ),
            short("What is the European classification of skills, competences and occupations called? (four letters)", "ESCO", why="ESCO links occupations and skills in all languages of the Union.", hints=("It begins with E.",)),
        ),
        "Information online": (
            multiple(
                "How do you recognise a fake job offer?",
                "=It asks for money or bank data before an interview", "=The mail address is not the company’s", "=It promises much money for little work", "It names the collective agreement",
                why="When in doubt, look the company up elsewhere and call its official number.",
            ),
            gaps("Before I share information I check its [[1]], its [[2]] and who [[3]] it.", "source", "date", "signed", wrong=("length", "layout")),
        ),
        "E-portfolio": (
            single(
                "What makes a piece of evidence strong?", "=It tells what I did, how, and with which result", "It is long", "It has many pictures",
                why="Situation, task, action, result: four lines are enough.",
            ),
            match("Match the evidence with the skill.", {"Shifts planned for eight people": "Planning", "Letter of a happy customer": "Dealing with the public", "Spreadsheet of expenses": "Digital skills"}),
            Entry(
                {"type": "file", "stem": "<p>Hand in one page of your e-portfolio (picture, PDF or text) with one piece of evidence and three lines that explain it.</p>",
                 "rubric": [{"id": "n1", "title": "Clarity of the evidence", "levels": [{"points": 0, "text": "Not clear what was done"}, {"points": 1, "text": "Partly clear"}, {"points": 2, "text": "Task, action and result are clear"}]}]}
            ),
        ),
        "Career plan online": (
            single(
                "Which goal is well written?",
                "Find a better job", "=By 30 June send six applications as warehouse worker in Vienna and Schwechat", "Be more active",
                why="Specific, measurable, with a date: so one sees progress.",
            ),
            number("Somebody has 6 hours a week for the search. How many hours are that in 8 weeks?", "48"),
        ),
        "Personal branding online": (
            statement("Before applying it is wise to search for one’s own name on the web.", is_true=True, why="It is the first thing recruiters do: better know what they find."),
            multiple(
                "What belongs into a good profile headline?",
                "=The job one looks for", "=One or two skills with proof", "The date of birth", "A famous quotation",
                why="The headline is what people read in search results.",
            ),
        ),
        "Computer-assisted matching": (
            single(
                "The system proposes a job with a match of 92 %. What do you do?",
                "=Look with the person at why, and at what the system does not know", "Apply without reading it", "Reject it, because it is a machine",
                why="The figure comes from words in the profile: distance, hours and wishes are known to the person.",
            ),
            multiple(
                "What makes proposals of the system better?",
                "=Skills written with the names of the classification", "=An up-to-date profile", "=Saying which proposals did not fit, and why", "A profile with more adjectives",
            ),
        ),
    },
    self_check="Self-check: the nine actions",
    self_check_summary="Ten minutes to see what you know already and where to begin. You can try as often as you like.",
    self_check_intro="<p>One question for each of the nine actions. Check each answer at once; ask for a hint if you need one.</p><p>This is no exam: it is for you, to choose where to start.</p>",
    test="Final test of the practitioner path",
    test_summary="The test that closes the path. A person reads two of the answers.",
    test_intro="<p>You have 45 minutes. Answers are saved as you write: if the connection breaks, just go on.</p><p>After handing in you see your score and the explanations.</p>",
    imported=("Which channel do you use first?", "Question without a closing brace"),
)  # fmt: skip
