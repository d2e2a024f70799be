/** Defines a member at its first use, as a property of the module. */
export function once<T>(self: object, name: string, value: T): T {
  Object.defineProperty(self, name, { value, enumerable: true });
  return value;
}
