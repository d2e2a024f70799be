// Who we are, on the wire (PS3.7 D.3.3.2) and in files (PS3.10 §7.1): one program, one name.

/** A UUID as a UID (PS3.5 B.2). */
export const IMPLEMENTATION_CLASS_UID = '2.25.135866487610203245907436812950463110377';
export const IMPLEMENTATION_VERSION = 'DICOMRUN_01';
