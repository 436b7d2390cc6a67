import type { Incompleteness, Result } from '@pagerace/explorer';
import { count, counted } from './number.js';

/** How good the news is that a verdict brings; for its mark and its colour. */
export type Tone = 'good' | 'bad' | 'unclear' | 'error';

export const marks: Readonly<Record<Tone, string>> = {
  good: '\u2713',
  bad: '\u2717',
  unclear: '~',
  error: '!',
};

export function toneOf({ verdict }: Result): Tone {
  switch (verdict) {
    case 'verified':
      return 'good';
    case 'violated':
    case 'deadlock':
      return 'bad';
    case 'bounded':
    case 'vacuous':
      return 'unclear';
    case 'model error':
      return 'error';
  }
}

const endings: Readonly<Record<Incompleteness, string>> = {
  'first violation': 'stopped at the first',
  interrupted: 'interrupted',
  'time limit': 'time limit',
  'execution limit': 'execution limit',
  'thread length': 'a thread was cut off',
  'context bound': 'context bound',
  sampling: 'sampled',
  replay: 'replayed',
};

/**
 * A verdict in a few words, with the counts that it rests on, and what is allowed and was seen: what stands in a
 * cell of a table.
 */
export function verdictText(result: Result): string {
  const seen = new Map<string, number>();
  for (const { property, executions } of result.observations ?? [])
    seen.set(property, (seen.get(property) ?? 0) + executions);
  return [
    bareVerdictText(result),
    ...[...seen].map(([property, executions]) => `allowed: ${property} (${count(executions)})`),
  ].join('; ');
}

function bareVerdictText(result: Result): string {
  const early = result.incomplete === undefined ? '' : `, ${endings[result.incomplete]}`;
  switch (result.verdict) {
    case 'verified':
      return `verified, ${counted(result.executions, 'execution')}`;
    case 'violated': {
      const properties = new Map<string, number>();
      for (const { property, executions } of result.violations) {
        if (property === 'deadlock') continue;
        properties.set(property, (properties.get(property) ?? 0) + executions);
      }
      const all = count(result.executions);
      if (properties.size === 1)
        return `${[...properties.keys()].join('')} (${count(result.violating)} of ${all}${early})`;
      // An execution counts once: under all the properties that it violates.
      const each = [...properties].map(([property, executions]) => {
        const isPart = [...properties.keys()].some((other) => violatesMore(other, property));
        return `${property}${isPart ? ' alone' : ''} ${count(executions)}`;
      });
      return `${each.join(', ')} (of ${all}${early})`;
    }
    case 'deadlock':
      return `deadlock (${count(result.deadlocks)} of ${count(result.executions + result.deadlocks)}${early})`;
    case 'bounded':
      return `nothing found in ${counted(result.executions, 'execution')}${early}`;
    case 'vacuous':
      return result.neverCovered.length > 0
        ? `vacuous: never happened: ${result.neverCovered.join('; ')}`
        : 'vacuous: no execution';
    case 'model error':
      return 'model error';
  }
}

/** Whether the executions that violate `all`, joined by `&`, violate every one of `some` and others. */
function violatesMore(all: string, some: string): boolean {
  const joined = all.split(' & ');
  return all !== some && some.split(' & ').every((property) => joined.includes(property));
}
