/** Milliseconds since the epoch by the monotonic clock, fractions kept. */
export function epochNow(): number {
  return performance.timeOrigin + performance.now();
}
