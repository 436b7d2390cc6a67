import type { VirtualAddress } from '../address.js';
import type { AnonVma } from './anon-vma.js';
import type { Mm } from '../mm/mm-struct.js';

/** struct rmap_item, of an address where a KSM page was mapped. */
export interface RmapItem {
  readonly mm: Mm;
  readonly address: VirtualAddress;
  /** In which the mappings of forked children are found, too. */
  readonly anonVma: AnonVma;
}

/**
 * struct stable_node: what page->mapping of a KSM page leads to. Immutable: the page lock protects the list,
 * and whoever changes it gives the page another node.
 */
export class StableNode {
  /** @param hlist where the page was merged; empty between set_page_stable_node(page, NULL) and stable_tree_insert() */
  constructor(readonly hlist: readonly RmapItem[]) {}

  toString(): string {
    return `stable_node(${String(this.hlist.length)})`;
  }
}
