import { GUP_PIN_COUNTING_BIAS, mappedPage, pageRefAdd, unpinUserPage } from '@pagerace/page-model';
import { expect, test } from 'vitest';
import { RefusePinned, TakePinned, WaitForPinned } from '../src/replace-pinned.js';
import { explored, once, type System } from './system.js';

const WRITTEN = 0x79;

/** The first page of the file, dirty, and pinned by a driver. */
function pinnedPage(system: System) {
  system.user.userWrite(system.mm, 0, WRITTEN);
  const page = system.page();
  pageRefAdd(page, GUP_PIN_COUNTING_BIAS);
  return page;
}

const changes = {
  truncate: ({ file, truncate }: System) => truncate.doTruncate(file, 0),
  'hole punch': ({ file, truncate }: System) => truncate.vfsFallocate(file, 0, 1),
};

test.each([
  ['truncate', new TakePinned(), undefined, false],
  ['hole punch', new TakePinned(), undefined, false],
  ['truncate', new RefusePinned(), 'EBUSY', true],
  ['hole punch', new RefusePinned(), 'EBUSY', true],
] as const)('%s of a pinned page, %o: %s', (change, pinned, outcome, stays) => {
  const seen = once(
    (system) => {
      const page = pinnedPage(system);
      const is = changes[change](system);
      const size = system.file.iSize.read();
      const isThere = system.file.pageAt(0) === page;
      const isMapped = mappedPage(system.mm, 0) !== undefined;
      unpinUserPage(page);
      return [is, isThere, isMapped, size];
    },
    undefined,
    { pinned },
  );
  expect(seen).toEqual([outcome, stays, false, stays || change === 'hole punch' ? 2 : 0]);
});

test.each(['truncate', 'hole punch'] as const)('%s waits until a page is not pinned', (change) => {
  const { verdict } = explored(
    (system) => {
      const { machine, file } = system;
      const page = machine.boot(() => pinnedPage(system));
      machine.cpu(0).run('truncate', () => {
        changes[change](system);
        return file.pageAt(0);
      });
      machine.agent('device').run(() => {
        page.contents.writeHalf('lo', 'd');
        const isHeld = file.pageAt(0) === page;
        unpinUserPage(page);
        return isHeld;
      });
      return ({ truncate, device }) => {
        expect([truncate, device]).toEqual([null, true]);
      };
    },
    { pinned: new WaitForPinned() },
  );
  expect(verdict).toBe('verified');
});
