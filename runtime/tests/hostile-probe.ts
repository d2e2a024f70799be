// What scripts that want out are helped with: `look(value, where)` climbs from a value to the host.

/** What every attack has: `look` climbs from any value, `escapes` lists where that led to the host. */
export const GUEST_HELPERS = `
const escapes = [], known = new Set();
const CODE = 'return typeof process === "object" && process !== null ? process : undefined';
function climbs(make, where) {
  try {
    const made = make(CODE);
    const found = typeof made === 'function' ? made() : undefined;
    if (found !== undefined && found !== null && found.versions) escapes.push(where);
  } catch (refused) { void refused; }
}
function look(value, where, depth = 0) {
  const kind = typeof value;
  if (value === null || (kind !== 'object' && kind !== 'function') || known.has(value)) return;
  known.add(value);
  if (depth > 6 || known.size > 20000) return;
  if (kind === 'function') climbs(value, where);
  try { if (value.versions && value.versions.node) escapes.push(where + ' is process'); } catch (e) { void e; }
  try { if (typeof value.__hostOnly === 'string') escapes.push(where + ' is a host object'); } catch (e) { void e; }
  for (const key of ['constructor', '__proto__', 'prototype', 'caller', 'arguments', 'cause', 'errors']) {
    try { look(value[key], where + '.' + key, depth + 1); } catch (e) { look(e, where + ' threw', depth + 1); }
  }
  try {
    for (const key of Reflect.ownKeys(value)) {
      try { look(value[key], where + '.' + String(key), depth + 1); } catch (e) { void e; }
      const own = Object.getOwnPropertyDescriptor(value, key);
      if (own && own.get) look(own.get, where + '.get ' + String(key), depth + 1);
      if (own && own.set) look(own.set, where + '.set ' + String(key), depth + 1);
    }
  } catch (e) { look(e, where + ' keys threw', depth + 1); }
}
function attempt(where, make) {
  try { look(make(), where); } catch (e) { look(e, where + ' threw'); }
}
async function attemptAsync(where, make) {
  try { look(await make(), where); } catch (e) { look(e, where + ' rejected'); }
}
function atEveryDepth(act) {
  let left = 60;
  const down = () => {
    try { down(); } catch (e) { look(e, 'overflow'); }
    if (left-- > 0) try { act(); } catch (e) { look(e, 'near the end of the stack'); }
  };
  down();
}
exports.options = { get escapes() { return [...escapes]; } };
const dicom = require('dicom'), k6 = require('k6');
`;
