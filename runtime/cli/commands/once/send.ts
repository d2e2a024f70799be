// dicomrun send PATH…: stores files as they are, or again and again as new ones.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ExitCode } from '../../../errors.ts';
import { splitHostPort } from '../../argv.ts';
import type { DefineCommand } from '../../command.ts';
import { readCount, readDurationMs } from '../../flags/flag-values.ts';
import { INVENT_DEFAULTS, Inventor } from '../../wire/invent.ts';
import {
  addPeerFlags,
  addStackFlag,
  choosePeer,
  isSecond,
  limitsOf,
} from '../../wire/peer-flags.ts';
import type { SendRequest } from '../../wire/send.ts';
import { SendReport } from '../../wire/send-report.ts';
import { unlessInterrupted } from '../../until-signal.ts';

interface SendFlags {
  readonly timeout: string;
  readonly json?: boolean;
  readonly stack?: string;
  readonly quiet?: boolean;
  readonly repeat: string;
  readonly invent?: boolean;
  readonly imagesPerSeries?: string;
  readonly seriesPerStudy?: string;
  readonly studiesPerPatient?: string;
}

const EXAMPLES = `
Examples:
  dicomrun send ./study -c PACS@10.1.2.3:104 -b MY_AET
  dicomrun send -aec PACS -aet MY_AET 10.1.2.3 104 ./study
  dicomrun send ./image.dcm -c PACS@10.1.2.3:104 --repeat 200 +IR 50 +IS 2   # two studies`;

/** New identities when one of their flags is given, as storescu does. */
function inventorOf(flags: SendFlags): Inventor | null {
  const { invent, imagesPerSeries, seriesPerStudy, studiesPerPatient } = flags;
  const counts = [imagesPerSeries, seriesPerStudy, studiesPerPatient];
  if (invent !== true && counts.every((one) => one === undefined)) return null;
  const read = (flag: string, given: string | undefined, otherwise: number): number =>
    given === undefined ? otherwise : readCount(flag, given, 1);
  return new Inventor({
    images: read('--images-per-series', imagesPerSeries, INVENT_DEFAULTS.images),
    series: read('--series-per-study', seriesPerStudy, INVENT_DEFAULTS.series),
    studies: read('--studies-per-patient', studiesPerPatient, INVENT_DEFAULTS.studies),
  });
}

export const define: DefineCommand = (command, { terminal, exit }) => {
  command
    .argument('<paths...>', 'files, folders, patterns; host and port first, dcmtk style')
    .option('--json', 'one JSON line per file')
    .option('-q, --quiet', 'only the count')
    .option('--repeat <n>', 'send everything so many times', '1')
    .option('--invent', 'new patient, study, series and instance UIDs (dcmtk: +II)')
    .option('--images-per-series <n>', 'a new series after n images (+IR; implies --invent)')
    .option('--series-per-study <n>', 'a new study after n series (+IS; implies --invent)')
    .option('--studies-per-patient <n>', 'a new patient after n studies (+IP; implies --invent)')
    .addHelpText('after', EXAMPLES);
  addStackFlag(addPeerFlags(command));
  command.action(async (given: string[], flags: SendFlags) => {
    const isFile = (word: string) => existsSync(resolve(terminal.cwd, word));
    const { words: paths, ...where } = splitHostPort(given, isFile);
    const { peer } = await choosePeer(command, terminal, where);
    const { outcomeLine, sendFiles } = await import('../../wire/send.ts');
    const timeoutMs = readDurationMs('--timeout', flags.timeout);
    const report = new SendReport(terminal, flags);
    try {
      const request: SendRequest = {
        peer,
        paths,
        base: terminal.cwd,
        repeat: readCount('--repeat', flags.repeat, 1),
        inventor: inventorOf(flags),
        timeouts: limitsOf(timeoutMs),
        ...(isSecond(flags) ? { secondMs: timeoutMs } : {}),
        onFile: (outcome) => report.file(outcome, outcomeLine(terminal, outcome)),
      };
      await unlessInterrupted(terminal, () => sendFiles(request));
    } finally {
      // Neither a peer that goes away in between nor Ctrl-C takes the count along.
      report.end();
    }
    const { stored, failed } = report.totals;
    exit(failed > 0 || stored === 0 ? ExitCode.THRESHOLDS : ExitCode.OK);
  });
};
