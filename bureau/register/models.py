"""Every table of the register, under the one name Django and the services know."""

from __future__ import annotations

from bureau.register.tables.documents import Document, DocumentText
from bureau.register.tables.intake import (
    IntakeOutcome,
    IntakeRecord,
    Look,
    Place,
    QuarantineRecord,
)
from bureau.register.tables.office import (
    Alert,
    AppendOnlyError,
    AuditHead,
    AuditRecord,
    BureauProfile,
    RunLock,
    RunOutcome,
    RunRecord,
)
from bureau.register.tables.publications import (
    IndexNumber,
    IndexSequence,
    PublicationRecord,
    PublishedText,
    Validity,
    WithdrawalRequest,
)
from bureau.register.tables.review import (
    DecisionRecord,
    DraftRecord,
    FindingRecord,
    Opinion,
    ReviewItem,
    SecrecySignature,
    SuggestionRecord,
    VerdictRecord,
)

__all__ = [
    "Alert",
    "AppendOnlyError",
    "AuditHead",
    "AuditRecord",
    "BureauProfile",
    "DecisionRecord",
    "Document",
    "DocumentText",
    "DraftRecord",
    "FindingRecord",
    "IndexNumber",
    "IndexSequence",
    "IntakeOutcome",
    "IntakeRecord",
    "Look",
    "Opinion",
    "Place",
    "PublicationRecord",
    "PublishedText",
    "QuarantineRecord",
    "ReviewItem",
    "RunLock",
    "RunOutcome",
    "RunRecord",
    "SecrecySignature",
    "SuggestionRecord",
    "Validity",
    "VerdictRecord",
    "WithdrawalRequest",
]
