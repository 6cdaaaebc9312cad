"""Full-text search over what was published: every word of a query stands in the folded text.

An index of single characters and neighbouring pairs finds the candidates (FTS5 in SQLite, an array
with a GIN index in PostgreSQL); comparing the folded text decides, so that both databases answer
alike. The same folding as in screening: width, case, spaces and line ends make no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from django.db import connection
from django.db.models import QuerySet

from bureau.register.models import PublicationRecord, PublishedText
from redaction.matching import find, fold

MAX_WORDS = 8
MAX_WORD = 64
SNIPPET = 60


def words_of(query: str) -> list[str]:
    """The query's words, folded; at most MAX_WORDS of at most MAX_WORD characters."""
    folded = (fold(word).text[:MAX_WORD] for word in query.split()[:MAX_WORDS])
    return [word for word in folded if word]


def terms_of(folded: str) -> set[str]:
    """Letters and digits of a folded text, singly and in neighbouring pairs."""
    singles = {c for c in folded if c.isalnum()}
    pairs = {a + b for a, b in pairwise(folded) if a.isalnum() and b.isalnum()}
    return singles | pairs


def _query_terms(words: Sequence[str]) -> list[str]:
    wanted: set[str] = set()
    for word in words:
        pairs = {t for t in terms_of(word) if len(t) > 1}
        covered = set("".join(pairs))
        wanted |= pairs | {c for c in word if c.isalnum() and c not in covered}
    return sorted(wanted)


def put(publication: PublicationRecord, text: str) -> None:
    """Makes a published copy findable by its title, number and text; call in the transaction
    that writes its row.
    """
    folded = fold("\n".join((publication.title, publication.doc_no, text))).text
    PublishedText.objects.update_or_create(
        publication=publication, defaults={"text": text, "folded": folded}
    )
    terms = sorted(terms_of(folded))
    with connection.cursor() as cursor:
        cursor.execute(_delete(), [publication.pk])
        if connection.vendor == "sqlite":
            cursor.execute(
                "INSERT INTO register_search (rowid, terms) VALUES (%s, %s)",
                [publication.pk, " ".join(_token(t) for t in terms)],
            )
        else:
            cursor.execute(
                "INSERT INTO register_search (publication_id, terms) VALUES (%s, %s)",
                [publication.pk, terms],
            )


def remove(publication: PublicationRecord) -> None:
    """Makes a copy unfindable and forgets its text."""
    PublishedText.objects.filter(publication=publication).delete()
    with connection.cursor() as cursor:
        cursor.execute(_delete(), [publication.pk])


def matching(rows: QuerySet[PublicationRecord], query: str) -> QuerySet[PublicationRecord]:
    """Those of ``rows`` whose folded text holds every word; an empty query finds nothing."""
    words = words_of(query)
    if not words:
        return rows.none()
    terms = _query_terms(words)
    if terms:
        rows = rows.filter(pk__in=_candidates(terms))
    for word in words:
        rows = rows.filter(body__folded__contains=word)
    return rows


def _candidates(terms: Sequence[str]) -> list[int]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT rowid FROM register_search WHERE register_search MATCH %s",
                [" AND ".join(_token(t) for t in terms)],
            )
        else:
            cursor.execute(
                "SELECT publication_id FROM register_search WHERE terms @> %s::text[]",
                [list(terms)],
            )
        return [int(row[0]) for row in cursor.fetchall()]


def _delete() -> str:
    if connection.vendor == "sqlite":
        return "DELETE FROM register_search WHERE rowid = %s"
    return "DELETE FROM register_search WHERE publication_id = %s"


def _token(term: str) -> str:
    # FTS5's own tokenizer folds and splits by its tables: hand it plain ASCII instead
    return "t" + term.encode("utf-8").hex()


def snippet(text: str, query: str) -> tuple[str, str, str]:
    """Before, hit, after: a piece of ``text`` round the query's first hit, else its beginning."""
    spans = find(text, query.split()[:MAX_WORDS])
    if not spans:
        return (_flat(text[: SNIPPET * 2]), "", "")
    hit = spans[0]
    return (
        _flat(text[max(0, hit.start - SNIPPET) : hit.start]),
        _flat(hit.cut(text)),
        _flat(text[hit.end : hit.end + SNIPPET]),
    )


def _flat(text: str) -> str:
    return " ".join(text.split())
