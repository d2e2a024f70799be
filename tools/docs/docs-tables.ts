// Tables of runtime/help/troubleshooting.md, made from the code that says these things in a run.
import { statusClass, statusHex } from '../../runtime/dicom/dimse/status.ts';
import { SERVICE_NAMES, serviceWords } from '../../runtime/dicom/dimse/services.ts';
import { STATUS_WORDS } from '../../runtime/dicom/dimse/status-words.ts';
import type { StatusWords } from '../../runtime/dicom/dimse/status-words.ts';
import {
  ABORT_REASONS,
  describeFailure,
  PHASES,
  REJECT_REASONS,
  REJECT_SOURCES,
  TLS_ALERTS,
  TRANSPORT_HINTS,
} from '../../runtime/dicom/failure-text.ts';

const PEER = { calledAET: 'PACS', callingAET: 'ME', host: '10.1.2.3', port: 104 };
const NONE = '–';

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

type StatusRow = readonly [status: number, words: StatusWords];

const statusCells = ([status, [means, hint]]: StatusRow): readonly string[] => [
  `\`${statusHex(status)}\``,
  statusClass(status),
  means,
  hint ?? NONE,
];

function statuses(): string {
  const rows = [...STATUS_WORDS].map(statusCells);
  return table(['status', 'class', 'means', 'what to try'], rows);
}

/** What each service says in its own words, in the order of the statuses. */
function serviceStatuses(): string {
  const rows = SERVICE_NAMES.flatMap((service) =>
    [...serviceWords(service)]
      .sort(([a], [b]) => a - b)
      .map((row) => [service, ...statusCells(row)]),
  );
  return table(['service', 'status', 'class', 'means', 'what to try'], rows);
}

function rejections(): string {
  const rows = Object.entries(REJECT_REASONS).map(([key, means]) => {
    const [source = 0, reason = 0] = key.split('/').map(Number);
    const { hint } = describeFailure({ kind: 'rejected', result: 1, source, reason }, PEER);
    return [String(source), String(reason), REJECT_SOURCES[source] ?? '', means, hint ?? NONE];
  });
  return table(['source', 'reason', 'who', 'means', 'what to try'], rows);
}

function aborts(): string {
  const rows = Object.entries(ABORT_REASONS);
  return table(['reason', 'means'], rows);
}

function transport(): string {
  const rows = Object.entries(TRANSPORT_HINTS).map(([code, hint]) => [`\`${code}\``, hint]);
  const alerts = Object.entries(TLS_ALERTS).map(([alert, hint]) => [
    `\`TLS_…_ALERT_${alert}\``,
    hint,
  ]);
  return table(['code', 'what to try'], [...rows, ...alerts]);
}

function timeouts(): string {
  const rows = Object.entries(PHASES).map(([phase, waited]) => [
    `\`TIMEOUT_${phase.toUpperCase()}\``,
    // A request that is not taken is late by the same limit as its response.
    `\`${phase === 'request' ? 'response' : phase}\``,
    waited,
  ]);
  return table(['code', 'limit in `timeouts`', 'waited for'], rows);
}

const TABLES: Readonly<Record<string, () => string>> = {
  statuses,
  'service-statuses': serviceStatuses,
  rejections,
  aborts,
  transport,
  timeouts,
};

/** The document with every marked table made anew. */
export function withTables(text: string): string {
  return Object.entries(TABLES).reduce((document, [name, make]) => {
    const section = new RegExp(`<!-- ${name} -->[\\s\\S]*?<!-- /${name} -->`);
    if (!section.test(document)) throw new Error(`there is no section ${name}`);
    return document.replace(section, () => `<!-- ${name} -->\n${make()}\n<!-- /${name} -->`);
  }, text);
}
