import { UsageError } from './failure.js';

/** How much of a run to explore, and in which order. */
export type Strategy = {
  readonly maximumExecutions?: number;
  readonly maximumMilliseconds?: number;
} & (
  | { readonly kind: 'exhaustive' | 'first' }
  | { readonly kind: 'bounded'; /** Preemptions. */ readonly bound: number }
  | {
      readonly kind: 'random';
      readonly seed: number;
      readonly samples: number;
      /** How many ordering constraints a bug needs that is to be found. */
      readonly depth: number;
    }
);

/** The options of a command that explores, as commander reads them. */
export interface StrategyOptions {
  readonly strategy?: Strategy['kind'];
  readonly bound?: number;
  readonly seed?: number;
  readonly samples?: number;
  readonly depth?: number;
  readonly maxExecutions?: number;
  readonly timeout?: number;
}

const belongsTo = { bound: 'bounded', seed: 'random', samples: 'random', depth: 'random' } as const;

/** @throws {UsageError} for options that do not go together */
export function strategyOf(options: StrategyOptions): Strategy {
  const given = (Object.keys(belongsTo) as (keyof typeof belongsTo)[]).filter(
    (name) => options[name] !== undefined,
  );
  const kind = options.strategy ?? (given[0] === undefined ? 'exhaustive' : belongsTo[given[0]]);
  for (const name of given) {
    if (belongsTo[name] !== kind) {
      throw new UsageError(`--${name} goes with --strategy ${belongsTo[name]}, not with ${kind}`);
    }
  }
  const limits = {
    ...(options.maxExecutions === undefined ? {} : { maximumExecutions: options.maxExecutions }),
    ...(options.timeout === undefined ? {} : { maximumMilliseconds: options.timeout * 1000 }),
  };
  switch (kind) {
    case 'exhaustive':
    case 'first':
      return { kind, ...limits };
    case 'bounded':
      return { kind, bound: options.bound ?? 2, ...limits };
    case 'random':
      return {
        kind,
        seed: options.seed ?? 1,
        samples: options.samples ?? 10_000,
        depth: options.depth ?? 3,
        ...limits,
      };
  }
}
