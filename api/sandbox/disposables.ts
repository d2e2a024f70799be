// What `using` needs, before any class of the API or of a script is defined: Node 20 and 22 have
// none of it in a sandbox. The bundler lowers `using` to look-ups of these same symbols, so a
// script's own disposables are found whatever the engine has.

for (const name of ['dispose', 'asyncDispose']) {
  // Named as lowered code of packages names it where the engine has none.
  if (!(name in Symbol))
    Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });
}

/** `error` was thrown by a disposer while `suppressed` was on its way. */
class SuppressedError extends Error {
  constructor(error: unknown, suppressed: unknown, message?: string) {
    super(message);
    for (const [key, value] of Object.entries({ error, suppressed })) {
      Object.defineProperty(this, key, { value, writable: true, configurable: true });
    }
  }
}
Object.defineProperty(SuppressedError.prototype, 'name', { value: 'SuppressedError' });

if (!('SuppressedError' in globalThis)) {
  Object.defineProperty(globalThis, 'SuppressedError', { value: SuppressedError });
}
