import type { Deviation } from './linearization.js';
import { shown } from './options.js';

/**
 * The short text that names one execution of one program, and replays it.
 *
 * It holds a format version, a digest of what the program is (so that an id of another program is
 * told from a damaged one), the threads' turns, the deviations, and a checksum; in base 32 without
 * letters that are mistaken for digits (Crockford's alphabet), in lower case.
 */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const version = 1;

export interface ExecutionPlan {
  readonly threads: readonly number[];
  readonly deviations: readonly Deviation[];
}

/** The id is not one: damaged, of another format, or of another program. */
export class ExecutionIdError extends Error {
  override readonly name = 'ExecutionIdError';

  /** @param isOfAnother whether the id is whole, and of another program */
  constructor(
    message: string,
    readonly isOfAnother = false,
  ) {
    super(message);
  }
}

/** The FNV-1a hash of a text or of bytes, 32 bits. */
function fnv1a(data: string | readonly number[]): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < data.length; i++) {
    hash ^= typeof data === 'string' ? data.charCodeAt(i) : data[i]!;
    hash = Math.imul(hash, 0x01000193) >>> 0;
  }
  return hash;
}

function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
}

/**
 * @param fingerprint names the program and everything that its executions depend on
 */
export function encodeExecutionId(plan: ExecutionPlan, fingerprint: string): string {
  const bytes: number[] = [version];
  const digest = fnv1a(fingerprint);
  bytes.push(digest & 0xff, (digest >>> 8) & 0xff, (digest >>> 16) & 0xff);
  const turns: [thread: number, steps: number][] = [];
  for (const thread of plan.threads) {
    const turn = turns.at(-1);
    if (turn?.[0] === thread) turn[1]++;
    else turns.push([thread, 1]);
  }
  pushNumber(bytes, turns.length);
  for (const [thread, steps] of turns) {
    pushNumber(bytes, thread);
    pushNumber(bytes, steps);
  }
  let before = 0;
  for (const { step, by } of plan.deviations) {
    pushNumber(bytes, step - before);
    pushNumber(bytes, by);
    before = step;
  }
  const checksum = fnv1a(bytes);
  bytes.push(checksum & 0xff, (checksum >>> 8) & 0xff);
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(held >>> bits) & 31]!;
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + alphabet[(held << (5 - bits)) & 31]! : text;
}

/** @throws {ExecutionIdError} */
export function decodeExecutionId(id: string, fingerprint: string): ExecutionPlan {
  const text = shown(id, 100);
  if (typeof id !== 'string') throw new ExecutionIdError(`${text} is not an execution id`);
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of id.trim().toLowerCase()) {
    const value = alphabet.indexOf(letter);
    if (value < 0)
      throw new ExecutionIdError(`${text} is not an execution id: it contains "${letter}"`);
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >>> bits) & 0xff);
      held &= (1 << bits) - 1;
    }
  }
  if (bytes.length < 7)
    throw new ExecutionIdError(`${text} is not an execution id: it is too short`);
  // What encoding leaves over is less than a letter, and nothing.
  if (bits >= 5 || held !== 0) {
    throw new ExecutionIdError(
      `the execution id ${text} is damaged: it has letters too many or too few`,
    );
  }
  const body = bytes.slice(0, -2);
  const checksum = fnv1a(body);
  if (bytes.at(-2) !== (checksum & 0xff) || bytes.at(-1) !== ((checksum >>> 8) & 0xff)) {
    throw new ExecutionIdError(
      `the execution id ${text} is damaged: its checksum does not match; was it copied whole?`,
    );
  }
  if (body[0] !== version) {
    throw new ExecutionIdError(
      `the execution id ${text} has format ${String(body[0])}, and this version reads format ${String(version)}`,
    );
  }
  const digest = fnv1a(fingerprint);
  if (
    body[1] !== (digest & 0xff) ||
    body[2] !== ((digest >>> 8) & 0xff) ||
    body[3] !== ((digest >>> 16) & 0xff)
  ) {
    throw new ExecutionIdError(
      `the execution id ${text} is of another program than ${fingerprint}: of another scenario, kernel, architecture, memory model or version`,
      true,
    );
  }
  let at = 4;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = body[at++];
      if (byte === undefined) throw new ExecutionIdError(`the execution id ${text} is truncated`);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const threads: number[] = [];
  for (let turns = next(); turns > 0; turns--) {
    const thread = next();
    for (let steps = next(); steps > 0; steps--) threads.push(thread);
  }
  const deviations: Deviation[] = [];
  for (let before = 0; at < body.length;) {
    before += next();
    deviations.push({ step: before, by: next() });
  }
  return { threads, deviations };
}
