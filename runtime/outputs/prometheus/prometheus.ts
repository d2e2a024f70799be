// The Prometheus output of a run: the run log as cumulative series, sent by remote write.
import { join } from 'node:path';
import { RUNLOG_FILE } from '../../runlog/format.ts';
import { authorization, write } from '../upload/http.ts';
import { discreet } from '../upload/client.ts';
import type { Point, UploadClient, WriteOutcome } from '../upload/client.ts';
import { createUploader } from '../upload/uploader.ts';
import type { OutputConfig } from '../kind.ts';
import type { Output } from '../output.ts';
import { writeRequest } from './remote-write.ts';
import { SeriesMaker } from './series.ts';
import { snappy } from './snappy.ts';

export interface PrometheusOutputOptions {
  readonly config: OutputConfig;
  /** The run's folder, with run.ndjson. */
  readonly dir: string;
  readonly onMessage: (message: string) => void;
}

export function createPrometheusOutput({
  config,
  dir,
  onMessage,
}: PrometheusOutputOptions): Output {
  const maker = new SeriesMaker();
  return createUploader({
    client: new RemoteWriteClient(config),
    name: 'prometheus',
    destination: config.to,
    files: { cursor: 'prometheus.cursor.json', rejected: 'prometheus.rejected.jsonl' },
    sources: [{ file: join(dir, RUNLOG_FILE), points: (record) => maker.points(record) }],
    dir,
    onMessage,
  });
}

class RemoteWriteClient implements UploadClient {
  readonly #config: OutputConfig;
  /** The batch whose answer never came: it may be stored. */
  #unanswered: readonly Point[] | null = null;

  constructor(config: OutputConfig) {
    this.#config = config;
  }

  async write(points: readonly Point[]): Promise<WriteOutcome> {
    const { to, options } = this.#config;
    const answer = await write({
      method: 'POST',
      url: to,
      headers: {
        ...authorization(options),
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
      },
      body: snappy(writeRequest(points)),
      insecure: options['insecure'] === 'true',
    });
    const outcome = discreet(answer, options);
    if (outcome.kind === 'refused' && this.#isThereAlready(points, outcome.why)) {
      return { kind: 'written' };
    }
    if (outcome.kind !== 'retry') this.#unanswered = null;
    else if (outcome.unanswered === true) this.#unanswered = points;
    return outcome;
  }

  /** Nothing to make. */
  prepare(): Promise<WriteOutcome> {
    return Promise.resolve({ kind: 'written' });
  }

  /** A server takes a batch as a whole, and refuses it the second time as older than itself. */
  #isThereAlready(points: readonly Point[], why: string): boolean {
    if (this.#unanswered !== points) return false;
    this.#unanswered = null;
    return /out of order|duplicate sample/i.test(why);
  }
}
