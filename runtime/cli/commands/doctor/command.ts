// dicomrun doctor: the server, the way to it and this machine, each with its remedy.
import { ExitCode } from '../../../errors.ts';
import type { DefineCommand } from '../../command.ts';
import { readCount, readDurationMs } from '../../flags/flag-values.ts';
import { flagHelp } from '../../../config/option-table.ts';
import { collect } from '../../flags/given-flags.ts';
import type { Diagnosis } from './finding.ts';
import { addPeerFlags, choosePeer } from '../../wire/peer-flags.ts';

interface DoctorFlags {
  readonly timeout: string;
  readonly allowStore?: boolean;
  readonly secondOpinion?: boolean;
  readonly vus: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  dicomrun doctor -c PACS@10.1.2.3:104 -b MY_AET
  dicomrun doctor -c ROUTER@10.1.2.3:11112 --verify ARCHIVE@10.1.2.9:104 --allow-store
  dicomrun doctor --web-target http://10.1.2.3:8042/dicom-web
  dicomrun doctor -c PACS@10.1.2.3:104 --out influxdb=http://127.0.0.1:8086/dicomrun

Exit codes: 0 nothing failed, 111 the target cannot be used, 99 something else failed.`;

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('[host]', 'dcmtk style: host')
    .argument('[port]', 'dcmtk style: port')
    .option('--verify <aet@host:port>', 'where C-FIND verification asks; looked at, too')
    .option(...flagHelp('web-target'))
    .option('--allow-store', 'store one synthetic instance, and look for it')
    .option('--second-opinion', 'ask by another implementation (dcmjs-dimse), too; compare')
    .option('--vus <n>', 'virtual users that the limits shall be enough for', '50')
    .option('-o, --out <kind=target>', 'check this output, too; repeatable', collect)
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES);
  addPeerFlags(command);
  command.action(async (host: string | undefined, port: string | undefined, flags: DoctorFlags) => {
    const [{ examine }, { findingText, totalText }] = await Promise.all([
      import('./examine.ts'),
      import('./finding.ts'),
    ]);
    const { peer, options } = await choosePeer(command, terminal, { host, port, optional: true });
    const paint: Parameters<typeof findingText>[1] = (style, text) =>
      terminal.style(style, text, 'out');
    const findings = await examine({
      peer,
      options,
      timeoutMs: readDurationMs('--timeout', flags.timeout),
      allowStore: flags.allowStore === true,
      secondOpinion: flags.secondOpinion === true,
      vus: readCount('--vus', flags.vus),
      terminal,
      onFinding: (finding) => {
        if (flags.json !== true) terminal.out(findingText(finding, paint));
      },
    });
    if (flags.json === true) terminal.out(`${JSON.stringify(findings, null, 2)}\n`);
    else terminal.out(`${totalText(findings)}\n`);
    exit(codeOf(findings));
  });
};

/** What a target is no use without. */
const TO_USE_IT = ['name', 'tcp', 'tls', 'association', 'echo', 'web name', 'web tcp', 'QIDO-RS'];

function codeOf(findings: readonly Diagnosis[]): number {
  const failed = findings.filter(({ state }) => state === 'fail').map(({ check }) => check);
  if (failed.length === 0) return ExitCode.OK;
  const ofPeer = TO_USE_IT.some((check) => failed.includes(check));
  return ofPeer ? ExitCode.UNREACHABLE : ExitCode.THRESHOLDS;
}
