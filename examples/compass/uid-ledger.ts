// The studies an earlier run sent, looked up again: are they still there, with all their instances?
// Every run writes ledger.jsonl; `dicomrun ledger DIR` lists, verifies and prepares a clean-up.
//
// @seed compass study_uids.txt (UID ledger)
// @covers 41
// measures  instances at the destination for each line of the ledger
// passes    every study is found with its instances
// knobs     LEDGER (path of a ledger.jsonl, relative to this script); without it two studies are sent first
import dicom from 'dicom';
import { check } from 'k6';
import type { Options } from 'k6/options';
import { text } from '../lib/scale.ts';

interface Line {
  /** One study, or with `first` to `last` a range of consecutive numbers. */
  study?: string;
  first?: string;
  studies?: number;
  instances: number;
}

export const options: Options = {
  labels: ['integration'],
  vus: 1,
  iterations: 1,
  thresholds: { checks: ['rate==1'] },
};

const path = text('LEDGER', '');
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
  for (const study of sent) for (const image of study) await router.store(image);
  return [...lines, ...sent.map(({ uid, length }) => ({ study: uid, instances: length }))];
}

export default async function (ledger: Line[]) {
  for (const line of ledger) {
    for (const uid of uidsOf(line)) {
      const visible = await dicom.verify.study(uid, { instances: line.instances });
      check(visible, { 'still there, complete': (v) => v.instances === line.instances });
    }
  }
}
