// Runs a script through the built command line and reads what it told: `tell('name', value)` in the
// script, `told.name` in the test.
import { Place } from './cli-spawn.ts';

export interface ScriptRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** What the script told, by name. */
  readonly told: Readonly<Record<string, Told>>;
}

/** Anything a script may tell; tests know what to look for. */
export type Told = Readonly<Record<string, unknown>> & readonly unknown[];

/** `tell`, and `attempt`, which tells what was thrown instead. */
const PREAMBLE = `
import dicom from 'dicom';
import { check, sleep } from 'k6';
const tell = (name, value) => console.log('TOLD ' + name + ' ' + JSON.stringify(value ?? null));
const attempt = async (name, body) => {
  try {
    tell(name, await body());
  } catch (thrown) {
    const { name: kind, code, message, hint, ...fields } = thrown;
    tell(name, { thrown: thrown.constructor.name, code, message: thrown.message, hint, ...fields });
  }
};
`;

/** Runs the body of a script (imports are there already); answers when the run is over. */
export async function runScript(
  script: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<ScriptRun> {
  const place = new Place({ 'script.ts': PREAMBLE + script });
  try {
    const always = ['--no-report', '--settle', '1s', '--no-preflight'];
    const { code, out, err } = await place.run(['run', 'script.ts', ...always, ...args], env);
    return { code, out, err, told: toldIn(err) };
  } finally {
    place.remove();
  }
}

function toldIn(text: string): Record<string, Told> {
  const told: Record<string, Told> = {};
  for (const [, name = '', json = 'null'] of text.matchAll(/TOLD (\S+) (.*)$/gm)) {
    told[name] = JSON.parse(json) as Told;
  }
  return told;
}

/** `AET@host:port` of a peer. */
export function connectTo(peer: { aet: string; host: string; port: number }): string {
  return `${peer.aet}@${peer.host}:${peer.port}`;
}
