import { Fence, fenceName, type Step, type Trace } from '@pagerace/explorer';
import { delayedWrite } from '@pagerace/memory-models';
import { ascii } from '../ascii.js';
import { shorten } from '../wrap.js';
import { lifetimeText } from './lifetime.js';
import { isAcquire, isConditional, isPlain, isProse, isRelease } from './primitive.js';

/** What the words for a step depend on beside the step. */
export interface StepContext {
  readonly trace: Trace;
  /** The memory model's id: under `tso` a store buffer explains why a read misses a newer write. */
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

/**
 * What a step did, in one line of printable ASCII.
 *
 * @param primitive the kernel's spelling of the operation
 * @param name what the operation goes by here: the primitive or a small function around it
 */
export function stepText(
  step: Step,
  primitive: string | undefined,
  name: string | undefined,
  context: StepContext,
): string {
  return ascii(words(step, primitive, name, context));
}

function words(
  step: Step,
  primitive: string | undefined,
  name: string | undefined,
  context: StepContext,
): string {
  const value = (of: unknown): string =>
    shorten(context.format(step, of), longestValue) || '(empty)';
  switch (step.operation) {
    case 'fence':
      if (name === undefined) return kernelFences[step.detail] ?? `${fenceName(step.detail)} fence`;
      return isProse(name) || name.endsWith(')') ? name : `${name}()`;
    case 'choice':
      return `${name === undefined ? '' : `${name}: `}takes alternative ${String(step.detail)}`;
    case 'spawn':
      return `starts ${nameOf(step.detail, context)}`;
    case 'join':
      return `waited for the end of ${nameOf(step.detail, context)}`;
    case 'read':
    case 'write':
    case 'update':
  }
  const stale = staleness(step, context, value);
  const lifetime = primitive === undefined ? lifetimeText(step) : undefined;
  if (lifetime !== undefined) return lifetime + stale;
  if (name !== undefined && isProse(name)) return `${name} (${ownerOf(step.cell)})${stale}`;
  const plain = name === undefined || isPlain(name);
  const subject = plain ? step.cell : `${name}(${ownInterrupts(step.cell) ? '' : step.cell})`;
  if (isAcquire(primitive) || isRelease(primitive)) {
    return `${subject}${isAcquire(primitive) && step.operation === 'read' ? ' fails' : ''}${stale}`;
  }
  if (step.operation === 'read') {
    if (isConditional(primitive)) return `${subject} fails, reads ${value(step.before)}${stale}`;
    return `${plain ? `reads ${step.cell}: ` : `${subject} reads `}${value(step.before)}${stale}`;
  }
  const change =
    step.before === step.after
      ? `stays ${value(step.after)}`
      : `${value(step.before)} -> ${value(step.after)}`;
  return `${subject} ${change}${stale}`;
}

/** A CPU as one side of what the machine does: `cpu0` of `cpu0.interrupts_off`. */
function ownerOf(cell: string): string {
  return cell.replace(/\.(interrupts_off|rcu_readers|preemption_off)$/, '');
}

/** Whether the cell is the CPU's own state, which a call does not name. */
function ownInterrupts(cell: string): boolean {
  return ownerOf(cell) !== cell;
}

function nameOf(thread: number, { trace }: StepContext): string {
  return trace.threadNames[thread] ?? `thread ${String(thread)}`;
}

/** Which newer writes the step missed, or went under. */
function staleness(step: Step, context: StepContext, value: (of: unknown) => string): string {
  const newest = step.missed.at(-1);
  if (newest !== undefined) {
    const write = context.trace.steps[newest]!;
    const others = step.missed.length > 1 ? ` and ${String(step.missed.length - 1)} before it` : '';
    const why = context.model === 'tso' ? bufferText(step, write, context) : undefined;
    return `, misses ${write.threadName}'s write of ${value(write.after)}${others} (${why ?? 'not visible here yet'})`;
  }
  if (step.under > 0) {
    const [write, ...others] = newerWrites(step, context.trace.steps);
    const newer =
      write === undefined
        ? 'newer writes'
        : `${write.threadName}'s write of ${value(write.after)}${others.length > 0 ? ` and ${String(others.length)} after it` : ''}`;
    return context.model === 'tso'
      ? `, but reaches memory before ${newer}`
      : `, but goes under ${newer}`;
  }
  return '';
}

/** Whose store buffer makes a read miss a newer write, and what is in it; undefined if that is not known. */
function bufferText(read: Step, missed: Step, { trace, format }: StepContext): string | undefined {
  // Of several that were missed, the oldest is the one that the read comes before.
  const oldest = trace.steps[read.missed[0]!]!;
  const event = delayedWrite(trace.graph, read.event, oldest.event);
  const write = trace.steps.find((step) => step.event === event);
  if (write === undefined) return undefined;
  if (write === missed) return 'still in its store buffer';
  const text = `${write.threadName}'s write of ${shorten(format(write, write.after), longestValue)} to ${write.cell}`;
  return write.thread === read.thread
    ? `it runs ahead of ${text}, which is still in the store buffer`
    : `${text} is still in its store buffer`;
}

/** The writes that are told before this one and that it went under, the oldest first. */
function newerWrites(write: Step, steps: readonly Step[]): readonly Step[] {
  const order: Step[] = [];
  for (const step of steps) {
    if (step === write) return order.slice(order.length - write.under);
    if (step.cell !== write.cell || step.operation === 'read') continue;
    order.splice(order.length - step.under, 0, step);
  }
  return [];
}
