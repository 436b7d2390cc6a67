import {
  AddressSpace,
  ClearPageDirty,
  Mm,
  PageDirty,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@pagerace/page-model';
import { shmem } from '@pagerace/shmem';
import { expect, test } from 'vitest';
import { once } from './system.js';

test('zap_pte_range() makes a page of a file dirty that was written to through the entry', () => {
  const dirty = once(({ fork, machine, memory, user }) => {
    const file = new AddressSpace(memory, 'file', 1, shmem);
    const mm = new Mm(memory, 'other', [machine.cpu(0)]);
    mm.mmap({ start: 0, pages: 1, vmFlags: VM_READ | VM_WRITE | VM_SHARED, file });
    user.userWrite(mm, 0, 0x79);
    const page = file.pageAt(0)!;
    ClearPageDirty(page);
    fork.zapPage(mm, 0);
    return PageDirty(page);
  });
  expect(dirty).toBe(true);
});
