// One difference of two data sets on one line.
import type { Difference } from '../../dicom/file/diff.ts';

export function differenceText({ path, kind, before, after }: Difference): string {
  if (kind === 'added') return `+ ${path}: "${after}"`;
  if (kind === 'removed') return `- ${path}: "${before}"`;
  return `~ ${path}: "${before}" -> "${after}"`;
}
