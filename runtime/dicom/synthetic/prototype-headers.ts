// Empty in the sources: the build writes `prototypeHeaders()` of synthetic-kinds.ts into its copy of this file.

/** Headers that dcmjs made, in base64, by `prototypeKey`; without one it makes it now. */
export const PROTOTYPE_HEADERS: Readonly<Record<string, string>> = {};
