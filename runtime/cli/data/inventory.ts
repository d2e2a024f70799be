// `dump FOLDER`: what kinds of instances are below a folder.
import { DataError } from '../../dicom/element/data-error.ts';
import { errorCode, findFiles } from '../../dicom/file/file-walk.ts';
import { readInstanceHead } from '../../dicom/file/instance-head.ts';
import { plural } from '../../metrics/numbers.ts';
import { shortName } from '../../vu/names.ts';

/**
 * Lines: modality, SOP class, transfer syntax, count; then what is no instance, with its reason.
 *
 * @throws DataError `DATA_NO_FILES` where nothing is an instance
 */
export function inventory(folder: string): string[] {
  const { files, unreadable } = findFiles(folder, '/');
  const kinds = new Map<string, number>();
  const others = unreadable.map(({ path, reason }) => `${path}: ${reason}`);
  for (const { path } of files) {
    try {
      const { modality, sopClass, transferSyntax } = readInstanceHead(path);
      const row = [
        modality === '' ? '–' : modality,
        shortName(sopClass),
        shortName(transferSyntax),
      ];
      const key = row.join('\t');
      kinds.set(key, (kinds.get(key) ?? 0) + 1);
    } catch (error) {
      others.push(`${path}: ${error instanceof DataError ? error.message : errorCode(error)}`);
    }
  }
  const rows = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
  if (rows.length === 0) {
    const [first] = others;
    throw new DataError(
      'DATA_NO_FILES',
      `${folder}: no DICOM instance among ${plural(others.length, 'file')}`,
      first === undefined ? 'files below it are found too' : `of the first: ${first}`,
    );
  }
  const head = ['modality', 'SOP class', 'transfer syntax', 'files'];
  const table = [head, ...rows.map(([key, count]) => [...key.split('\t'), String(count)])];
  const instances = rows.reduce((sum, [, count]) => sum + count, 0);
  const count = `${plural(instances, 'instance')} of ${plural(rows.length, 'kind')}, ${plural(others.length, 'other file')}`;
  return [...aligned(table), count, ...others.map((one) => `  ${one}`)];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(...rows.map((row) => (row[i] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
