/** A clock that was moved for the tests (faketime) is moved for what they start, too. */
export const MOVED_CLOCK = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /^(LD_PRELOAD|(NO_)?FAKE.*)$/.test(name)),
) as Readonly<Record<string, string>>;
