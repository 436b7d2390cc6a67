import type { Cell } from '@pagerace/explorer';

const formats = new WeakMap<object, (value: unknown) => string>();

/** Says how a trace is to write the values of a cell. @returns the cell */
export function formatted<T>(cell: Cell<T>, format: (value: T) => string): Cell<T> {
  formats.set(cell, format as (value: unknown) => string);
  return cell;
}

/** A cell's value as a trace writes it. */
export function formatValue(cell: Cell<unknown>, value: unknown): string {
  return formats.get(cell)?.(value) ?? String(value);
}
