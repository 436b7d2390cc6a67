import { ascii } from './ascii.js';

/** How an object spells itself, if it does other than by Object's default. */
function ownText(value: object): string | undefined {
  const { toString } = value as { toString: () => string };
  return toString === Object.prototype.toString || Array.isArray(value)
    ? undefined
    : toString.call(value);
}

function text(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'symbol':
      return String(value);
    case 'undefined':
      return 'none';
    case 'function':
      return value.name;
    case 'object': {
      if (value === null) return 'none';
      const own = ownText(value);
      if (own !== undefined) return own;
      if ('name' in value && typeof value.name === 'string') return value.name;
      if (depth === 0) return Array.isArray(value) ? '[...]' : '{...}';
      if (Array.isArray(value)) return `[${value.map((item) => text(item, depth - 1)).join(', ')}]`;
      const fields = Object.entries(value).map(
        ([name, field]) => `${name}: ${text(field, depth - 1)}`,
      );
      return `{${fields.join(', ')}}`;
    }
  }
}

/** A value of a cell as a report writes it, where the cell's owner does not say otherwise. */
export function valueText(value: unknown): string {
  return ascii(text(value, 2));
}
