// The scenario catalogue: what a DICOM router or archive is tested with, and the pages made of it.
import type { Example } from './example-list.ts';

/** Number -> scenario and default pass criterion. */
export const CATALOGUE: Readonly<Record<number, readonly [what: string, passes: string]>> = {
  1: ['echo: reachability', 'echo 0000, association < 1 s'],
  2: ['one file of each size class', 'all 0000; small < 1 s, medium < 3 s, large < 10 s'],
  3: ['which SOP class in which transfer syntax', 'as the conformance statement says'],
  4: ['routing by called and calling AE title', '100 % where expected, 0 elsewhere'],
  5: ['unknown called or calling AE title', 'permanent rejection, reason 7 or 3; nothing stored'],
  6: ['routing by content', 'decision table 100 %'],
  7: ['tag morphing, coercion, de-identification', 'all attributes; pixels unchanged'],
  8: ['fidelity of bytes and pixels', 'equal, where nothing is to be changed'],
  9: ['data edge cases', 'accepted or a documented status; no crash'],
  10: ['sizes from 5 KB to 1 GB', 'monotone, no cliff; errors < 2 %'],
  11: ['steady peak', '≥ 95 % of the rate, p95 ≤ 1.5 s, errors ≤ 2 %'],
  12: ['1.5, 2 and 3 times the peak', 'no loss, p95 ≤ 2 s'],
  13: ['more and more associations', 'knee not below the design point'],
  14: ['a realistic day', 'p95 of delivery within the SLA all day'],
  15: ['CT of 500–1000 slices on one association', 'no stall; count exact'],
  16: ['CT slice by slice while scanning', 'one study out, not split'],
  17: ['ultrasound multi-frame', 'success, memory flat'],
  18: ['mammography, tomosynthesis', 'success, memory flat'],
  19: ['whole-slide images, paced by a CSV file', 'success'],
  20: ['X-ray swarm: an association per image', 'p95 of an association < 500 ms; no leak'],
  21: ['mixed ward', 'small objects at most 3 times slower than alone'],
  22: ['compressed transfer syntaxes', 'accepted as stored; SLA holds'],
  23: ['worklist storm', 'p95 < 1 s, nothing refused'],
  24: ['query storm, cancel', 'narrow p95 < 2 s; cancel < 1 s'],
  25: ['C-MOVE burst to several destinations', 'no failed sub-operation'],
  26: ['C-GET during ingest', 'both at most twice as slow as alone'],
  27: ['whole modality workflow', '100 % committed, p95 ≤ 60 s'],
  28: ['storage commitment under load', 'as 27; failed list empty'],
  29: ['DICOMweb beside DIMSE', 'SLA; the same on both sides'],
  30: ['canary under load', 'p99 at most 3 times idle'],
  31: ['soak', 'slopes about 0'],
  32: ['spike, ten times for 60 s', 'back within 5 min; nothing lost'],
  33: ['pause between images, same or new association', 'study complete, once'],
  34: ['duplicates, modified resend', 'as the policy says'],
  35: ['partial study, then all of it', 'exactly all instances'],
  36: ['abort, reset, close in the middle', 'no truncated object; resend works'],
  37: ['half-open, trickling, idle', 'others unaffected; closed within ARTIM'],
  38: ['association flood', 'transient rejection; the others unaffected'],
  39: ['protocol abuse', 'A-ABORT or close; service alive'],
  40: ['destination down, slow, refusing', 'no loss, retries, no duplicate'],
  41: ['router restart, failover', 'nothing lost'],
  42: ['TLS: certificates good, expired, missing', 'bad ones refused; handshake p95 < 300 ms'],
  43: ['user identity', 'as the policy says'],
  44: ['WAN: PDU size, asynchronous window', 'figures as expected'],
};

/** Variants of an example by options only, and why there is no script. */
export const NOTES: Readonly<Record<number, string>> = {
  1: 'also `dicomrun doctor`: TCP, TLS, association, echo, authorised query',
  10: '1 GB: `large-objects.ts` with `KIND=dbt`',
  16: '`ct-stream.ts` with `PACE=1`',
  34: 'another series for the same instance: `image.with({ SeriesInstanceUID })`',
  41: 'a real router is restarted by hand while `router-restart.ts` runs; afterwards `uid-ledger.ts`',
  42: 'in any script: `target.tls` in the configuration, `dicom_tls_handshaking: p(95)<300`',
  44: 'delay and loss are the network’s: `tc … netem`, see the header of the script',
};

/** The table of `help/scenarios.md`. */
export function scenariosTable(examples: readonly Example[]): string {
  const rows = Object.entries(CATALOGUE).map(([number, [what, passes]]) => {
    const files = examples
      .filter(({ covers }) => covers.includes(Number(number)))
      .map(({ file }) => link(file));
    const note = NOTES[Number(number)];
    const where = [...files, ...(note === undefined ? [] : [note])].join('; ');
    return `| ${number} | ${what} | ${where} | ${passes} |`;
  });
  return [
    '| # | scenario | where | passes by default |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** The table of `help/parity.md`: capability of a seed, the example for it, its knobs. */
export function parityTable(examples: readonly Example[]): string {
  const rows = examples
    .flatMap(({ seeds, file, knobs }) => seeds.map((seed) => ({ seed, file, knobs })))
    .sort((a, b) => a.seed.localeCompare(b.seed) || a.file.localeCompare(b.file))
    .map(({ seed, file, knobs }) => `| ${seed} | ${link(file)} | ${knobs.replace(/\|/g, '\\|')} |`);
  return ['| capability | example | knobs |', '| --- | --- | --- |', ...rows].join('\n');
}

const link = (file: string): string => `[\`${file.replace('examples/', '')}\`](../../${file})`;
