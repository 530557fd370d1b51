"""All records, by one name: importing this knows every table."""

from idsvc.storage.records.audit import (
    TILE_WIDTH,
    Act,
    AuditCheckpoint,
    AuditLeaf,
    AuditPosition,
    AuditQueued,
    AuditTile,
    LeafId,
)
from idsvc.storage.records.base import Record
from idsvc.storage.records.cards import (
    BatchId,
    Card,
    CardNumber,
    PrintJob,
    PrintState,
    Request,
    StatusEntry,
)
from idsvc.storage.records.items import ITEM_KINDS, Draft, SealedItem
from idsvc.storage.records.residents import (
    Enrollment,
    PersonTag,
    RecordId,
    Resident,
    SealedRecord,
    Slot,
    TolerantToken,
)
from idsvc.storage.records.staff import CodePurpose, OneTimeCode, Role, SessionKind, Staff, StoredSession
from idsvc.storage.records.work import (
    CertificateId,
    Counted,
    DayCount,
    Lease,
    PurgeCertificate,
    RateLimit,
    Settling,
)

__all__ = [
    "ITEM_KINDS",
    "TILE_WIDTH",
    "Act",
    "AuditCheckpoint",
    "AuditLeaf",
    "AuditPosition",
    "AuditQueued",
    "AuditTile",
    "BatchId",
    "Card",
    "CardNumber",
    "CertificateId",
    "CodePurpose",
    "Counted",
    "DayCount",
    "Draft",
    "Enrollment",
    "LeafId",
    "Lease",
    "OneTimeCode",
    "PersonTag",
    "PrintJob",
    "PrintState",
    "PurgeCertificate",
    "RateLimit",
    "Record",
    "RecordId",
    "Request",
    "Resident",
    "Role",
    "SealedItem",
    "SealedRecord",
    "SessionKind",
    "Settling",
    "Slot",
    "Staff",
    "StatusEntry",
    "StoredSession",
    "TolerantToken",
]
