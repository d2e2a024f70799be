// All of the doctor's examinations, in order; what cannot work any more is left out.
import type { Options, WebTarget } from '../../../config/types.ts';
import { influxUrl } from '../../../outputs/influxdb/influxdb-kind.ts';
import type { Terminal } from '../../terminal.ts';
import { limitsOf } from '../../wire/peer-flags.ts';
import type { PeerAddress } from '../../wire/client.ts';
import type { Diagnosis } from './finding.ts';
import { checkClockOf } from './clock-checks.ts';
import { checkEnvironment, checkMachine } from './local-checks.ts';
import { checkMatrix } from './matrix.ts';
import { checkAssociation, checkEcho, checkNetwork, checkVerify, release } from './peer-checks.ts';
import type { PeerCheck } from './peer-checks.ts';
import { checkStore } from './store-check.ts';
import { checkTls } from './tls-check.ts';

export interface ExamineRequest {
  /** null: only this machine. */
  readonly peer: PeerAddress | null;
  readonly options: Options;
  readonly timeoutMs: number;
  readonly allowStore: boolean;
  /** Ask by another implementation, too. */
  readonly secondOpinion: boolean;
  /** VUs that the limits shall be enough for. */
  readonly vus: number;
  readonly terminal: Terminal;
  readonly onFinding: (finding: Diagnosis) => void;
}

export async function examine(request: ExamineRequest): Promise<readonly Diagnosis[]> {
  const all: Diagnosis[] = [];
  const say = (...findings: readonly Diagnosis[]) => {
    for (const finding of findings) {
      all.push(finding);
      request.onFinding(finding);
    }
  };
  const { options, terminal, vus } = request;
  const { peer } = request;
  if (peer !== null) await examinePeer(request, peer, say);
  else if (options.webTarget === null) say(NO_TARGET);
  if (options.webTarget !== null) await examineTarget(request, options.webTarget, say);
  await examineVerify(request, say);
  for (const output of options.outputs) {
    if (output.kind === 'influxdb') say(...(await checkInflux(influxUrl(output))));
  }
  say(...checkMachine(options, terminal.cwd, vus), checkEnvironment(terminal.env));
  return all;
}

const NO_TARGET: Diagnosis = {
  check: 'target',
  state: 'skip',
  text: 'none is named: only this machine is looked at',
  hint: '-c AET@host:port -b MY_AET, --web-target http://host:port/dicom-web',
};

type Say = (...findings: readonly Diagnosis[]) => void;

async function examinePeer(request: ExamineRequest, peer: PeerAddress, say: Say): Promise<void> {
  const { timeoutMs, allowStore, options } = request;
  const check: PeerCheck = { peer, timeoutMs, timeouts: limitsOf(timeoutMs) };
  const network = await checkNetwork(check);
  say(...network);
  if (network.some(({ state }) => state === 'fail')) return;
  const { finding, accepted } = await checkAssociation(check);
  say(finding);
  if (accepted === null) return;
  say(...(await checkTls(check)), await checkEcho(accepted.association));
  await release(accepted.association);
  if (request.secondOpinion) {
    const { checkSecond } = await import('./second-check.ts');
    say(await checkSecond(check));
  }
  say(...(await checkMatrix(check)));
  if (allowStore) {
    request.terminal.err('storing one instance, and looking for it ...\n');
    return say(...(await checkStore(check, options.verify)));
  }
  const text = 'not tried: it would leave an instance there';
  say({ check: 'store', state: 'skip', text, hint: '--allow-store' });
}

async function examineTarget(request: ExamineRequest, target: WebTarget, say: Say): Promise<void> {
  const { timeoutMs, allowStore, terminal } = request;
  const { examineWeb } = await import('./web-checks.ts');
  await examineWeb({ target, timeoutMs, allowStore, folder: terminal.cwd }, say);
}

/** The archive that verification asks, where it is another one than the target. */
async function examineVerify({ options, timeoutMs }: ExamineRequest, say: Say): Promise<void> {
  const { verify } = options;
  if (verify === null || verify.isTarget || !verify.enabled) return;
  const check = { peer: verify, timeoutMs, timeouts: limitsOf(timeoutMs) };
  say(await checkVerify(check));
}

async function checkInflux(url: string): Promise<readonly Diagnosis[]> {
  const check = 'influxdb';
  const [{ createInfluxClient }, { describeTarget, parseInfluxTarget }] = await Promise.all([
    import('../../../outputs/influxdb/client.ts'),
    import('../../../outputs/influxdb/target.ts'),
  ]);
  const target = parseInfluxTarget(url);
  const outcome = await createInfluxClient(target).prepare();
  const where = describeTarget(target);
  if (outcome.kind === 'written')
    return [{ check, state: 'ok', text: `${where} can be written` }, await checkClockOf(target)];
  const why = 'why' in outcome ? outcome.why : outcome.kind;
  const hint = 'check address, database and password; a run goes on without it and can be replayed';
  return [{ check, state: 'fail', text: `${where}: ${why}`, hint }];
}
