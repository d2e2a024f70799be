// dicomrun replay DIR: brings a finished or killed run into an output; twice adds nothing.
import { resolve } from 'node:path';
import { DicomRunError, ExitCode } from '../../errors.ts';
import type { DefineCommand } from '../command.ts';

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<dir>', 'folder of a run')
    .requiredOption(
      '-o, --out <influxdb=url>',
      'where to, e.g. influxdb=http://127.0.0.1:8086/dicomrun',
    )
    .action(async (dir: string, { out }: { out: string }) => {
      const [, kind, url] = /^([a-z]+)=(.*)$/.exec(out) ?? [];
      if (kind !== 'influxdb' || url === undefined) {
        throw new DicomRunError(ExitCode.CONFIG, {
          code: 'CONFIG_OUTPUT',
          message: `--out "${out}": a run can be replayed into InfluxDB only`,
          hint: 'influxdb=http://127.0.0.1:8086/dicomrun',
        });
      }
      const { replayToInfluxdb } = await import('../../outputs/influxdb/influxdb.ts');
      const say = (message: string) => terminal.err(`${message}\n`);
      const result = await replayToInfluxdb(resolve(terminal.cwd, dir), url, say);
      const { written, rejected, unwritten, destination, note } = result;
      terminal.out(
        `${destination}: ${written} written, ${rejected} rejected, ${unwritten} unwritten\n`,
      );
      if (note !== undefined) terminal.err(`${note}\n`);
      exit(rejected + unwritten > 0 ? ExitCode.OUTPUT_LOST : ExitCode.OK);
    });
};
