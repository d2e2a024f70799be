// Stores one clearly named synthetic instance and looks for it again; only when that was allowed.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DicomRunError } from '../../../errors.ts';
import type { VerifyTarget } from '../../../config/types.ts';
import { generateFiles } from '../../../dicom/synthetic/generate.ts';
import { headerFacts } from '../../../dicom/pool/pool-builder.ts';
import { readMeta } from '../../../dicom/file/part10.ts';
import { runFind } from '../../wire/find.ts';
import { sendFiles } from '../../wire/send.ts';
import type { FileOutcome } from '../../wire/send.ts';
import type { Diagnosis } from './finding.ts';
import type { PeerCheck } from './peer-checks.ts';

export async function checkStore(
  check: PeerCheck,
  verify: VerifyTarget | null,
): Promise<readonly Diagnosis[]> {
  return await withInstance(async (folder, study) => {
    const outcomes: FileOutcome[] = [];
    await sendFiles({
      peer: check.peer,
      paths: [folder],
      base: folder,
      timeouts: check.timeouts,
      onFile: (outcome) => outcomes.push(outcome),
    });
    const [outcome] = outcomes;
    const stored = outcome?.state === 'stored';
    const text = `${outcome?.detail ?? 'nothing was sent'}, patient DICOMRUN^TEST`;
    const hint = stored || outcome?.hint === undefined ? {} : { hint: outcome.hint };
    const finding: Diagnosis = { check: 'store', state: stored ? 'ok' : 'fail', text, ...hint };
    if (!stored || verify?.enabled !== true) return [finding];
    return [finding, await lookFor(check, verify, study)];
  });
}

/** Does something with a folder that has one synthetic instance, of a study of its own. */
export async function withInstance<T>(
  use: (folder: string, study: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'dicomrun-doctor-'));
  try {
    return await use(folder, await makeInstance(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One small CT; its seed is the time, so that its UIDs are new. */
async function makeInstance(folder: string): Promise<string> {
  const spec = { modality: 'CT', rows: 64, columns: 64 };
  const exams = [{ modality: 'CT', series: [1] }];
  await generateFiles({ out: folder, spec, exams, seed: Date.now() });
  const names = await readdir(folder, { recursive: true });
  const name = names.find((one) => one.endsWith('.dcm')) ?? '';
  const bytes = await readFile(join(folder, name));
  const { datasetOffset, transferSyntax } = readMeta(bytes);
  return headerFacts(bytes.subarray(datasetOffset), transferSyntax).studyUid;
}

/** What no C-FIND can be sent to is a finding, too; a mere sink need not answer any. */
async function lookFor(check: PeerCheck, verify: VerifyTarget, study: string): Promise<Diagnosis> {
  try {
    return await checkVisible(check, verify, study);
  } catch (error) {
    if (!(error instanceof DicomRunError)) throw error;
    const [{ code, message: text, hint } = { code: '', message: '' }] = error.problems;
    if (verify.isTarget && code === 'ASSOC_NO_CONTEXT') {
      const look = '--verify AET@host:port names the archive that answers queries';
      return { check: 'visible', state: 'skip', text: 'the target offers no C-FIND', hint: look };
    }
    const more = hint === undefined ? {} : { hint };
    return { check: 'visible', state: 'fail', text, ...more };
  }
}

async function checkVisible(
  check: PeerCheck,
  verify: VerifyTarget,
  study: string,
): Promise<Diagnosis> {
  const startedAt = performance.now();
  const keys = { StudyInstanceUID: study };
  const query = { model: 'study', level: 'STUDY', keys, columns: [] } as const;
  while (performance.now() - startedAt < verify.timeoutMs) {
    const { matches } = await runFind(verify, query, { limit: 1, timeouts: check.timeouts });
    if (matches.length > 0) {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      const text = `found by C-FIND after ${seconds} s`;
      if (!verify.isTarget) return { check: 'visible', state: 'ok', text };
      const hint = 'a router may answer for studies it lost: --verify AET@host:port (CFIND_HOST)';
      return { check: 'visible', state: 'warn', text: `${text}, at the target itself`, hint };
    }
    await sleep(Math.min(verify.intervalMs, 1_000));
  }
  const text = `not found by C-FIND within ${verify.timeoutMs / 1000} s`;
  const hint = 'is this the archive that the router delivers to?';
  return { check: 'visible', state: 'fail', text, hint };
}
