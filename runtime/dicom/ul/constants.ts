// Sizes, codes and limits of the upper layer, each with its clause.

/** PDU types (PS3.8 §9.3.2–§9.3.8). */
export const PduType = {
  ASSOCIATE_RQ: 0x01,
  ASSOCIATE_AC: 0x02,
  ASSOCIATE_RJ: 0x03,
  P_DATA_TF: 0x04,
  RELEASE_RQ: 0x05,
  RELEASE_RP: 0x06,
  ABORT: 0x07,
} as const;

export const PDU_HEADER_BYTES = 6; // PS3.8 §9.3.1: type, reserved, 4-byte length
export const PDV_HEADER_BYTES = 6; // PS3.8 §9.3.5.1: 4-byte length, context ID, control header
export const PDV_OVERHEAD_BYTES = 2; // context ID and control header count in the PDV length
export const PDV_COMMAND = 0x01; // PS3.8 Annex E.2, bit 0 of the message control header
export const PDV_LAST = 0x02; // PS3.8 Annex E.2, bit 1
export const ITEM_HEADER_BYTES = 4; // PS3.8 §9.3.2.1: type, reserved, 2-byte length
export const FIXED_BODY_BYTES = 4; // PS3.8 §9.3.4, §9.3.6–§9.3.8: RJ, RELEASE and ABORT bodies
export const AE_TITLE_BYTES = 16; // PS3.8 §9.3.2
export const MAX_CONTEXTS = 128; // PS3.8 §9.3.2.2: odd IDs 1..255
export const UID_MAX_BYTES = 64; // PS3.5 §9.1
export const IMPLEMENTATION_VERSION_MAX_BYTES = 16; // PS3.7 D.3.3.2.4

export const PROTOCOL_VERSION = 1; // PS3.8 §9.3.2, bit 0
export const APPLICATION_CONTEXT = '1.2.840.10008.3.1.1.1'; // PS3.7 A.2.1

/** What we take in one P-DATA-TF unless told otherwise. */
export const DEFAULT_MAX_PDU = 131_072;
/** A-ASSOCIATE PDUs: 128 contexts with long syntax lists and a 64 KB token fit; a bomb does not. */
export const ASSOCIATE_MAX_BYTES = 1_048_576;
/** P-DATA-TF limit where we announced "unlimited" (data is streamed, so this costs no memory). */
export const UNLIMITED_PDU = 0xffff_ffff;

/** Presentation context results (PS3.8 Table 9-18). */
export const ContextResult = {
  ACCEPTED: 0,
  USER_REJECTION: 1,
  NO_REASON: 2,
  ABSTRACT_SYNTAX_NOT_SUPPORTED: 3,
  TRANSFER_SYNTAXES_NOT_SUPPORTED: 4,
} as const;

/** A-ABORT sources and reasons (PS3.8 Table 9-26). */
export const AbortSource = { SERVICE_USER: 0, SERVICE_PROVIDER: 2 } as const;
export const AbortReason = {
  NOT_SPECIFIED: 0,
  UNRECOGNIZED_PDU: 1,
  UNEXPECTED_PDU: 2,
  UNRECOGNIZED_PARAMETER: 4,
  UNEXPECTED_PARAMETER: 5,
  INVALID_PARAMETER: 6,
} as const;
