import { describe, expect, test } from 'vitest';
import { byteAt, putPage } from '../src/index.js';
import { explored, once, violated } from './system.js';

test('bytes fill a half by being repeated', () => {
  const bytes = once(({ page }) => {
    page.contents.writeHalf('hi', 'y\n');
    return [0, 7, 8, 9, 14, 15].map((offset) => page.contents.load(offset));
  });
  expect(bytes).toEqual([0, 0, 0x79, 0x0a, 0x79, 0x0a]);
  expect(byteAt('abc', 4)).toBe(0x62);
});

test('storing a byte fills the half that it is in, and only that', () => {
  const bytes = once(({ page }) => {
    page.contents.store(3, 0x41);
    return [0, 7, 8].map((offset) => page.contents.load(offset));
  });
  expect(bytes).toEqual([0x41, 0x41, 0]);
});

test('a copy is one of both halves', () => {
  const bytes = once(({ memory, page }) => {
    page.contents.writeHalf('hi', 'z');
    const copy = memory.allocator.allocPage();
    copy.contents.copyFrom(page.contents);
    page.contents.writeHalf('lo', 'x');
    return [copy.contents.readHalf('lo'), copy.contents.readHalf('hi')];
  });
  expect(bytes).toEqual(['\0', 'z']);
});

describe('use after free', () => {
  test('a read of a page that may have been freed', () => {
    expect(
      violated(({ machine, page }) => {
        machine.cpu(0).run('reader', () => page.contents.load(0));
        machine.cpu(1).run('owner', () => putPage(page));
        return undefined;
      }),
    ).toEqual(['use-after-free']);
  });

  test('a DMA write to a page that may have been freed', () => {
    expect(
      violated(({ machine, page }) => {
        machine.agent('nvme0').run(() => page.contents.writeHalf('lo', 'y'));
        machine.cpu(1).run('owner', () => putPage(page));
        return undefined;
      }),
    ).toEqual(['use-after-free']);
  });

  test('a DMA write to a page that was freed and given out again', () => {
    const { violations } = explored(({ machine, memory, page }) => {
      machine.cpu(0).run('driver', () => {
        const generation = page.allocation.check('mapping of');
        putPage(page);
        memory.allocator.allocPage();
        page.contents.writeHalf('lo', 'y', generation);
      });
      return undefined;
    });
    expect(violations).toMatchObject([
      {
        property: 'use-after-free',
        message: 'write to page1, which was freed and given out again',
      },
    ]);
  });

  test('a read of a page that was never written', () => {
    expect(
      violated(({ machine, memory }) => {
        machine.cpu(0).run('reader', () => memory.allocator.allocPage().contents.load(0));
        return undefined;
      }),
    ).toEqual(['use-after-free']);
  });
});
