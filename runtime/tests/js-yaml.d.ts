declare module 'js-yaml' {
  /** One document of YAML. @throws an Error with line and column */
  export function load(text: string): unknown;
}
