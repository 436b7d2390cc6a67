import { inject, injectable } from '@pagerace/di';
import { type Cpu, kernelFunction } from '@pagerace/machine';
import { TLB, type Tlb, type TlbRange } from '@pagerace/page-model';
import { TRANSLATIONS, type Translations } from '@pagerace/pgtable-generic';
import { IpiTlbFlush } from './ipi-tlb-flush.js';

/**
 * Flushes as a guest of KVM (arch/x86/kernel/kvm.c, v5.17, with KVM_FEATURE_PV_TLB_FLUSH): a CPU that the
 * host has preempted is not interrupted, but flushes before it runs again. That may be in the middle of a
 * section with interrupts off; so a flush waits for accesses under way and for nothing else. Hyper-V and
 * Xen leave flushes to the host altogether, which comes to the same.
 *
 * A CPU that runs, whose section with interrupts off is waited for, does nothing here that one that is
 * preempted behind the section would not do. What the exit to the host orders is not modelled.
 */
@injectable()
export class KvmTlbFlush extends IpiTlbFlush {
  constructor(
    @inject(TLB) tlb: Tlb,
    @inject(TRANSLATIONS) private readonly translations: Translations,
  ) {
    super(tlb);
  }

  override duringAccess<T>(access: () => T): T {
    return this.translations.during(access);
  }

  @kernelFunction('arch/x86/kernel/kvm.c', 'kvm_flush_tlb_multi')
  protected override flushTlbMulti(cpus: Iterable<Cpu>, range?: TlbRange): void {
    this.translations.invalidate('kvm_flush_tlb_multi', [...cpus], range);
  }
}
