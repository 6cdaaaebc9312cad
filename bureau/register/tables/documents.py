"""A document in the vault and its extracted text."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from bureau.accounts.models import Department
from bureau.register.tables.intake import IntakeRecord


class Document(models.Model):
    """A stored original, known by the SHA-256 of its bytes.

    ``maker`` is the 制作机关 (条例 10), ``maker_leads`` whether this bureau leads among joint
    makers; ``column`` is the 栏目, ``matter`` the 公开事项 of the standard catalogue, ``channels``
    the 渠道 of publication.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    size_bytes = models.BigIntegerField()
    media_type = models.CharField(max_length=128)
    untrusted_filename = models.CharField(max_length=512, blank=True)
    intake = models.OneToOneField(IntakeRecord, on_delete=models.PROTECT, related_name="document")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="documents")
    submitter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    received_at = models.DateTimeField()
    gate_overridden = models.BooleanField(default=False)
    title = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=64, blank=True)
    doc_no = models.CharField(max_length=128, blank=True)
    maker = models.CharField(max_length=200, blank=True)
    maker_leads = models.BooleanField(default=True)
    formed_on = models.DateField(null=True)
    column = models.CharField(max_length=128, blank=True)
    matter = models.CharField(max_length=200, blank=True)
    theme = models.CharField(max_length=128, blank=True)
    keywords = models.JSONField(default=list)
    channels = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar[list[str]] = ["-received_at", "-id"]

    def __str__(self) -> str:
        return f"document:{self.pk}"


class DocumentText(models.Model):
    """The extracted text of a document; spans of findings belong to ``digest``.

    The whole ExtractedText (boxes, anchors) lies beside the original in the vault as JSON:
    ``bureau.register.files.Home.load_extracted``.
    """

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="body")
    digest = models.CharField(max_length=64)
    text = models.TextField()
    parts = models.JSONField(default=list)
    page_count = models.PositiveIntegerField(default=0)
    unreadable_count = models.PositiveIntegerField(default=0)
    extractor_version = models.CharField(max_length=64, blank=True)
    normalizer_version = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"text:{self.document_id}"
