// The script's handleSummary(): it may take the place of the summary on standard output.
import type { Run } from '../run.ts';
import type { CustomSummary, RunContext } from '../run-types.ts';

/** True when the script wants to be asked. */
export function handlesSummary({ options, loaded }: RunContext): boolean {
  return !options.noSummary && loaded.exports.includes('handleSummary');
}

/**
 * The map that `handleSummary` returned; null when it failed.
 * @param dataJson k6's argument of handleSummary
 */
export async function handleSummary(
  run: Run,
  { options }: RunContext,
  dataJson: Promise<string>,
): Promise<CustomSummary | null> {
  try {
    const timeoutMs = options.handleSummaryTimeoutMs;
    const summaryJson = await dataJson;
    return fileMap(await run.fleet.hook({ kind: 'handleSummary', summaryJson, timeoutMs }));
  } catch (error) {
    // As in k6: said, and the default summary is printed instead.
    run.settings.screen.problem(run.explain(error));
    return null;
  }
}

/** Text by file name, from JSON; null for nothing of use. */
function fileMap(json: string | null): CustomSummary | null {
  if (json === null) return null;
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null) return null;
  const map: Record<string, string | Uint8Array> = {};
  for (const [key, text] of Object.entries(value)) {
    const { bytes } = Object(text) as { bytes?: readonly number[] };
    map[key] = typeof text === 'string' ? text : Uint8Array.from(bytes ?? []);
  }
  return map;
}
