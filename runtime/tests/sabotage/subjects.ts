// Every script of examples/, and what is done to its target: the columns of the table that it must
// notice, why the others say nothing about it, and faults of its own.
import { appendFileSync, copyFileSync, rmSync } from 'node:fs';
import { COLUMNS, type Column, type Fault } from './faults.ts';
import {
  COUNTED,
  REFUSAL_MEANT,
  NO_ARRIVAL,
  NO_COPIES,
  NONE,
  SPEED,
  of,
  service,
  fault,
  fails,
  REFUSE,
  REFUSES_ALL,
  ORPHANS,
  QUIET,
  SPEED_FLAGS,
  bench,
  flip,
  damaged,
  type Subject,
} from './subject.ts';
import { WEB_SUBJECTS } from './subjects-web.ts';

export const SUBJECTS: readonly Subject[] = [
  of('gi-routing.ts', 'pixels', {
    flags: '--vus 3 --iterations 9 --receiver GI_ARCHIVE=0'.split(' '),
    own: [
      fault('another description', /description/, {
        change: (text) =>
          `${text}\n(options as any).simulate = { router: { rules: [{ set: { StudyDescription: 'WRONG' } }] } };`,
      }),
    ],
  }),
  of('store.ts', 'status', { flags: SPEED_FLAGS, argued: NO_ARRIVAL }),

  of('02-query/commitment.ts', 'N-ACTION fails', {
    flags: ['--iterations', '4'],
    argued: { ...NO_COPIES, loss: 'the commitment says it: see own faults' },
    own: [
      fails('N-ACTION'),
      fault('never reports', /no report of the storage commitment|timed out .* N-ACTION/, {
        archive: service('N-ACTION', { neverAnswer: true }).faults,
        change: (text) =>
          text.replace("use: 'verify',", "use: 'verify', timeouts: { response: '2s' },"),
      }),
    ],
  }),
  of('02-query/find.ts', 'C-FIND fails', {
    argued: { ...NO_COPIES, status: 'stores in setup only' },
    own: [fails('C-FIND')],
  }),
  of('02-query/get.ts', 'C-GET fails', {
    argued: { ...NO_COPIES, status: 'stores in setup only', abort: 'stores in setup only' },
    own: [fails('C-GET'), fault('other pixels', /pixel/, { router: { corrupt: 1 } })],
  }),
  of('02-query/move.ts', 'sent elsewhere', {
    argued: { duplicate: 'the archive replaces what comes twice', abort: 'as status' },
    own: [
      fails('C-MOVE'),
      fault('sent elsewhere', /did not arrive/, {
        change: (text) =>
          text
            .replace(
              'const workstation =',
              "dicom.receiver({ aet: 'ELSEWHERE', port: 24611 });\nconst workstation =",
            )
            .replace(
              "simulate: { archive: { keep: 'all' } }",
              "simulate: { archive: { keep: 'all', destinations: { WORKSTATION: { host: '127.0.0.1', port: 24611 } } } }",
            )
            .replace("aet: 'ELSEWHERE'", "aets: ['ELSEWHERE', 'WORKSTATION']"),
      }),
    ],
  }),
  of('02-query/verify.ts', 'loss', {
    argued: { ...NO_COPIES },
    own: [
      fails('C-FIND'),
      fault('every C-FIND fails', /C-FIND status C000/, {
        archive: service('C-FIND', { status: 0xc000 }).faults,
      }),
      ORPHANS,
    ],
  }),
  of('02-query/worklist-mpps.ts', 'empty worklist', {
    argued: NO_ARRIVAL,
    own: [
      fails('N-CREATE'),
      fails('N-SET'),
      fault('empty worklist', /✗ +checks .*no data/, {
        change: (text) => text.replace('orders(3)', '[]'),
      }),
    ],
  }),

  of('03-faults/abort.ts', 'duplicate', {
    argued: { abort: 'it aborts by itself' },
    own: [
      fault('dead after the first abort', /rejected the association/, {
        router: { associate: [{ first: 3, delay: 0 }, REFUSE] },
      }),
    ],
  }),
  of('03-faults/malformed.ts', 'silent', {
    argued: { ...NONE },
    own: [
      fault('silent', /aborted or closed/, {
        change: (text) =>
          text
            .replace("'EE 00 00 00 00 04 00 00 00 00'", "'01 00 00 00 00 C8 00 01'")
            .replace("number('PATIENCE', 5)", '1'),
      }),
    ],
  }),
  of('03-faults/negotiate.ts', 'takes no context', {
    argued: NONE,
    own: [fault('takes no context', /✗ +accepted/, { router: { contexts: 'none' } })],
  }),
  of('03-faults/slow-sender.ts', 'status', { argued: NO_ARRIVAL }),

  of('compass/anonymise-and-send.ts', 'puts an address back', {
    own: [
      fault('puts an address back', /identity/, {
        change: (text) =>
          `${text}\n(options as any).simulate = { router: { rules: [{ set: { PatientAddress: 'STREET 1' } }] } };`,
      }),
      fault('puts the institution back', /identity/, {
        change: (text) =>
          `${text}\n(options as any).simulate = { router: { rules: [{ set: { InstitutionName: 'HOSPITAL' } }] } };`,
      }),
    ],
  }),
  of('compass/called-aet-routing.ts', 'takes every title', {
    own: [
      fault('takes every title', /✗ +unknown call/, {
        change: (text) => text.replace(/aets: routes, allow: \[.*?\]/, ''),
      }),
    ],
  }),
  of('compass/data-selection.ts', 'status', { argued: NO_COPIES }),
  of('compass/data-validation.ts', 'cuts accession numbers', {
    own: [
      fault('cuts accession numbers', /arrives as sent/, {
        change: (text) =>
          `${text}\n(options as any).simulate = { router: { rules: [{ when: { AccessionNumber: { re: '^A' } }, set: { AccessionNumber: 'A' } }] } };`,
      }),
    ],
  }),
  of('compass/failure-modes.ts', 'loss', { argued: NO_COPIES, own: [fails('C-FIND')] }),
  of('compass/find-client.ts', 'C-FIND fails', { argued: NO_COPIES, own: [fails('C-FIND')] }),
  of('compass/load-stability.ts', 'refusal', { env: { ASSOCIATION: 'image' }, argued: NO_COPIES }),
  of('compass/manual-checks.ts', REFUSES_ALL.name, {
    argued: {
      ...NO_ARRIVAL,
      status: 'one store: the first is answered',
      refusal: 'one association: the first is taken',
      abort: 'as status',
    },
    own: [
      REFUSES_ALL,
      fault('refuses every store', /A700|✗ .*stored/, {
        router: service('C-STORE', { status: 0xa700 }).faults,
      }),
    ],
  }),
  of('compass/routing-throughput.ts', 'loss', {}),
  of('compass/routing-transformations.ts', 'no rules', {
    own: [
      fault('no rules', /✗ +.*visual fields/, {
        change: (text) => text.replace(/rules: \[[^]*?\n {6}\],/, 'rules: [],'),
      }),
    ],
  }),
  of('compass/uid-ledger.ts', 'loss', {
    argued: {
      ...NO_COPIES,
      refusal: 'stores in setup: the run ends there (107)',
      abort: 'stores in setup: the run ends there (107)',
    },
  }),

  of('gateway/byte-preservation.ts', 'one element', {
    own: [
      fault('one element', /element/, {
        change: (text) =>
          `${text}\n(options as any).simulate = { router: { rules: [{ set: { StationName: 'GATEWAY' } }] } };`,
      }),
    ],
  }),
  of('gateway/connection-pool.ts', 'loss', {}),
  of('gateway/file-io.ts', 'pixels', {}),
  of('gateway/forward.ts', 'duplicate', {}),
  of('gateway/receive.ts', 'loss', { argued: { pixels: COUNTED } }),
  of('gateway/stress.ts', 'refusal', { argued: { pixels: COUNTED } }),
  of('gateway/written-files.ts', 'a byte of the data set', {
    argued: {
      ...NO_ARRIVAL,
      status: 'reads files only',
      refusal: 'reads files only',
      abort: 'reads files only',
    },
    own: [
      damaged('a byte of the data set', /every byte/, (file) => flip(file, -1)),
      damaged('preamble', /preamble/, (file) => flip(file, 5)),
      damaged('not written', /written|as many/, (file) => rmSync(file)),
      damaged('written twice', /once|as many/, (file) => copyFileSync(file, `${file}.copy`)),
      damaged('more at the end', /length|byte/, (file) => appendFileSync(file, Buffer.alloc(8))),
    ],
  }),

  of('progression/01-each-size.ts', 'refusal', { argued: NO_ARRIVAL }),
  of('progression/01-echo.ts', 'C-ECHO fails', {
    argued: NONE,
    own: [{ ...fails('C-ECHO', 'router'), says: /✗ +echo answers/ }],
  }),
  of('progression/02-fixed-size.ts', 'duplicate', {
    argued: { refusal: 'one association: the first is taken' },
  }),
  of('progression/03-varied-sizes.ts', 'refusal', {}),
  of('progression/04-concurrent.ts', 'a sink that refuses', {
    argued: Object.fromEntries(
      COLUMNS.map((one) => [one, 'it has no router: it sends to sinks of its own']),
    ),
    own: [
      fault('a sink that refuses', /C-STORE status A700/, {
        change: (text) =>
          text.replace(
            "verify: 'counts' })",
            "verify: 'counts', faults: { status: [0, 0xa700] } })",
          ),
      }),
      fault('a sink that rejects', /rejected the association/, {
        change: (text) =>
          text.replace(
            "verify: 'counts' })",
            "verify: 'counts', faults: size === 'KB128' ? { reject: {} } : {} })",
          ),
      }),
    ],
  }),
  of('progression/05-endurance.ts', 'loss', { argued: { pixels: COUNTED } }),
  of('progression/05-saturate.ts', 'duplicate', { argued: { pixels: COUNTED } }),
  of('progression/06-custom.ts', 'pixels', {}),
  of('progression/07-profile.ts', 'abort', { argued: NO_ARRIVAL }),

  of('scenarios/association-flood.ts', 'no limit', {
    argued: { ...NONE, refusal: REFUSAL_MEANT },
    own: [
      fault('no limit', /✗ +the surplus is refused/, {
        change: (text) => text.replace('associationLimit: limit', 'associationLimit: 1000'),
      }),
    ],
  }),
  of('scenarios/compressed-mix.ts', 'refusal', {}),
  of('scenarios/content-routing.ts', 'a copy to two', {
    own: [
      fault('a copy to two', /arrived that no accepted store accounts for/, {
        change: (text) => text.replace("to: to('ENDOSCOPY')", "to: ['ENDOSCOPY', 'RADIOLOGY']"),
      }),
    ],
  }),
  of('scenarios/context-probe.ts', 'takes no context', {
    argued: NONE,
    own: [fault('takes no context', /✗ +CT in /, { router: { contexts: 'none' } })],
  }),
  of('scenarios/ct-stream.ts', 'duplicate', {
    argued: { refusal: 'one association: the first is taken' },
  }),
  of('scenarios/destination-down.ts', 'no retries', {
    own: [
      fault('no retries', /did not arrive/, {
        change: (text) => text.replace('retries: 20', 'retries: 0'),
      }),
    ],
  }),
  of('scenarios/half-open.ts', 'refusal', { argued: NONE }),
  of('scenarios/hospital-day.ts', 'refusal', { argued: { pixels: COUNTED } }),
  of('scenarios/large-objects.ts', 'pixels', {}),
  of('scenarios/mixed-ward.ts', 'duplicate', { argued: { pixels: COUNTED } }),
  of('scenarios/modality-workflow.ts', 'N-SET fails', {
    argued: { ...NO_COPIES, loss: 'the commitment says it' },
    own: [fails('N-CREATE'), fails('N-SET'), fails('N-ACTION')],
  }),
  of('scenarios/monday.ts', 'C-FIND fails', {
    argued: { pixels: COUNTED },
    own: [fails('C-FIND')],
  }),
  of('scenarios/move-burst.ts', 'C-MOVE fails', {
    argued: { duplicate: 'the archive replaces what comes twice' },
    own: [fails('C-MOVE')],
  }),
  of('scenarios/query-storm.ts', 'C-FIND fails', {
    argued: { ...NO_COPIES, status: 'stores in setup only' },
    own: [fails('C-FIND')],
  }),
  of('scenarios/readers-during-ingest.ts', 'C-GET fails', {
    argued: NO_ARRIVAL,
    own: [fails('C-GET')],
  }),
  of('scenarios/router-restart.ts', 'loss', {
    argued: {
      duplicate: 'advisory: a sender that got no answer comes again',
      status: 'it comes again until the image is taken',
      refusal: 'it comes again until it is let in',
      abort: 'it comes again',
    },
  }),
  of('scenarios/slide-scanner.ts', 'duplicate', {}),
  of('scenarios/spike.ts', 'loss', {
    argued: {
      pixels: COUNTED,
      refusal: 'one sender, which keeps its association, may do; see own faults',
    },
    own: [REFUSES_ALL],
  }),
  of('scenarios/tls.ts', 'takes any client', {
    argued: Object.fromEntries(
      COLUMNS.map((one) => [one, 'it has no router: it sends to receivers of its own']),
    ),
    own: [
      fault('takes any client', /✗ +refused/, {
        change: (text) => text.replace("{ ...own('server'), ca, verify: true }", "own('server')"),
      }),
    ],
  }),
  of('scenarios/user-identity.ts', 'ignores identities', {
    argued: NONE,
    own: [fault('ignores identities', /✗ .*rejected/, { env: { POLICY: 'checked' } })],
  }),
  of('scenarios/window-and-pdu.ts', 'loss', { argued: NO_COPIES, own: [fails('C-GET')] }),
  of('scenarios/worklist-storm.ts', 'C-FIND fails', { argued: NONE, own: [fails('C-FIND')] }),
  of('scenarios/xray-swarm.ts', 'refusal', { argued: { pixels: COUNTED } }),

  ...WEB_SUBJECTS,

  bench('associate'),
  bench('echo'),
  of('bench/empty.ts', null, {
    argued: QUIET,
    flags: SPEED_FLAGS,
  }),
  of('bench/find.ts', 'refuses everybody after the setup', {
    argued: SPEED,
    flags: SPEED_FLAGS,
    env: { STUDIES: '20' },
    own: [
      fault('refuses everybody after the setup', /rejected the association/, {
        archive: { associate: [{ first: 1, delay: 0 }, REFUSE] },
      }),
    ],
  }),
  bench('hold', { HOLD: '0.2' }),
  bench('large', { BYTES: '20000000' }),
  of('bench/receive.ts', 'rejects everybody', {
    argued: SPEED,
    flags: SPEED_FLAGS,
    own: [
      fault('rejects everybody', /rejected the association/, {
        change: (text) =>
          text.replace("keep: 'nothing'", "keep: 'nothing', faults: { reject: {} }"),
      }),
    ],
  }),
  of('bench/series.ts', null, { argued: QUIET, flags: SPEED_FLAGS }),
  bench('store'),
  of('bench/wait.ts', null, {
    argued: QUIET,
    flags: SPEED_FLAGS,
  }),
  bench('window'),
];

/** Faults of the table for a script: columns first, then its own. */
export function faultsOf(
  subject: Subject,
  columns: Readonly<Record<Column, Fault>>,
): readonly Fault[] {
  const general = COLUMNS.filter((one) => subject.argued[one] === undefined).map(
    (one) => columns[one],
  );
  return [...general, ...(subject.own ?? [])];
}
