"""What the demonstration's team went through: incidents over and learnt from, one that is not, anomalies."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bosco.anomalies.service import Anomalies
from bosco.channels.service import Channels
from bosco.channels.store import LETTER
from bosco.incidents import learning
from bosco.incidents import store as cases
from bosco.incidents.postmortem import Part
from bosco.incidents.service import Incidents
from bosco.incidents.store import Case
from bosco.kit.ids import SeededIds
from bosco.records.service import Records
from bosco.signals.measures import Measures, Told
from bosco.store.parcel import IS_PENDING, outbox
from bosco.store.store import Store
from bosco.store.tx import Tx

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Past:
    """An incident that is over: what it was, how long each step took, what it meant, what was learnt."""

    title: str
    priority: str
    service: str
    ago: timedelta
    # Minutes from its beginning until it was noticed, taken, well again, closed.
    minutes: tuple[float, float, float, float]
    by: str
    fields: Mapping[str, Any]
    words: tuple[str, ...]
    learnt: Mapping[Part, tuple[str, ...]] = field(default_factory=dict)
    state: str = "published"


PASTS = (
    Past(
        "L’API ne répond plus après la mise en production",
        "P1",
        "api",
        71.3 * _DAY,
        (1, 4, 18, 95),
        "backend",
        {
            "users_affected": "100%",
            "features": ["Connexion", "Exercices", "Profil"],
            "business_impact": "Application inutilisable pendant 18 minutes un mardi matin.",
            "corrective_actions": ["Retour à la version précédente"],
            "preventive_actions": ["Vérifier la santé avant de basculer le trafic"],
        },
        ("La version 2.3.0 vient de sortir, je regarde les journaux.", "Retour à 2.2.4 en cours."),
        {
            "causes": (
                "La migration supposait une colonne qui n’existait qu’en préproduction.",
                "Rien ne vérifiait la santé de la nouvelle version avant de lui confier le trafic.",
            ),
            "well": ("Le retour arrière a pris moins de cinq minutes.",),
            "actions": ("Vérifier la santé avant de basculer le trafic @devops 2026-01-15",),
        },
    ),
    Past(
        "Base de données injoignable",
        "P1",
        "database",
        52.2 * _DAY,
        (0.5, 3, 6, 40),
        "devops",
        {
            "users_affected": "100%",
            "features": ["Toutes"],
            "business_impact": "Six minutes sans écriture ; aucune donnée perdue.",
            "corrective_actions": ["Bascule sur le réplica"],
            "preventive_actions": ["Limiter le nombre de connexions par instance"],
        },
        ("Trop de connexions ouvertes, je bascule sur le réplica.",),
        {
            "causes": ("Un traitement de nuit ouvrait une connexion par utilisateur.",),
            "well": ("L’alarme est venue avant le premier message d’un utilisateur.",),
            "actions": ("Limiter le nombre de connexions par instance @devops 2026-02-01",),
        },
    ),
    Past(
        "Connexion impossible pour une partie des utilisateurs",
        "P2",
        "auth",
        16.1 * _DAY,
        (2, 9, 22, 130),
        "backend",
        {
            "users_affected": 410,
            "features": ["Connexion", "Réinitialisation du mot de passe"],
            "business_impact": "Une quarantaine de demandes au support.",
            "corrective_actions": ["Renouvellement de la clé de signature"],
            "preventive_actions": ["Surveiller l’âge des clés"],
        },
        ("Les jetons signés avec l’ancienne clé sont refusés.", "Clé renouvelée, les connexions reviennent."),
        {
            "causes": ("La clé de signature expirait, et personne n’en était averti.",),
            "well": ("Le support avait une réponse prête.",),
            "actions": ("Surveiller l’âge des clés de signature @backend",),
        },
    ),
    Past(
        "Pages lentes pendant l’envoi de la lettre mensuelle",
        "P2",
        "web",
        4.2 * _DAY,
        (6, 14, 45, 190),
        "frontend",
        {
            "users_affected": "35%",
            "features": ["Accueil", "Exercices"],
            "business_impact": "Temps de chargement triplé pendant trois quarts d’heure.",
            "corrective_actions": ["Envoi étalé sur deux heures"],
            "preventive_actions": ["Mettre les images de la lettre sur le CDN"],
        },
        ("Le trafic vient des images de la lettre.",),
        {
            "causes": ("Les images de la lettre étaient servies par l’application, et non par le CDN.",),
            "actions": ("Mettre les images de la lettre sur le CDN @frontend",),
        },
        state="review",
    ),
)


async def live_through(  # noqa: PLR0913, PLR0917 - a team has to do with everything
    store: Store,
    records: Records,
    incidents: Incidents,
    anomalies: Anomalies,
    channels: Channels,
    measures: Measures,
    now: datetime,
) -> None:
    """Write what the team went through; nothing of it is told to anybody now."""
    for past in sorted(PASTS, key=lambda one: -one.ago):
        number = await _open(store, records, past, now)
        await _learn(store, incidents, past, number, now)
    await _current(store, records, now)
    await measures.push(list(_measured(now)), "demonstration")
    await _anomalies(store, records, anomalies, now)
    await store.write(lambda tx: _keep_quiet(tx, channels))


def _then(at: datetime, work: Callable[[Tx], Any]) -> Callable[[Tx], Any]:
    """Return work that is done as if it were that instant."""

    def done(tx: Tx) -> Any:
        tx.at = at
        return work(tx)

    return done


async def _open(store: Store, records: Records, past: Past, now: datetime) -> str:
    began = now - past.ago
    noticed, taken, well, closed = (began + one * _MINUTE for one in past.minutes)
    by = f"person:{past.by}"

    def begin(tx: Tx) -> str:
        number = records.open(
            tx, "incident", past.title, by="bosco", priority=past.priority, service=past.service, since=began
        )
        cases.add_case(tx, Case(number, "incident", past.service, began, noticed, well, closed))
        return number

    number: str = await store.write(_then(noticed, begin))
    await store.write(_then(taken, lambda tx: records.acknowledge(tx, number, by=by)))
    for at, word in enumerate(past.words, 1):
        moment = taken + at * (well - taken) / (len(past.words) + 1)
        await store.write(_then(moment, _say(records, number, word, by)))
    await store.write(_then(well, lambda tx: records.move(tx, number, "verifying", by=by)))

    def end(tx: Tx) -> None:
        sheet = {**past.fields, "downtime": f"{round(past.minutes[2])}m"}
        records.edit(tx, number, sheet, by=by)
        records.move(tx, number, "closed", by=by)

    await store.write(_then(closed, end))
    return number


def _say(records: Records, number: str, word: str, by: str) -> Callable[[Tx], Any]:
    return lambda tx: records.comment(tx, number, word, by=by)


async def _learn(store: Store, incidents: Incidents, past: Past, number: str, now: datetime) -> None:
    parts = await incidents.draft_of(number)
    drafted = now - past.ago + past.minutes[3] * _MINUTE
    by = f"person:{past.by}"
    await store.write(_then(drafted, lambda tx: learning.demand(tx, number, parts, "bosco")))

    def write(tx: Tx) -> None:
        for version, (part, lines) in enumerate(past.learnt.items(), 1):
            learning.write_part(tx, number, part, lines, version, by, "fr")
        if past.state == "published":
            learning.publish(tx, number, "person:direction")
        else:
            learning.give_to_read(tx, number, by)

    await store.write(_then(drafted + _DAY, write))


async def _current(store: Store, records: Records, now: datetime) -> None:
    began = now - 47 * _MINUTE
    number: str = await store.write(
        _then(
            began + 6 * _MINUTE,
            lambda tx: records.open(
                tx,
                "incident",
                "Les exercices de respiration ne se lancent plus sur iPhone",
                by="person:support",
                priority="P2",
                service="web",
                since=began,
            ),
        )
    )
    await store.write(
        _then(began + 6 * _MINUTE, lambda tx: cases.add_case(tx, Case(number, "incident", "web", began, tx.at)))
    )
    frontend = "person:frontend"

    def take(tx: Tx) -> None:
        records.acknowledge(tx, number, by=frontend)
        records.role(tx, number, "lead", "frontend", by=frontend)
        records.role(tx, number, "communication", "support", by=frontend)

    def talk(tx: Tx) -> None:
        records.comment(
            tx, number, "Reproduit sur iOS 18 : le son est refusé sans geste de l’utilisateur.", by=frontend
        )
        records.edit(tx, number, {"users_affected": "28%", "features": ["Exercices"]}, by=frontend)
        records.move(tx, number, "fixing", by=frontend)
        records.add_task(tx, number, "Prévenir les utilisateurs iPhone", by=frontend, owner="support", due=now + _DAY)

    await store.write(_then(began + 11 * _MINUTE, take))
    await store.write(_then(began + 28 * _MINUTE, talk))


def _measured(now: datetime) -> Iterator[Told]:
    """Return what was measured around the beginning of the incident that is not over: two of three left their usual."""
    chance = SeededIds()
    for minute in range(180, -1, -1):
        at = now - minute * _MINUTE

        def around(usual: float, spread: float) -> float:
            return usual * (1 + spread * (chance.chance() - 0.5))

        yield Told("audio_refusals", around(220, 0.2) if minute < 49 else around(4, 0.5), {}, at=at)
        yield Told("load_time", around(2.9, 0.1) if minute < 45 else around(1.1, 0.1), {}, at=at)
        yield Told("session_time", around(16, 0.1), {}, at=at)


async def _anomalies(store: Store, records: Records, anomalies: Anomalies, now: datetime) -> None:
    first = await anomalies.take(_sheet(_PDF, now - 3 * _DAY), by="person:qa")
    second = await anomalies.take(_sheet(_STREAK, now - 90 * _MINUTE), by="person:support")
    await store.write(lambda tx: records.assign(tx, first, "backend", by="person:qa"))
    await store.write(lambda tx: records.move(tx, first, "fixing", by="person:backend"))
    await store.write(lambda tx: records.assign(tx, second, "frontend", by="person:support"))


def _sheet(text: str, at: datetime) -> str:
    return text.replace("DATE", f"{at:%Y-%m-%d %H:%M} UTC")


def _keep_quiet(tx: Tx, channels: Channels) -> None:
    """End the letters that all this would have sent: they are of another time."""
    waiting = select(outbox.c.key).where(IS_PENDING, outbox.c.kind == LETTER).distinct()
    for thread in tx.run(waiting).scalars().all():
        if thread is not None:
            channels.supersede(tx, thread, "of a time before this demonstration")


_PDF = """\
# ANOMALIE CESIZEN-A-001

## Informations Générales
- **Date/Heure** : DATE
- **Détecteur** : Tests automatisés
- **Gravité** : Haute
- **Service affecté** : api
- **Impact utilisateur** : L’export PDF du suivi est vide

## Reproduction
### Étapes
1. Ouvrir le suivi du mois
2. Cliquer sur « Exporter en PDF »
3. Le fichier téléchargé n’a aucune page

### Environnement
- **Version** : 2.4.1
- **Navigateur** : Firefox 132
- **OS** : Windows 11

## Logs d'Erreur
```
[ERROR] export: template "suivi" rendered 0 pages
```

## Métriques Impact
- **Utilisateurs affectés** : 37 utilisateurs
- **Requêtes échouées** : 52 sur 24h
- **Taux d'erreur** : 3.1%

## Analyse Préliminaire
- Le gabarit attend une période, l’appel n’en envoie plus depuis 2.4.0

## Actions Correctives
1. Envoyer la période avec l’appel
2. Refuser un export sans page
"""
_STREAK = """\
# ANOMALIE CESIZEN-A-002

## Informations Générales
- **Date/Heure** : DATE
- **Détecteur** : Support
- **Gravité** : Faible
- **Service affecté** : web
- **Impact utilisateur** : Le compteur de jours repart à zéro au changement d’heure

## Reproduction
### Étapes
1. Pratiquer la veille du changement d’heure
2. Ouvrir l’accueil le lendemain

### Environnement
- **Version** : 2.4.1
- **OS** : Android 15
"""
