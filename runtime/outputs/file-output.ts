// An output that writes every sample as one line of a file.
import { basename, join } from 'node:path';
import { DicomRunError, ExitCode } from '../errors.ts';
import type { OutputResult } from '../metrics/summary.ts';
import type { OutputConfig, OutputKind } from './kind.ts';
import { FileWriter } from './file-writer.ts';
import type { Output, SampleBatch, SampleSink } from './output.ts';
import type { SeriesDecl } from '../metrics/samples.ts';

export interface FileOutputOptions {
  /** `.gz` at its end: gzipped. */
  readonly path: string;
  /** Wall clock of t0, ms since the epoch. */
  readonly t0: number;
}

/** How it writes; `P` is what is made once per series. */
export interface LineFormat<P> {
  /** First line of the file. */
  readonly head: string | null;
  /** A line that goes before the samples of a series. */
  readonly announce: (series: SeriesDecl) => string | null;
  readonly prefix: (series: SeriesDecl) => P;
  readonly line: (prefix: P, value: number, epochMs: number) => string;
}

/** Of a file that stands in the folder of its run, whatever its name is. */
const IN_FOLDER = 'in-folder';

/** Kinds whose file holds every sample. */
export const isFileKind = ({ kind }: OutputConfig): boolean => kind === 'json' || kind === 'csv';

/** The same output, its file in the folder of the run, by the last word of its path. */
export function inRunFolder(config: OutputConfig): OutputConfig {
  return {
    ...config,
    to: basename(config.to),
    options: { ...config.options, [IN_FOLDER]: 'yes' },
  };
}

/** `--out NAME=FILE`; without a file `samples.NAME` in the results folder. */
export function fileKind(kind: string, create: (options: FileOutputOptions) => Output): OutputKind {
  return {
    kind,
    help: `${kind}=FILE`,
    parse: (to) => ({ kind, to, options: {} }),
    open: ({ config, folder, first }) => {
      const { to, options } = config;
      const name = to === '' ? `samples.${kind}` : to;
      const path = to === '' || options[IN_FOLDER] !== undefined ? join(folder, name) : to;
      return Promise.resolve(create({ path, t0: first.t0 }));
    },
  };
}

function opened(name: string, path: string): FileWriter {
  try {
    return new FileWriter(path);
  } catch (error) {
    throw new DicomRunError(ExitCode.CONFIG, {
      code: 'CONFIG_OUTPUT',
      message: `output ${name}: ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      hint: `name a file that you may write, or --out ${name} alone for one in the results folder`,
    });
  }
}

export class FileOutput<P> implements Output {
  readonly name: string;
  readonly destination: string;
  readonly sink: SampleSink;
  readonly #writer: FileWriter;
  readonly #format: LineFormat<P>;
  readonly #t0: number;
  /** By thread, by series. */
  readonly #prefixes = new Map<number, P[]>();
  #heads = 0;
  #rejected = 0;

  constructor(name: string, options: FileOutputOptions, format: LineFormat<P>) {
    this.name = name;
    this.destination = options.path;
    this.#t0 = options.t0;
    this.#format = format;
    this.#writer = opened(name, options.path);
    this.#head(format.head);
    this.sink = {
      series: (thread, series) => this.#series(thread, series),
      samples: (batch) => this.#samples(batch),
    };
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  wake(): void {
    this.#writer.flush();
  }

  async finish(): Promise<OutputResult> {
    const writer = this.#writer;
    await writer.close();
    const why = writer.failure ?? (writer.dropped > 0 ? 'the disk was too slow' : null);
    return {
      name: this.name,
      destination: this.destination,
      written: Math.max(0, writer.written - this.#heads),
      rejected: this.#rejected,
      unwritten: writer.dropped,
      ...(why === null ? {} : { note: why }),
    };
  }

  #series(thread: number, series: readonly SeriesDecl[]): void {
    const prefixes = this.#prefixes.get(thread) ?? [];
    this.#prefixes.set(thread, prefixes);
    for (const one of series) {
      prefixes[one.id] = this.#format.prefix(one);
      this.#head(this.#format.announce(one));
    }
  }

  #samples(batch: SampleBatch): void {
    const prefixes = this.#prefixes.get(batch.thread) ?? [];
    for (let i = 0; i < batch.n; i++) {
      const prefix = prefixes[batch.series[i] ?? -1];
      const value = batch.value[i] ?? Number.NaN;
      if (prefix === undefined || !Number.isFinite(value)) this.#rejected++;
      else this.#writer.line(this.#format.line(prefix, value, this.#t0 + (batch.time[i] ?? 0)));
    }
  }

  #head(line: string | null): void {
    if (line === null) return;
    this.#writer.line(line);
    this.#heads++;
  }
}
