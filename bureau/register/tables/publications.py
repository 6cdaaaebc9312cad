"""What left the house: index numbers, published versions, their searchable text, withdrawals."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from bureau.accounts.models import Department
from bureau.register.tables.documents import Document
from bureau.register.tables.review import LABEL_CHOICES, DecisionRecord, ReviewItem


class IndexSequence(models.Model):
    """The last serial given under one prefix; only grows."""

    prefix = models.CharField(max_length=64, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.prefix


class IndexNumber(models.Model):
    """A 索引号 given to one document for ever; kept when the publication fails or is withdrawn."""

    value = models.CharField(max_length=96, unique=True)
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="index_number")
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.value


class Validity(models.TextChoices):
    """有效性."""

    VALID = "valid", "有效"
    EXPIRED = "expired", "失效"
    REPEALED = "repealed", "废止"


class PublicationRecord(models.Model):
    """A row of 主动公开目录 or 依申请公开目录: one version of one document.

    Everything in it is public and proven free of what was redacted. ``file_name`` is relative to
    public/ and empty for on-request rows. ``plan_digest`` and ``report`` are the proof.
    """

    index_no = models.CharField(max_length=96, db_index=True)
    version = models.PositiveIntegerField()
    current = models.BooleanField(default=True, db_index=True)
    label = models.CharField(max_length=16, choices=LABEL_CHOICES, db_index=True)
    item = models.ForeignKey(ReviewItem, on_delete=models.PROTECT, related_name="publications")
    decision = models.ForeignKey(DecisionRecord, on_delete=models.PROTECT, related_name="+")
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )
    title = models.CharField(max_length=500)
    summary = models.CharField(max_length=300, blank=True)
    doc_no = models.CharField(max_length=128, blank=True)
    issuer = models.CharField(max_length=200, blank=True)
    formed_on = models.DateField(null=True)
    published_at = models.DateTimeField(db_index=True)
    validity = models.CharField(max_length=16, choices=Validity.choices, default=Validity.VALID)
    kind = models.CharField(max_length=64, blank=True)
    theme = models.CharField(max_length=128, blank=True)
    column = models.CharField(max_length=128, blank=True)
    keywords = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    grounds = models.JSONField(default=list)
    redaction_grounds = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    file_name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=128, blank=True)
    method = models.CharField(max_length=16, blank=True)
    report = models.JSONField(null=True)
    plan_digest = models.CharField(max_length=64, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-published_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["index_no", "version"], name="one_row_a_version"),
            models.UniqueConstraint(
                fields=["index_no"],
                condition=models.Q(current=True),
                name="one_current_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.index_no}#{self.version}"


class PublishedText(models.Model):
    """The text of a published copy as citizens read it.

    ``folded`` (title, number and text, folded for matching) is what search looks into.
    """

    publication = models.OneToOneField(
        PublicationRecord, on_delete=models.CASCADE, related_name="body"
    )
    text = models.TextField()
    folded = models.TextField()

    def __str__(self) -> str:
        return f"published-text:{self.publication_id}"


class WithdrawalRequest(models.Model):
    """One person asks for a withdrawal with a reason; another approves it."""

    publication = models.ForeignKey(
        PublicationRecord, on_delete=models.PROTECT, related_name="withdrawal_requests"
    )
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)

    def __str__(self) -> str:
        return f"withdrawal:{self.pk}"
