import { assert, type Result } from '@pagerace/explorer';
import {
  mappedPage,
  mmuNotified,
  mmuNotifierInvalidatePage,
  withPteLocked,
} from '@pagerace/page-model';
import { describe, expect, test } from 'vitest';
import { InsertIntervalNotifier, RegisterMmuNotifier } from '../src/index.js';
import { explored, once, type Options } from './system.js';

/** The device writes while the kernel counts on the page not to change. */
function race(options: Options): Result {
  return explored(({ machine, mm, mirror }) => {
    const { contents } = mappedPage(mm, 0)!;
    machine.cpu(0).run('driver', () => {
      mirror.write('lo', 'd');
    });
    machine.cpu(1).run('kernel', () => {
      mmuNotified(mm, 0, 0x10, () => {
        const before = contents.readHalf('lo');
        assert(contents.readHalf('lo') === before, 'the device has not stopped');
      });
    });
    return () => {
      assert(contents.readHalf('lo') === 'd', 'the write is lost');
    };
  }, options);
}

describe.each([{ notifiers: RegisterMmuNotifier }, { notifiers: InsertIntervalNotifier }])(
  '$notifiers.name',
  ({ notifiers }) => {
    test('the device has the page until the kernel says that it changes', () => {
      const seen = once(
        ({ mm, mirror }) => {
          mirror.write('lo', 'd');
          const page = mappedPage(mm, 0)!;
          const before = mirror.device.page === page;
          mmuNotified(mm, 0x10, 0x20, () => undefined);
          const elsewhere = mirror.device.page === page;
          const during = mmuNotified(mm, 0, 0x10, () => mirror.device.page);
          return [before, elsewhere, during, page.contents.readHalf('lo')];
        },
        undefined,
        { notifiers },
      );
      expect(seen).toEqual([true, true, undefined, 'd']);
    });

    test.each([{ sleeps: true }, { sleeps: false }])(
      'what is invalidated does not change, and the write comes in the end: %j',
      ({ sleeps }) => {
        expect(race({ notifiers, sleeps }).verdict).toBe('verified');
      },
    );

    test.each([
      { rule: { waits: false, retries: true } },
      { rule: { waits: true, retries: false } },
    ])('without one of its rules it may change: %j', ({ rule }) => {
      const { verdict, violations } = race({ notifiers, rule });
      expect(verdict).toBe('violated');
      expect(violations[0]!.message).toContain('the device has not stopped');
    });
  },
);

test('a driver that sleeps must not be told of a page under the PTL', () => {
  const told = (sleeps: boolean): Result =>
    explored(
      ({ machine, mm, mirror }) => {
        machine.cpu(0).run('kernel', () => {
          withPteLocked(mm, 0, () => {
            mmuNotifierInvalidatePage(mm, 0);
          });
        });
        return () => {
          assert(mirror.device.page === undefined, 'the device has the page');
        };
      },
      { sleeps },
    );
  expect(told(false).verdict).toBe('verified');
  expect(told(true).violations.map(({ property }) => property)).toEqual(['sleep-in-atomic']);
});

test('who is told of a page does not map what was read before', () => {
  const { verdict } = explored(
    ({ machine, mm, mirror }) => {
      const { contents } = mappedPage(mm, 0)!;
      machine.cpu(0).run('driver', () => {
        mirror.write('lo', 'd');
      });
      machine.cpu(1).run('kernel', () => {
        withPteLocked(mm, 0, (ptep) => {
          const entry = ptep.exchange(0n);
          mmuNotifierInvalidatePage(mm, 0);
          const before = contents.readHalf('lo');
          assert(contents.readHalf('lo') === before, 'the device has not stopped');
          ptep.write(entry);
        });
      });
      return undefined;
    },
    { sleeps: false },
  );
  expect(verdict).toBe('verified');
});
