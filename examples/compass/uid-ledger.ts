// The studies an earlier run sent, looked up again: are they still there, with all their instances?
// Every run writes ledger.jsonl; `dicomrun ledger DIR` lists, verifies and prepares a clean-up.
//
// @seed compass study_uids.txt (UID ledger)
// @covers 41
// measures  instances at the destination for each line of the ledger
// passes    every study is found with its instances
// knobs     LEDGER (path of a ledger.jsonl, relative to this script; without it two studies are sent
//           first), RESENT=yes (the run sent instances again: a ledger counts each time; one written
//           with --ledger instances knows them apart)
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { text } from '../lib/scale.ts';
import { nothingFails } from '../lib/thresholds.ts';

interface Line {
  /** One study, or with `first` to `last` a range of consecutive numbers. */
  study?: string;
  first?: string;
  studies?: number;
  instances?: number;
  /** Sent and not answered: they may have arrived. */
  unanswered?: number;
  /** With --ledger instances: each of them. */
  uids?: string[];
  kind?: 'missing';
}

export const options: Options = {
  labels: ['integration'],
  vus: 1,
  iterations: 1,
  thresholds: nothingFails,
};

const path = text('LEDGER', '');
const resent = text('RESENT', 'no') === 'yes';
const lines: Line[] =
  path === ''
    ? []
    : open(path)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Line);
const router = dicom.peer({});
const images = dicom.synthetic('KB032');

/** Study Instance UIDs of a line; those of a range differ in digits 19 to 31 only. */
function uidsOf({ study, first = '', studies = 0 }: Line): string[] {
  if (study !== undefined) return [study];
  const [head, number, tail] = [first.slice(0, 21), first.slice(21, 34), first.slice(34)];
  return Array.from({ length: studies }, (_, i) => {
    return head + String(Number(number) + i).padStart(13, '0') + tail;
  });
}

export async function setup() {
  const sent = lines.length > 0 ? [] : [1, 2].map((n) => dicom.study({ images: n, from: images }));
  for (const study of sent) {
    for (const image of study) check(await router.store(image), { stored: (r) => r.ok });
  }
  return [...lines, ...sent.map(({ uid, length }) => ({ study: uid, instances: length }))];
}

/** A study may stand in several lines. */
function instancesOf(ledger: readonly Line[]): Map<string, number> {
  const sums = new Map<string, number>();
  const named = new Map<string, Set<string>>();
  for (const line of ledger) {
    if (line.kind === 'missing' || line.instances === undefined) continue;
    for (const uid of uidsOf(line)) {
      sums.set(uid, (sums.get(uid) ?? 0) + line.instances);
      if (line.uids === undefined) continue;
      named.set(uid, new Set([...(named.get(uid) ?? []), ...line.uids]));
    }
  }
  return new Map([...sums].map(([uid, sum]) => [uid, named.get(uid)?.size ?? sum]));
}

export default async function (ledger: Line[]) {
  const wanted = instancesOf(ledger);
  for (const [uid, sent] of wanted) {
    const visible = await dicom.verify.study(uid, resent ? {} : { instances: sent });
    const { instances = 0 } = visible;
    const isWhole = resent ? instances > 0 && instances <= sent : instances === sent;
    check(visible, { 'still there, complete': (v) => v.skipped || (v.found && isWhole) });
    if (!visible.ok) console.warn(`${uid}: ${visible.reason ?? ''}`);
  }
}
