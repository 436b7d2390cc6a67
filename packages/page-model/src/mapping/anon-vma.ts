import { cell, type Cell, read, RwSemaphore, write } from '@pagerace/machine';
import type { Vma } from '../mm/vma.js';

/** struct anon_vma: the mappings that an anonymous page can be in. */
export class AnonVma {
  /** anon_vma->root->rwsem, which protects {@link AnonVma.vmas}. */
  readonly rwsem: RwSemaphore;
  readonly #vmas: Cell<readonly Vma[]>;

  constructor(readonly name: string) {
    this.rwsem = new RwSemaphore(`${name}.rwsem`, 'anon_vma->rwsem');
    this.#vmas = cell<readonly Vma[]>([], `${name}.vmas`);
  }

  /** The mappings, in the order in which they were linked. Hold the semaphore. */
  get vmas(): readonly Vma[] {
    return read(this.#vmas);
  }

  /** anon_vma_chain_link(). Hold the semaphore for writing. */
  link(vma: Vma): void {
    write(this.#vmas, [...this.vmas, vma]);
  }

  /** Takes a mapping out. Hold the semaphore for writing. */
  unlink(vma: Vma): void {
    write(
      this.#vmas,
      this.vmas.filter((one) => one !== vma),
    );
  }

  toString(): string {
    return this.name;
  }
}
