"""The audit log: leaves in the act's own transaction, a Merkle tree over them, checkpoints for witnesses.

It tells who did what to what by pseudonyms whose key dies; it holds nothing personal and no hash of
anything that could be guessed.
"""

from idsvc.audit.leaves import AuditKey, record
from idsvc.storage.records import Act

__all__ = ["Act", "AuditKey", "record"]
