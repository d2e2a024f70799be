// Types of `k6/timers`.

/** What is called; what it returns is not looked at. */
type Callback = (...args: never[]) => unknown;

/** Calls once after `ms` milliseconds (default 0); the iteration lasts until then. */
export declare function setTimeout(callback: Callback, ms?: number): number;
/** Calls every `ms` milliseconds; the iteration lasts until it is cleared. */
export declare function setInterval(callback: Callback, ms?: number): number;
/** It is not called any more. */
export declare function clearTimeout(id?: number): void;
/** It is not called any more. */
export declare function clearInterval(id?: number): void;
