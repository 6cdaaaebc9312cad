"""The work of people on a document: item, suggestion, findings, drafts, decisions, signatures."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from bureau.register.tables.documents import Document
from domain.decisions import STATE_NAMES, TRANSITIONS, ReviewState
from domain.errors import IllegalTransition
from domain.labels import LABEL_NAMES

STATE_CHOICES = [(s.value, n) for s, n in STATE_NAMES.items()]
LABEL_CHOICES = [(label.value, n) for label, n in LABEL_NAMES.items()]


class ReviewItem(models.Model):
    """One document on its way from suggestion to publication.

    ``version`` grows with every change and guards against stale saves. ``uncleared``: pages the
    secrecy gate could not read. ``secrecy_review``: a soft signal. ``note`` is what the last person
    told the next one (why it was sent back or held). ``blocked_code`` tells why a
    publishable item was not published (a leak, a mask that cannot be made): it waits for a person.
    """

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="item")
    state = models.CharField(max_length=16, choices=STATE_CHOICES, db_index=True)
    version = models.PositiveIntegerField(default=1)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="claimed_items"
    )
    lease_until = models.DateTimeField(null=True)
    suggested_label = models.CharField(max_length=16, blank=True, db_index=True)
    due_on = models.DateField(null=True, db_index=True)
    due = models.JSONField(null=True)
    conflict_count = models.PositiveIntegerField(default=0)
    must_decide_count = models.PositiveIntegerField(default=0)
    part_count = models.PositiveIntegerField(default=0)
    uncleared = models.BooleanField(default=False)
    secrecy_review = models.BooleanField(default=False)
    hold_reasons = models.JSONField(default=list)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    cleared_at = models.DateTimeField(null=True)
    decision = models.ForeignKey(
        "DecisionRecord", on_delete=models.PROTECT, null=True, related_name="+"
    )
    note = models.CharField(max_length=1000, blank=True)
    blocked_code = models.CharField(max_length=64, blank=True)
    blocked_message = models.CharField(max_length=512, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[models.expressions.Combinable | str]] = [
            models.F("due_on").asc(nulls_last=True),
            "id",
        ]

    def __str__(self) -> str:
        return f"item:{self.pk}"

    @property
    def review_state(self) -> ReviewState:
        """The state as the domain knows it."""
        return ReviewState(self.state)

    def move_to(self, state: ReviewState) -> None:
        """Sets the state (unsaved).

        Raises:
            IllegalTransition: if the domain's table does not admit the step.
        """
        if state not in TRANSITIONS[self.review_state]:
            raise IllegalTransition()
        self.state = state.value


class SuggestionRecord(models.Model):
    """What the machine proposed, whole, as JSON of domain.labels.Suggestion; never overwritten."""

    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="suggestions")
    label = models.CharField(max_length=16, blank=True)
    payload = models.JSONField()
    model_version = models.CharField(max_length=64, blank=True)
    rules_version = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return f"suggestion:{self.pk}"


class FindingRecord(models.Model):
    """One finding of machine or reviewer: place and codes, never the matched text.

    ``payload`` is the JSON of domain.findings.Finding. ``start``/``end`` are code points of the
    extracted text, empty for a finding that is a box on a page.
    """

    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="findings")
    finding_id = models.CharField(max_length=128)
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    page_index = models.PositiveIntegerField(null=True)
    type = models.CharField(max_length=24)
    category = models.CharField(max_length=24)
    action = models.CharField(max_length=16)
    origin = models.CharField(max_length=16)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    payload = models.JSONField()

    class Meta:
        ordering: ClassVar[list[models.expressions.Combinable | str]] = [
            models.F("start").asc(nulls_last=True),
            "page_index",
            "id",
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["item", "finding_id"], name="one_row_a_finding")
        ]

    def __str__(self) -> str:
        return f"finding:{self.pk}"


class DraftRecord(models.Model):
    """One saved step of unfinished work by one person on one item; undo walks back through them."""

    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    seq = models.PositiveIntegerField()
    base_version = models.PositiveIntegerField()
    payload = models.JSONField()
    undone = models.BooleanField(default=False)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["seq"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["item", "user", "seq"], name="one_draft_a_step")
        ]

    def __str__(self) -> str:
        return f"draft:{self.pk}"


class DecisionRecord(models.Model):
    """A reviewer's decision; later ones are new rows.

    ``changes`` lists what differs from the suggestion as ``{what, finding, before, after, rule}``
    in codes. ``title`` is the title under which to publish (before masking).
    """

    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="decisions")
    number = models.PositiveIntegerField()
    text_digest = models.CharField(max_length=64)
    label = models.CharField(max_length=16, choices=LABEL_CHOICES)
    grounds = models.JSONField(default=list)
    regions = models.JSONField(default=list)
    reason = models.CharField(max_length=1000, blank=True)
    title = models.CharField(max_length=500, blank=True)
    suggestion = models.ForeignKey(
        SuggestionRecord, on_delete=models.PROTECT, null=True, related_name="+"
    )
    changes = models.JSONField(default=list)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions"
    )
    decided_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["item", "number"], name="one_number_a_decision")
        ]

    def __str__(self) -> str:
        return f"decision:{self.pk}"


class VerdictRecord(models.Model):
    """What a decision says of one finding; ``accepted`` = the machine's suggestion was taken."""

    decision = models.ForeignKey(DecisionRecord, on_delete=models.CASCADE, related_name="verdicts")
    finding = models.ForeignKey(FindingRecord, on_delete=models.PROTECT, related_name="verdicts")
    before = models.CharField(max_length=16)
    action = models.CharField(max_length=16)
    accepted = models.BooleanField()
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["decision", "finding"], name="one_verdict_a_finding")
        ]

    def __str__(self) -> str:
        return f"verdict:{self.pk}"


class Opinion(models.TextChoices):
    """What 保密审查 says of a decision."""

    AGREE = "agree", "同意"
    WITHHOLD = "withhold", "不予公开"
    RETURN = "return", "退回重审"


class SecrecySignature(models.Model):
    """The secrecy reviewer's signature under one decision; never by the person who made it."""

    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="signatures")
    decision = models.ForeignKey(
        DecisionRecord, on_delete=models.PROTECT, related_name="signatures"
    )
    opinion = models.CharField(max_length=16, choices=Opinion.choices)
    reason = models.CharField(max_length=1000, blank=True)
    text_digest = models.CharField(max_length=64)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures"
    )
    signed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["signed_at", "id"]

    def __str__(self) -> str:
        return f"signature:{self.pk}"
