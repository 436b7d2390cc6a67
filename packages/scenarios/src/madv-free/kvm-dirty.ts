import { GET_USER_PAGES, type GetUserPages, type GupFlags } from '@pagerace/gup';
import { defineScenario } from '@pagerace/kernel';
import { kernelFunction } from '@pagerace/machine';
import { type Page, SetPageDirty } from '@pagerace/page-model';
import { madvFreeRefcountCheck } from '@pagerace/rmap';
import { hex } from '../hex.js';
import { DirectReadRace } from './direct-read-race.js';
import { freeIsUntouched, guestWriteIsSeen, referencesAreCounted } from './properties.js';

const written = 0x79;
const flags: GupFlags = { write: true, fastOnly: true };

/** What KVM does with a page of the guest that it writes to itself (virt/kvm/kvm_main.c, v5.17). */
class Kvm {
  constructor(private readonly gup: GetUserPages) {}

  /** hva_to_pfn_fast(), with get_user_page_fast_only(). */
  @kernelFunction('virt/kvm/kvm_main.c')
  hvaToPfnFast({ buffer }: DirectReadRace): Page | undefined {
    return this.gup.getUserPagesFast(buffer.mm, buffer.address(0), 1, flags)[0];
  }

  /** kvm_set_pfn_dirty() without the page lock, and then put_page(). */
  @kernelFunction('virt/kvm/kvm_main.c')
  kvmReleasePfnDirty(page: Page): void {
    SetPageDirty(page);
    this.gup.release(page, flags);
  }
}

export const madvFreeKvmDirty = defineScenario({
  id: 'madv-free-kvm-dirty',
  title: 'A17: KVM writes to a lazyfree page, makes it dirty without the page lock, and lets it go',
  description:
    'KVM gets the page by GUP-fast, writes to it, sets PG_dirty and drops its reference. Direct I/O takes ' +
    'the page lock to set PG_dirty, and so waits for reclaim; KVM does not, and may do both between the two ' +
    'loads by which reclaim decides: the references must be loaded before the dirty bit. MMU notifiers, ' +
    'which take the page from the guest itself, have no part in what KVM writes to.',
  machine: { cpus: 2, pages: 6 },
  properties: [guestWriteIsSeen, referencesAreCounted, freeIsUntouched],
  expected: [
    {
      without: [madvFreeRefcountCheck],
      verdict: 'violated',
      properties: [guestWriteIsSeen.id],
      because: 'reclaim discards the page although KVM holds it, and what KVM writes is lost',
    },
    {
      with: [madvFreeRefcountCheck],
      verdict: 'verified',
      because: 'reclaim sees the reference, or else the dirty bit',
    },
  ],
  build(context) {
    const { machine, memory } = context;
    const race = new DirectReadRace(context);
    const kvm = new Kvm(context.get(GET_USER_PAGES));
    machine.cpu(0).run('kvm', () => {
      const page = kvm.hvaToPfnFast(race);
      if (page === undefined) return undefined;
      page.contents.store(race.buffer.address(0) % memory.pageSize, written);
      kvm.kvmReleasePfnDirty(page);
      return race.buffer.load();
    });
    machine.cpu(1).run('reclaim', () => race.reclaim());
    return machine.program(({ kvm: loaded }) => {
      race.judgeReferences();
      if (loaded === undefined) return;
      context
        .property(guestWriteIsSeen.id)
        .demand(loaded === written, `the load after it returned ${hex(loaded as number)}`);
    });
  },
});
