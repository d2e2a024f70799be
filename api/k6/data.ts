// Types of `k6/data`.

/** An array made once and shared, read-only, by all VUs. Init code only. */
export declare const SharedArray: new <T>(name: string, make: () => T[]) => readonly T[];
