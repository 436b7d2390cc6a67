import type { VirtualAddress } from '../address.js';
import type { Mm } from '../mm/mm-struct.js';
import { mmuNotifierRegister } from '../mm/mmu-notifier.js';

/** When a notifier was called, for which addresses, and what was seen then. */
export type Notification<T> = readonly [
  when: 'start' | 'end' | 'page',
  start: VirtualAddress,
  end: VirtualAddress,
  seen: T,
];

/** Registers a notifier during set-up that looks at something each time. @returns what it will be told */
export function notified<T>(mm: Mm, look: () => T): readonly Notification<T>[] {
  const told: Notification<T>[] = [];
  mmuNotifierRegister(mm, {
    invalidateRangeStart: (_mm, start, end) => void told.push(['start', start, end, look()]),
    invalidateRangeEnd: (_mm, start, end) => void told.push(['end', start, end, look()]),
    invalidatePage: (_mm, address) =>
      void told.push(['page', address, address + mm.memory.pageSize, look()]),
  });
  return told;
}
