// Members that are worked out when they are read, on objects of which each VU has its own.

/**
 * What makes the getters of a class members of its objects, as `Object.keys` and JSON see them; but for
 * `default`, which is a module itself. All objects of the class share them: getters written into an
 * object literal are functions of that object, and give it a hidden class of its own, nearly a kilobyte.
 */
export function ownGetters(kind: { readonly prototype: object }): PropertyDescriptorMap {
  const all = Object.entries(Object.getOwnPropertyDescriptors(kind.prototype));
  const getters = all.filter(([name, { get }]) => get !== undefined && name !== 'default');
  return Object.fromEntries(getters.map(([name, one]) => [name, { ...one, enumerable: true }]));
}
