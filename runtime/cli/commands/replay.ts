// dicomrun replay DIR: brings a finished or killed run into an output; twice adds nothing.
import { DicomRunError, ExitCode } from '../../errors.ts';
import { influxOutput, influxUrl } from '../../outputs/influxdb/influxdb-kind.ts';
import type { DefineCommand } from '../command.ts';
import { runFolder } from '../data/run-folder.ts';

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<dir>', 'folder of a run, or last')
    .requiredOption(
      '-o, --out <influxdb=url>',
      'where to, e.g. influxdb=http://127.0.0.1:8086/dicomrun',
    )
    .action(async (dir: string, { out }: { out: string }) => {
      const url = replayUrl(out, terminal.env);
      const { replayToInfluxdb } = await import('../../outputs/influxdb/influxdb.ts');
      const say = (message: string) => terminal.err(`${message}\n`);
      const result = await replayToInfluxdb(runFolder(dir, terminal), url, say);
      const { written, rejected, unwritten, destination, note } = result;
      terminal.out(
        `${destination}: ${written} written, ${rejected} rejected, ${unwritten} unwritten\n`,
      );
      if (note !== undefined) terminal.err(`${note}\n`);
      exit(rejected + unwritten > 0 ? ExitCode.OUTPUT_LOST : ExitCode.OK);
    });
};

const NAME = 'DICOMRUN_INFLUXDB_';

/** The URL as a run would have it: user, password and token may come from the environment. */
function replayUrl(out: string, env: Readonly<Record<string, string | undefined>>): string {
  const [, kind, url] = /^([a-z]+)=(.*)$/.exec(out) ?? [];
  if (kind !== influxOutput.kind || url === undefined) {
    throw wrong(`--out "${out}": a run can be replayed into InfluxDB only`);
  }
  const config = influxOutput.parse(url, {
    value: (must, got) => {
      throw wrong(`--out: must be ${must}, got "${got}"`);
    },
    unknownKey: (key, known) => {
      throw wrong(`--out: unknown parameter "${key}"; known: ${known.join(', ')}`);
    },
  });
  if (config === undefined) throw wrong(`--out "${kind}": no URL`);
  const beside: Record<string, string> = {};
  for (const name of ['username', 'password', 'token']) {
    const value = env[NAME + name.toUpperCase()];
    if (value !== undefined && value !== '') beside[name] = value;
  }
  return influxUrl({ ...config, options: { ...beside, ...config.options } });
}

function wrong(message: string): DicomRunError {
  const hint = 'influxdb=http://127.0.0.1:8086/dicomrun';
  return new DicomRunError(ExitCode.CONFIG, { code: 'CONFIG_OUTPUT', message, hint });
}
