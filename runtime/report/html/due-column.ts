// The starts that a replayed recording asked for, as a column of the report's timeline.

interface Due {
  readonly bucketSeconds: number;
  readonly starts: readonly number[];
}

/** What the plan of a run log says of them; null where nothing was replayed. */
export function dueOf(plan: unknown): Due | null {
  if (typeof plan !== 'object' || plan === null || !('due' in plan)) return null;
  const due = plan.due as Partial<Due> | null;
  return typeof due?.bucketSeconds === 'number' && Array.isArray(due.starts) ? (due as Due) : null;
}

/** Starts a second in each bucket of the timeline, whatever the lengths of either. */
export function dueColumn({ bucketSeconds, starts }: Due, time: readonly number[], size: number) {
  return time.map((from) => {
    let sum = 0;
    const last = Math.min(starts.length - 1, Math.ceil((from + size) / bucketSeconds) - 1);
    for (let i = Math.floor(from / bucketSeconds); i <= last; i++) {
      const begin = Math.max(from, i * bucketSeconds);
      const end = Math.min(from + size, (i + 1) * bucketSeconds);
      sum += ((starts[i] ?? 0) * (end - begin)) / bucketSeconds;
    }
    return sum / size;
  });
}
