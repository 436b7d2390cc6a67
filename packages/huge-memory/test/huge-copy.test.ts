import {
  type Architecture,
  Mm,
  type Page,
  pageCount,
  pageMapcount,
  type VirtualAddress,
  VM_READ,
  VM_WRITE,
  type Vma,
  walkToPmd,
  walkToPte,
} from '@pagerace/page-model';
import { expect, test } from 'vitest';
import { once, type System } from './system.js';

/** A mapping of a child that is to be. */
function childOf({ machine, memory, vma }: System): Vma {
  const child = new Mm(memory, 'child', [machine.cpu(1)]);
  const { start, anonVma } = vma;
  return child.mmap({ start, pages: 6, vmFlags: VM_READ | VM_WRITE, anonVma: anonVma! });
}

/** Copies the first entry above the last level. @returns whether that is all that is to be done */
function copied({ copy, vma }: System, dst: Vma): boolean {
  return copy.copyHugePmd(dst, vma, 0, walkToPmd(vma.mm, 0)!.pmdp);
}

/** Whether an entry maps the huge page, is young, and may be written to. */
function entryOf(arch: Architecture, mm: Mm, address: VirtualAddress = 0): readonly boolean[] {
  const { pmd } = walkToPmd(mm, address)!;
  const pte = arch.pmdPte(pmd);
  return [arch.pmdTransHuge(pmd), arch.pteYoung(pte), arch.pteWrite(pte)];
}

test('a huge page is shared as one, read-only in both', () => {
  const seen = once((system) => {
    const { arch, mapHuge, mapped, mm } = system;
    const dst = childOf(system);
    const head = mapHuge();
    const isOver = copied(system, dst);
    return [
      isOver,
      [entryOf(arch, mm), entryOf(arch, dst.mm)],
      [mapped(0) === head, mapped(0, dst.mm) === head],
      [pageCount(head), head.compoundMapcount.read(), pageMapcount(head)],
      [dst.mm.nrPtes.read(), dst.mm.pmdHugePte.read().length],
    ];
  });
  expect(seen).toEqual([
    true,
    [
      [true, false, false],
      [true, false, false],
    ],
    [true, true],
    [2, 1, 2],
    [1, 1],
  ]);
});

test('a huge page that may be pinned is split, and left to be copied', () => {
  const pinned = new Map<Page, number>();
  const seen = once(
    (system) => {
      const { arch, mapHuge, mapped, mm } = system;
      const dst = childOf(system);
      const head = mapHuge();
      mm.hasPinned.write(1);
      head._refcount.fetchAdd(1);
      head.compoundPincount.fetchAdd(1);
      pinned.set(head, 1);
      return [
        copied(system, dst),
        entryOf(arch, mm)[0],
        arch.pteWrite(walkToPte(mm, 0x10)!.ptep.read()),
        [mapped(0), mapped(0x10)].map((page) => page?.name),
        [mapped(0, dst.mm), dst.mm.nrPtes.read()],
      ];
    },
    () => pinned,
  );
  expect(seen).toEqual([false, false, true, ['huge16', 'huge16[1]'], [undefined, 0]]);
});

test('what is not huge any more is left to be copied', () => {
  const seen = once((system) => {
    const dst = childOf(system);
    system.user.userWrite(system.mm, 0, 1);
    return [copied(system, dst), system.mapped(0, dst.mm), dst.mm.nrPtes.read()];
  });
  expect(seen).toEqual([false, undefined, 0]);
});
