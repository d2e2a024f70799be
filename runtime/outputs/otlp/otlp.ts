// The OpenTelemetry output of a run: the run log as cumulative data points, sent by OTLP/HTTP in JSON.
import { join } from 'node:path';
import { RUNLOG_FILE } from '../../runlog/format.ts';
import type { RunRecord } from '../../runlog/format.ts';
import type { OutputConfig } from '../kind.ts';
import type { Output } from '../output.ts';
import { discreet } from '../upload/client.ts';
import type { Point, UploadClient, WriteOutcome } from '../upload/client.ts';
import { authorization, write } from '../upload/http.ts';
import { createUploader } from '../upload/uploader.ts';
import { DataPointMaker } from './data-points.ts';
import type { OtlpPoint } from './data-points.ts';
import { exportRequest, resourceOf } from './request.ts';

export interface OtlpOutputOptions {
  readonly config: OutputConfig;
  /** The run's folder, with run.ndjson. */
  readonly dir: string;
  /** First record of the log. */
  readonly first: RunRecord;
  readonly onMessage: (message: string) => void;
}

export function createOtlpOutput({ config, dir, first, onMessage }: OtlpOutputOptions): Output {
  const maker = new DataPointMaker();
  return createUploader({
    client: new OtlpClient(config, first),
    name: 'otlp',
    destination: config.to,
    files: { cursor: 'otlp.cursor.json', rejected: 'otlp.rejected.jsonl' },
    sources: [{ file: join(dir, RUNLOG_FILE), points: (record) => maker.points(record) }],
    dir,
    onMessage,
  });
}

class OtlpClient implements UploadClient {
  readonly #config: OutputConfig;
  readonly #resource: ReturnType<typeof resourceOf>;
  readonly #version: string;

  constructor(config: OutputConfig, first: RunRecord) {
    this.#config = config;
    this.#resource = resourceOf(first);
    this.#version = first.version;
  }

  async write(points: readonly Point[]): Promise<WriteOutcome> {
    const { to, options } = this.#config;
    // why: the uploader hands on what its source made, and that is DataPointMaker alone
    const body = exportRequest(points as readonly OtlpPoint[], this.#resource, this.#version);
    const headers = { ...authorization(options), 'content-type': 'application/json' };
    const insecure = options['insecure'] === 'true';
    const request = { method: 'POST', url: to, headers, body, insecure } as const;
    return discreet(await write(request, partialSuccess), options);
  }

  /** Nothing to make. */
  prepare(): Promise<WriteOutcome> {
    return Promise.resolve({ kind: 'written' });
  }
}

/** A receiver may take a batch in part; it says how much, not what, and must not be asked again. */
function partialSuccess(text: string): WriteOutcome {
  const [, count = '0'] = /"rejectedDataPoints"\s*:\s*"?(\d+)/.exec(text) ?? [];
  if (Number(count) === 0) return { kind: 'written' };
  const [, why = ''] = /"errorMessage"\s*:\s*"((?:[^"\\]|\\.)*)/.exec(text) ?? [];
  return { kind: 'written', without: { count: Number(count), why: why || 'partial success' } };
}
