// What another system said, as the name of a file that every system can have.
import { windowsFault } from '../../make-folders.ts';

/** Twice a UID (PS3.5 §9.1); what is longer is no UID, and may be longer than a file name can be. */
const LONGEST_NAME = 128;

/** Of a UID or an AE title, whatever it holds. */
export function safeName(text: string): string {
  const safe = text
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, LONGEST_NAME);
  return safe === '' || windowsFault(safe) !== null ? `${safe}_` : safe;
}
