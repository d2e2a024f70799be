// What a recording says on the way.
import type { Terminal } from '../../terminal.ts';

export function patientsData(folder: string): string {
  return (
    `warn: --keep-data writes patients' data into ${folder}: names, dates, images as they are. ` +
    `Guard it, and delete it when it has served\n`
  );
}

export function unreadNote(why: string): string {
  return why === 'TLS'
    ? 'TLS is passed on unread; --tls would end it here and read it'
    : `a connection is passed on, but cannot be read: ${why}`;
}

/** Each text once. */
export function notes(terminal: Terminal): (text: string) => void {
  const said = new Set<string>();
  return (text) => {
    if (said.has(text) || said.size > 100) return;
    said.add(text);
    terminal.err(`warn: ${text}\n`);
  };
}
