// A suggestion for a word that is not known.
import { nearest } from '../../metrics/distribution/nearest.ts';

/** `did you mean "duration"?`, or the list of what there is, or undefined for an empty list. */
export function didYouMean(word: string, names: readonly string[]): string | undefined {
  const near = nearest(word, names);
  if (near !== null) return `did you mean "${near}"?`;
  return names.length === 0 ? undefined : `there is: ${names.join(', ')}`;
}
