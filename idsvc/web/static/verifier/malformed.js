// Bytes that are not what they should be; `reason` says at which rule (the same words as idsvc/credential).

export class Malformed extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}
