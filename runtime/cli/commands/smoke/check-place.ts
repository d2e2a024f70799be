// Where a check stands in a script: the line on which its name is written. A check that fails leaves
// no stack, and a CI server wants a line to show it at.

/** Finds the line of a check by its name; null where the name is not written out, or composed. */
export type CheckPlace = (check: string) => string | null;

/** @param file as messages and CI servers call the script */
export function checkPlaces(file: string, source: string): CheckPlace {
  const lines = source.split(/\r?\n/);
  return (check) => {
    const at = lines.findIndex((line) => names(line, check));
    return at === -1 ? null : `${file}:${at + 1}`;
  };
}

/** `'stored': …`, `"stored"`, `stored: …`; not a word in a comment or another one's part. */
function names(line: string, check: string): boolean {
  if (check === '' || /^\s*(\/\/|\*)/.test(line)) return false;
  const quoted = ["'", '"', '`'].some((mark) => line.includes(`${mark}${check}${mark}`));
  if (quoted) return true;
  return /^\w+$/.test(check) && new RegExp(`[{,(\\s]${check}\\s*[:(]`).test(` ${line}`);
}
