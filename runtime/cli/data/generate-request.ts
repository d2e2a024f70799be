// Flags of `generate` as a request to the generator.
import { resolve } from 'node:path';
import { readSize } from '../../config/values/values.ts';
import { Problems } from '../../config/values/problems.ts';
import type { GenerateRequest } from '../../dicom/synthetic/generate.ts';
import type { SyntheticSpec } from '../../dicom/synthetic/synthetic.ts';
import { PRESETS } from '../../dicom/synthetic/synthetic.ts';
import { DicomRunError, ExitCode } from '../../errors.ts';
import { readCount } from '../flags/flag-values.ts';

export interface GenerateFlags {
  readonly out: string;
  readonly modality?: string;
  readonly size?: string;
  readonly rows?: string;
  readonly columns?: string;
  readonly frames?: string;
  readonly studies: string;
  readonly series: string;
  readonly count: string;
  readonly transferSyntax?: string;
  readonly seed: string;
}

/** @throws DicomRunError 104 */
export function generateRequest(flags: GenerateFlags, cwd: string): GenerateRequest {
  const images = readCount('--count', flags.count, 1);
  const series = readCount('--series', flags.series, 1);
  const studies = readCount('--studies', flags.studies, 1);
  mustFit(images * series * studies);
  const spec = specOf(flags);
  const preset = spec.preset === undefined ? undefined : PRESETS[spec.preset]?.modality;
  const modality = spec.modality ?? preset ?? 'CT';
  const exam = { modality, series: Array.from({ length: series }, () => images) };
  return {
    out: resolve(cwd, flags.out),
    spec,
    exams: Array.from({ length: studies }, () => exam),
    seed: readCount('--seed', flags.seed),
  };
}

/** More files than this is a slip of the finger, and nothing that a disk takes. */
const MOST_FILES = 10_000_000;

function mustFit(files: number): void {
  if (files <= MOST_FILES) return;
  throw new DicomRunError(ExitCode.CONFIG, {
    code: 'CONFIG_VALUE',
    message: `--studies × --series × --count: ${files} files are more than ${MOST_FILES}`,
    hint: 'a script makes as many studies as it sends, without files: dicom.synthetic()',
  });
}

function specOf(flags: GenerateFlags): SyntheticSpec {
  const number = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : readCount(flag, text, 1);
  const isPreset = flags.size !== undefined && flags.size.toUpperCase() in PRESETS;
  const spec = {
    modality: flags.modality?.toUpperCase(),
    preset: isPreset ? flags.size?.toUpperCase() : undefined,
    bytes: flags.size === undefined || isPreset ? undefined : sizeOf(flags.size),
    rows: number('--rows', flags.rows),
    columns: number('--columns', flags.columns),
    frames: number('--frames', flags.frames),
    transferSyntax: flags.transferSyntax,
  };
  return Object.fromEntries(
    Object.entries(spec).filter(([, value]) => value !== undefined),
  ) as SyntheticSpec;
}

function sizeOf(text: string): number {
  const problems = new Problems();
  const size = readSize({ problems, at: { name: 'flag --size', origin: 'command line' } }, text);
  if (size === undefined) throw new DicomRunError(ExitCode.CONFIG, problems.list);
  return size;
}
