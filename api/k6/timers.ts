// Types of `k6/timers`.

type Callback = (...args: never[]) => unknown;

export declare function setTimeout(callback: Callback, ms?: number): number;
export declare function setInterval(callback: Callback, ms?: number): number;
export declare function clearTimeout(id?: number): void;
export declare function clearInterval(id?: number): void;
