import { type MemoryModel } from './memory-model.js';

/** A value in an error message; of a text, not more than so many letters. */
export function shown(value: unknown, letters = 40): string {
  if (typeof value === 'string')
    return `"${value.length > letters ? `${value.slice(0, letters)}…` : value}"`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/**
 * @param of the function that was called
 * @throws {TypeError} where no memory model was given, or something else
 */
export function mustBeModel(model: unknown, of: string): asserts model is MemoryModel {
  if (
    typeof model === 'object' &&
    model !== null &&
    ['floor', 'isConsistent', 'added'].every(
      (name) => typeof (model as Record<string, unknown>)[name] === 'function',
    )
  ) {
    return;
  }
  const given =
    model === undefined ? 'needs a memory model' : `takes a memory model, not ${shown(model)}`;
  throw new TypeError(`${of}() ${given}: one of @pagerace/memory-models, such as { model: sc }`);
}

/** @throws {RangeError} where `value` is not a number from `least` up; Infinity is one */
export function mustBeAtLeast(least: number, value: unknown, name: string): void {
  if (typeof value === 'number' && value >= least) return;
  throw new RangeError(`${name} is ${shown(value)}: it must be a number from ${String(least)} up`);
}

/** @throws {RangeError} where `value` is none of these */
export function mustBeOneOf(known: readonly string[], value: unknown, name: string): void {
  if (known.includes(value as string)) return;
  throw new RangeError(`${name} is ${shown(value)}: it must be ${known.join(' or ')}`);
}
