// VictoriaMetrics and Prometheus on loopback: both keep what is written to them and answer PromQL.
import { rm, writeFile } from 'node:fs/promises';
import { anyPortFree, end, HOST, run, temporaryFolder, until, type Running } from './process.ts';

export interface TimeSeriesPeer {
  readonly url: string;
  /** One PromQL query at a time (s since the epoch): labels and value of each series. */
  query(
    promql: string,
    at: number,
  ): Promise<
    readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]
  >;
  /** SIGKILL, as a crash; VictoriaMetrics, which keeps some seconds in memory, is asked. */
  kill(): Promise<void>;
  /** SIGSTOP: accepts connections, never answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Keeps everything however old, and shows at once what it was given. With `full` its disk is full, so
 * that it refuses what is written, until it is restarted.
 */
export function startVictoriaMetrics({ full = false } = {}): Promise<TimeSeriesPeer> {
  let starts = 0;
  return start('victoria-metrics', (port, folder) => [
    ...[`-httpListenAddr=${HOST}:${port}`, `-storageDataPath=${folder}`, '-retentionPeriod=100y'],
    ...['-search.latencyOffset=0s', '-search.disableCache', '-dedup.minScrapeInterval=1ms'],
    ...(full && starts++ === 0 ? ['-storage.minFreeDiskSpaceBytes=1000000GB'] : []),
  ]);
}

/** Scrapes nothing; takes remote writes. */
export function startPrometheus(): Promise<TimeSeriesPeer> {
  return start('prometheus', (port, folder) => [
    ...['--config.file=empty.yml', `--storage.tsdb.path=${folder}/data`],
    ...[`--web.listen-address=${HOST}:${port}`, '--web.enable-remote-write-receiver'],
  ]);
}

async function start(
  command: string,
  argsOf: (port: number, folder: string) => readonly string[],
): Promise<TimeSeriesPeer> {
  const folder = await temporaryFolder(command);
  await writeFile(`${folder}/empty.yml`, '');
  const port = await anyPortFree();
  const url = `http://${HOST}:${port}`;
  const launch = async (): Promise<Running> => {
    const running = run(command, argsOf(port, folder), folder);
    await until(running, async () =>
      fetch(`${url}/api/v1/query?query=1`).then(
        (answer) => answer.ok,
        () => false,
      ),
    );
    return running;
  };
  let running = await launch();
  const flush = async (): Promise<void> => {
    if (command === 'victoria-metrics') await fetch(`${url}/internal/force_flush`);
  };
  const over = (): boolean => running.child.exitCode !== null || running.child.signalCode !== null;
  return {
    url,
    query: async (promql, at) => {
      await flush();
      const body = new URLSearchParams({ query: promql, time: String(at) });
      const answer = (await (
        await fetch(`${url}/api/v1/query`, { method: 'POST', body })
      ).json()) as {
        error?: string;
        data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      if (answer.error !== undefined) throw new Error(`${answer.error}: ${promql}`);
      return (answer.data?.result ?? []).map(({ metric, value }) => ({
        labels: metric,
        value: Number(value[1]),
      }));
    },
    kill: async () => {
      running.signal(command === 'prometheus' ? 'SIGKILL' : 'SIGTERM');
      await running.ended;
    },
    pause: () => running.signal('SIGSTOP'),
    resume: () => running.signal('SIGCONT'),
    restart: async () => {
      if (!over()) await end(running);
      running = await launch();
    },
    stop: async () => {
      if (!over()) await end(running);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
