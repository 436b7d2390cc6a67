import { describe, expect, it } from 'vitest';
import { wrap } from '../src/index.js';
import { columns } from '../src/timeline/columns.js';

describe('columns', () => {
  it('are even while each has room', () => {
    expect(columns([20, 49], 100).map(({ offset, width }) => [offset, width])).toEqual([
      [0, 49],
      [51, 49],
    ]);
  });

  it('share the page by what they need while all of them fit', () => {
    const [left, right] = columns([40, 56], 100);
    expect(left!.width).toBeLessThan(right!.width);
    expect(right!.offset).toBeGreaterThanOrEqual(left!.width + 2);
    expect(right!.offset + right!.width).toBeLessThanOrEqual(100);
  });

  it('overlap if they must; then no line begins where another column does', () => {
    const layout = columns([58, 58, 40], 100);
    for (const [nth, { offset, width, indentation }] of layout.entries()) {
      expect(offset + width).toBeLessThanOrEqual(100);
      const next = layout[nth + 1];
      if (next !== undefined) expect(offset + indentation).toBeLessThan(next.offset);
    }
  });
});

describe('a long word', () => {
  it('is broken after a parenthesis, a comma or a dot', () => {
    expect(wrap('READ_ONCE(app.pte(7f7c10400000)[24]) reads none', 24, 2)).toEqual([
      'READ_ONCE(app.pte(',
      '  7f7c10400000)[24])',
      '  reads none',
    ]);
  });

  it('is shortened where there is no such place', () => {
    expect(wrap('abcdefghijklmnopqrstuvwxyz', 10)).toEqual(['abcdefg...']);
  });
});
