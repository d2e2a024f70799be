// Modules that the sandbox serves have a default export and named ones as they are. esbuild takes
// them for CommonJS and has each VU copy them, a getter and a function for every member: half of the
// time that the start of a VU takes.

const COPIED =
  /^(var [\w$]+ = )__toESM\((require\("(?:dicom|dicomweb|k6|k6\/execution)"\))(?:, 1)?\);$/gm;

/** The bundle's text, the sandbox's modules taken as they are. */
export function withoutCopies(js: string): string {
  return js.replace(COPIED, '$1$2;');
}
