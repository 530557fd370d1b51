// The verdict that each machine reason stands for; the same table as idsvc/credential/verdicts.py (a test compares them).

const OTHERWISE = "NOT_A_CARD";
const VERDICTS = {
  UNREADABLE: ["empty", "compression"],
  UNKNOWN_KEY: ["key_unknown", "key_withdrawn", "key_purpose", "key_period"],
  TAMPERED: ["alg_not_of_key", "signature_form", "signature"],
  WRONG_ISSUER: ["issuer"],
  NOT_YET_VALID: ["not_yet_valid"],
  EXPIRED: ["expired"],
  REVOKED: ["revoked"],
  SUSPENDED: ["suspended"],
  GENUINE_STATUS_UNCHECKED: ["status_uri_unknown", "status_list_missing", "status_index_unknown", "status_value_unknown"],
  GENUINE_STATUS_STALE: ["status_stale", "trust_stale"],
  GENUINE: ["genuine"],
};
const VERDICT_OF = new Map(
  Object.entries(VERDICTS).flatMap(([verdict, reasons]) => reasons.map((reason) => [reason, verdict])),
);

export function verdictOf(reason) {
  return VERDICT_OF.get(reason) ?? OTHERWISE;
}
