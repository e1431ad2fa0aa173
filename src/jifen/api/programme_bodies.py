"""What is sent about programmes as code, and what is answered."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from jifen.api.bodies import Instant
from jifen.api.setup_bodies import Body
from jifen.programs.changes import Change
from jifen.programs.definition import Programme
from jifen.programs.planning import Plan
from jifen.programs.receipts import Receipt, Told
from jifen.programs.regulation import Class
from jifen.programs.terms.writing import Line


class ProgrammeBody(Body, frozen=True, kw_only=True):
    """A programme in whole. valid_from: from when it is to hold; none: as early as the law allows."""

    programme: Programme
    valid_from: Instant | None = None


class Nothing(Body, frozen=True, kw_only=True):
    """There is nothing to say: an empty object, or no body at all."""


class Reason(Body, frozen=True, kw_only=True):
    """Why a proposal is declined."""

    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


class NewReceipt(Body, frozen=True, kw_only=True):
    """A member saw the terms, or acknowledged them. text_hash: as GET /v1/terms answered it."""

    version: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    how: Literal["displayed", "acknowledged"]
    channel: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_.-]*$(?!\n)")]
    text_hash: Annotated[str, Meta(min_length=64, max_length=64)]
    language: Literal["zh", "en"] = "zh"
    at: Instant | None = None


class AppliedView(msgspec.Struct, frozen=True, kw_only=True):
    """What applying did. changed false and no proposal: everything was so already.

    told: members who get a notice.

    proposal: nothing was published; somebody else has to approve this one first.
    """

    changed: bool
    version: int
    proposal: str
    told: int
    plan: Plan


class PublicationView(msgspec.Struct, frozen=True, kw_only=True):
    """A published version. withdraws: the scheduled version in whose place it stands."""

    version: int
    valid_from: datetime
    published_at: datetime
    state: Literal["past", "in_force", "scheduled"]
    author: str
    approver: str | None
    weight: Class
    notice_days: int
    regulation: str
    definition_hash: str
    terms_hash: str
    withdraws: int | None


class PublicationsView(msgspec.Struct, frozen=True, kw_only=True):
    """All versions, newest first."""

    publications: tuple[PublicationView, ...]


class PublicationInFull(msgspec.Struct, frozen=True, kw_only=True):
    """A version with its definition, its changes, and how its notices stand (null: it needed none)."""

    publication: PublicationView
    programme: Programme
    changes: tuple[Change, ...]
    notices: Told | None


class ProgrammeProposal(msgspec.Struct, frozen=True, kw_only=True):
    """A version that somebody wants published. writers: who wrote it beside its author; none approves it."""

    id: UUID
    base: int
    author: str
    proposed_at: datetime
    valid_from: datetime | None
    state: Literal["waiting", "approved", "declined"]
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    version: int | None
    programme: Programme
    writers: tuple[str, ...] = ()


class ProgrammeProposals(msgspec.Struct, frozen=True, kw_only=True):
    """Proposals, newest first."""

    proposals: tuple[ProgrammeProposal, ...]


class TermsView(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of a version. before: the version that changes are marked against; 0: none.

    text_hash: the SHA-256 of both texts with a NUL between them, which a notice names and a receipt sends.
    """

    program: str
    version: int
    valid_from: datetime
    text_hash: str
    zh: str
    en: str
    before: int
    changes_zh: tuple[Line, ...]
    changes_en: tuple[Line, ...]


class ReceiptsView(msgspec.Struct, frozen=True, kw_only=True):
    """Which terms a member was shown or acknowledged, newest first."""

    receipts: tuple[Receipt, ...]
