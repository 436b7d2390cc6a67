import { defineScenario } from '@pagerace/kernel';
import { KSM } from '@pagerace/ksm';
import { complete, Completion, current, TaskLocal, waitForCompletion } from '@pagerace/machine';
import { lockPage, lruAddDrain, unlockPage, VM_READ, VM_WRITE } from '@pagerace/page-model';
import { RMAP } from '@pagerace/rmap';
import { SWAP } from '@pagerace/swap';
import { VMSCAN } from '@pagerace/vmscan';
import { Findings } from '../findings.js';
import { hex } from '../hex.js';
import { referencesAreCounted } from '../madv-free/properties.js';
import { ownStoreIsKept, slotsAreCounted, storesAreConfined } from './properties.js';
import { INITIAL, STORED, UserPage } from './user-page.js';

export const swapExclusiveStaleMarker = defineScenario({
  id: 'swap-exclusive-stale-marker',
  title: 'B22m: the entry that a fault has read comes back without its marker',
  description:
    'A page is unmapped, with the marker in its swap entry. A store of the process on CPU 0 has read the entry, and is made to ' +
    'wait there. Meanwhile a load on CPU 1 maps the page again, ksmd makes it a KSM page that another process shares, and reclaim ' +
    'writes it to the slot that it still has: the entry is as it was, but for the marker. Fork, which clears markers, too, cannot ' +
    'come there, as it holds mmap_lock for writing; all these hold it for reading, as the fault does. do_swap_page() notices, as ' +
    'pte_same() compares every bit. By its slot alone the entry would pass, and a page that is shared would be mapped writable.',
  machine: { cpus: 2, pages: 8 },
  properties: [storesAreConfined, ownStoreIsKept, slotsAreCounted, referencesAreCounted],
  expected: [{ verdict: 'verified', because: 'pte_same() fails, and the access faults again' }],
  build(context) {
    const { get, machine, memory, property } = context;
    const [ksm, rmap, swap, vmscan] = [get(KSM), get(RMAP), get(SWAP), get(VMSCAN)];
    const app = new UserPage(context, context.process('app', 0, 1));
    const other = new UserPage(context, context.process('other', 1));
    swap.swapon({ pages: 1 });
    machine.boot(() => {
      for (const { mm, address } of [app, other])
        mm.mmap({ start: address, pages: 1, vmFlags: VM_READ | VM_WRITE });
      app.store('hi', INITIAL.hi);
      other.store('hi', INITIAL.hi);
      lruAddDrain(memory);
      const page = app.mapped()!;
      lockPage(page);
      swap.addToSwap(page);
      rmap.tryToUnmap(page, {});
      unlockPage(page);
    });
    // The store stops where it has read the entry, before it looks for the page.
    const entryRead = new Completion('entry read');
    const entryChanged = new Completion('entry changed');
    const hasStopped = new TaskLocal(() => false);
    const lookupSwapCache = swap.lookupSwapCache.bind(swap);
    swap.lookupSwapCache = (entry) => {
      if (current().cpu === machine.cpu(0) && !hasStopped.get()) {
        hasStopped.set(true);
        complete(entryRead);
        waitForCompletion(entryChanged);
      }
      return lookupSwapCache(entry);
    };
    machine.cpu(0).run('app', () => {
      app.store('hi');
    });
    machine.cpu(1).run('others', () => {
      waitForCompletion(entryRead);
      app.load('hi');
      ksm.cmpAndMergePage(app, other);
      app.age();
      other.age();
      vmscan.shrinkInactiveList('inactive_anon');
      complete(entryChanged);
    });
    return machine.program(() => {
      const findings = new Findings();
      property(referencesAreCounted.id).applies();
      const [own, theirs] = [app.atEnd().hi, other.atEnd().hi];
      findings.demand(
        property(storesAreConfined.id),
        theirs === INITIAL.hi,
        () => `the other process loads ${hex(theirs)}, which it has not stored`,
      );
      findings.demand(
        property(ownStoreIsKept.id),
        own === STORED,
        () => `the process has stored ${hex(STORED)}, and loads ${hex(own)}`,
      );
      const miscounted = swap.swapMapError();
      findings.demand(property(slotsAreCounted.id), miscounted === undefined, () => miscounted!);
      findings.conclude();
    });
  },
});
