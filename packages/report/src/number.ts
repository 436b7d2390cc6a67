/** A count with its thousands apart: `1,044`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** As {@link count}, with the noun in its number: `1 execution`, `1,044 executions`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${Math.round(value) === 1 ? one : many}`;
}

/** What stands for a number that is not finite. */
export const unknown = 'unknown';

/** A large count in three digits: `812`, `81,200`, `1.25 million`, `3e+12`. */
export function roughly(value: number): string {
  if (!Number.isFinite(value)) return unknown;
  const rounded = Number(value.toPrecision(3));
  if (rounded < 1e6) return count(rounded);
  if (rounded < 1e9) return `${String(rounded / 1e6)} million`;
  if (rounded < 1e12) return `${String(rounded / 1e9)} billion`;
  return rounded.toExponential();
}

/** A time as a person says it: `300 ms`, `2.5 s`, `12 s`, `3 min`, `2.5 h`, `4 days`, `30 years`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (!Number.isFinite(seconds)) return unknown;
  if (seconds < 0.95) return `${String(Math.max(1, Math.round(milliseconds)))} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${seconds.toFixed(0)} s`;
  if (seconds < 5_970) return `${(seconds / 60).toFixed(0)} min`;
  if (seconds < 172_800) return `${(seconds / 3600).toFixed(1)} h`;
  if (seconds < 63_072_000) return `${roughly(seconds / 86_400)} days`;
  return `${roughly(seconds / 31_557_600)} years`;
}

/** Memory in the unit that fits: `85 MB`, `1.2 GB`. */
export function bytes(value: number): string {
  return value < 1e9 ? `${(value / 1e6).toFixed(0)} MB` : `${(value / 1e9).toFixed(1)} GB`;
}
