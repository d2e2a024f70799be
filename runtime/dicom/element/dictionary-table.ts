// Empty in the sources: the build writes `dictionaryTable()` of dictionary.ts into its copy of this file.

/** The data dictionary as text; empty where dcmjs has to be asked. */
export const DICTIONARY_TABLE: string = '';
