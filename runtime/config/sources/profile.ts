// Profiles of a configuration file: `profiles: { nightly: { … } }`, chosen by `--profile nightly`.
import type { Problems } from '../values/problems.ts';
import { didYouMean } from '../values/suggest.ts';

export interface ProfiledConfig {
  /** The configuration without its profiles. */
  readonly base: unknown;
  /** The chosen profile; undefined without one. */
  readonly profile: unknown;
}

export function profileOf(
  file: { readonly name: string; readonly value: unknown } | null,
  name: string | null,
  problems: Problems,
): ProfiledConfig {
  const value = file?.value;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const { profiles, ...base } = isObject ? (value as Record<string, unknown>) : {};
  const known = typeof profiles === 'object' && profiles !== null ? Object.keys(profiles) : [];
  if (name === null) return { base: isObject ? base : value, profile: undefined };
  if (!known.includes(name)) {
    problems.add('CONFIG_PROFILE', `profile "${name}": not configured`, {
      hint: didYouMean(name, known) ?? 'add profiles: { … } to dicomrun.config.ts',
      where: file?.name ?? 'no configuration file',
    });
    return { base: isObject ? base : value, profile: undefined };
  }
  return { base, profile: (profiles as Record<string, unknown>)[name] };
}
