import { Fence, fenceName, type Step } from '@pagerace/explorer';
import { ascii } from '../ascii.js';
import { shorten } from '../wrap.js';
import type { Place } from './annotation.js';
import { isAcquire, isPlain, isProse, isRelease } from './primitive.js';

/** What the words for a step depend on beside the step. */
export interface StepContext {
  readonly steps: readonly Step[];
  readonly threadNames: readonly string[];
  /** The memory model's id: under `tso` a write that is not seen waits in a store buffer. */
  readonly model: string | undefined;
  readonly format: (step: Step, value: unknown) => string;
}

const kernelFences: Readonly<Record<number, string>> = {
  [Fence.compiler]: 'barrier()',
  [Fence.full]: 'smp_mb()',
  [Fence.read]: 'smp_rmb()',
  [Fence.write]: 'smp_wmb()',
};

const longestValue = 40;

/** What a step did, in one line of printable ASCII. */
export function stepText(step: Step, place: Place, context: StepContext): string {
  return ascii(words(step, place.primitive, context));
}

function words(step: Step, primitive: string | undefined, context: StepContext): string {
  const value = (of: unknown): string => shorten(context.format(step, of), longestValue);
  switch (step.operation) {
    case 'fence':
      return primitive === undefined
        ? (kernelFences[step.detail] ?? `${fenceName(step.detail)} fence`)
        : call(primitive, '');
    case 'choice':
      return `${primitive === undefined ? '' : `${primitive}: `}takes alternative ${String(step.detail)}`;
    case 'spawn':
      return `starts ${nameOf(step.detail, context)}`;
    case 'join':
      return `waited for the end of ${nameOf(step.detail, context)}`;
    case 'read':
    case 'write':
    case 'update':
  }
  const plain = isPlain(primitive);
  const subject = plain ? step.cell : call(primitive!, step.cell);
  if (
    isAcquire(primitive) ||
    isRelease(primitive) ||
    (primitive !== undefined && isProse(primitive))
  ) {
    return (
      (isAcquire(primitive) && step.operation === 'read' ? `${subject} fails` : subject) +
      staleness(step, context, value)
    );
  }
  if (step.operation === 'read') {
    return `${plain ? `reads ${step.cell}: ` : `${subject} reads `}${value(step.before)}${staleness(step, context, value)}`;
  }
  const change =
    step.before === step.after
      ? `stays ${value(step.after)}`
      : `${value(step.before)} -> ${value(step.after)}`;
  return `${subject} ${change}${staleness(step, context, value)}`;
}

function call(primitive: string, cell: string): string {
  if (isProse(primitive)) return cell === '' ? primitive : `${primitive} (${cell})`;
  return `${primitive}(${cell})`;
}

function nameOf(thread: number, { threadNames }: StepContext): string {
  return threadNames[thread] ?? `thread ${String(thread)}`;
}

/** Which newer writes the step missed, or went under. */
function staleness(step: Step, context: StepContext, value: (of: unknown) => string): string {
  const newest = step.missed.at(-1);
  if (newest !== undefined) {
    const write = context.steps[newest]!;
    const others = step.missed.length > 1 ? ` and ${String(step.missed.length - 1)} before it` : '';
    const why = context.model === 'tso' ? 'still in its store buffer' : 'not visible here yet';
    return `, misses ${write.threadName}'s write of ${value(write.after)}${others} (${why})`;
  }
  if (step.under > 0) {
    const newer = step.under === 1 ? 'a newer write' : `${String(step.under)} newer writes`;
    return context.model === 'tso'
      ? `, but reaches memory before ${newer}`
      : `, but goes under ${newer}`;
  }
  return '';
}
