// Resolves a configuration from what a test says about its sources.
import { resolveOptions } from '../config/resolve.ts';
import type { ConfigInput } from '../config/resolve.ts';
import type { Options } from '../config/types.ts';
import { DicomRunError, ExitCode } from '../errors.ts';
import type { Problem } from '../errors.ts';
import { describe as planLine } from '../executors/describe.ts';

export function resolve(input: Partial<ConfigInput> & { dotenv?: string } = {}): Options {
  const { dotenv, ...rest } = input;
  return resolveOptions({
    mode: 'run',
    scriptOptions: null,
    exports: ['default'],
    flags: {},
    env: {},
    envFiles: dotenv === undefined ? [] : [{ name: '.env', text: dotenv }],
    configFile: null,
    ...rest,
  });
}

export function problemsOf(input: Parameters<typeof resolve>[0]): readonly Problem[] {
  try {
    resolve(input);
  } catch (error) {
    if (error instanceof DicomRunError) {
      if (error.exitCode !== ExitCode.CONFIG) throw error;
      return error.problems;
    }
    throw error;
  }
  throw new Error('expected problems');
}

export const messages = (input: Parameters<typeof resolve>[0]): string[] =>
  problemsOf(input).map(({ message, hint }) => (hint ? `${message} — ${hint}` : message));

/** A script with one scenario. */
export const ONE = {
  scenarios: {
    gi: {
      executor: 'ramping-vus',
      stages: [{ duration: '2m', target: 50 }],
      exec: 'send',
      env: { SITE: 'A' },
      tags: { area: 'gi' },
    },
  },
};

export const lines = (options: Options): string[] =>
  options.scenarios.map((scenario) => `${scenario.name}: ${planLine(scenario)}`);
