// This machine: Node, processors, open files, disk, clock, folders, what of the environment is not used.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { availableParallelism, freemem, loadavg } from 'node:os';
import { resolve } from 'node:path';
import type { Options } from '../../../config/types.ts';
import { requirements } from '../../../executors/requirements.ts';
import { bytes } from '../../../metrics/numbers.ts';
import { checkClock } from './clock-checks.ts';
import type { Diagnosis } from './finding.ts';

/** Sockets, files and threads beside one socket a VU. */
const OTHER_FILES = 200;
const LITTLE_DISK = 1e9;
/** Share of the cores that others may use before it shows. */
const BUSY = 0.5;
/** What package.json asks for, and the lines of Node that the tests are run with. */
const OLDEST_NODE = '20.19';
export const TESTED_NODES = [20, 22, 24, 26];

export function checkMachine(
  options: Options,
  cwd: string,
  wantedVUs: number,
): readonly Diagnosis[] {
  const { maxVUs } = requirements(options.scenarios);
  const results = resolve(cwd, options.resultsDir);
  return [
    checkNode(),
    checkLoad(),
    checkOpenFiles(Math.max(wantedVUs, maxVUs)),
    checkDisk(existsSync(results) ? results : cwd),
    checkClock(),
    checkData(options, cwd),
  ];
}

function checkNode(): Diagnosis {
  const machine = `${availableParallelism()} cores, ${bytes(freemem())} memory free`;
  const text = `${process.version} (tested: ${TESTED_NODES.join(', ')}), ${machine}`;
  return { check: 'machine', text, ...judgeNode(process.versions.node) };
}

/** What to say of a version of Node.js. */
export function judgeNode(version: string): Pick<Diagnosis, 'state' | 'hint'> {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldest = 0, oldestMinor = 0] = OLDEST_NODE.split('.').map(Number);
  if (major < oldest || (major === oldest && minor < oldestMinor)) {
    return { state: 'fail', hint: `Node ${OLDEST_NODE} or newer` };
  }
  if (TESTED_NODES.includes(major)) return { state: 'ok' };
  return { state: 'warn', hint: 'a version of Node that the tests are run with' };
}

/** What else keeps the processors busy is measured as if it were the peer. */
function checkLoad(): Diagnosis {
  const check = 'cpu';
  const [load = 0] = loadavg();
  const cores = availableParallelism();
  if (process.platform === 'win32') return { check, state: 'skip', text: `${cores} cores` };
  const text = `load ${load.toFixed(1)} on ${cores} cores in the last minute`;
  if (load < BUSY * cores) return { check, state: 'ok', text };
  const hint = 'something else is busy here: its time is measured as latency';
  return { check, state: 'warn', text, hint };
}

function checkOpenFiles(vus: number): Diagnosis {
  const check = 'open files';
  const limit = openFileLimit();
  if (limit === null) return { check, state: 'skip', text: 'the limit is not known here' };
  const needed = vus + OTHER_FILES;
  const text = `limit ${limit}, about ${needed} needed for ${vus} VUs`;
  if (limit >= needed) return { check, state: 'ok', text };
  return { check, state: 'warn', text, hint: `ulimit -n ${2 * needed} before the run` };
}

function openFileLimit(): number | null {
  if (process.platform === 'win32') return null;
  try {
    const text = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
    return text === 'unlimited' ? Infinity : Number(text);
  } catch {
    return null; // no shell: then nobody can raise it either
  }
}

function checkDisk(folder: string): Diagnosis {
  const check = 'disk';
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    const text = `${bytes(free)} free for results`;
    if (free > LITTLE_DISK) return { check, state: 'ok', text };
    return { check, state: 'warn', text, hint: '--results DIR on another disk' };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { check, state: 'fail', text: why, hint: '--results DIR where you may write' };
  }
}

function checkData({ dataRoot }: Options, cwd: string): Diagnosis {
  const check = 'data';
  if (dataRoot === null) {
    return { check, state: 'skip', text: 'no data folder configured; synthetic data needs none' };
  }
  const folder = resolve(cwd, dataRoot);
  if (existsSync(folder)) return { check, state: 'ok', text: folder };
  const hint = 'DICOM_ROOT_DIR, or --data DIR';
  return { check, state: 'warn', text: `${folder} does not exist`, hint };
}

/** Variables of related suites that mean nothing here: said once, so that nobody wonders. */
export function checkEnvironment(env: Readonly<Record<string, string | undefined>>): Diagnosis {
  const unused = Object.keys(env).filter((name) => /^(COMPASS_DB_|COMPASS_API_|ADO_)/.test(name));
  const check = 'environment';
  if (unused.length === 0) return { check, state: 'ok', text: 'no variable without effect' };
  return { check, state: 'ok', text: `not used: ${unused.sort().join(', ')}` };
}
