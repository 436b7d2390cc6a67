import { FORK, prepareChild } from '@pagerace/fork';
import type { ScenarioContext } from '@pagerace/kernel';
import { KHUGEPAGED } from '@pagerace/khugepaged';
import { MADVISE } from '@pagerace/madvise';
import {
  lruAddDrain,
  type Mm,
  type Pte,
  USER_ACCESS,
  walkToPmd,
  walkToPte,
} from '@pagerace/page-model';
import { VMSCAN } from '@pagerace/vmscan';
import { ADDRESS } from './side.js';

/** The processes that there are before the two operations begin. */
export interface Family {
  readonly context: ScenarioContext<unknown>;
  readonly parent: Mm;
  /** Of a state that is shared: the process that shares it. */
  readonly child: Mm | undefined;
}

/** What is mapped at the address when the two operations begin. */
export interface StartState {
  readonly id: string;
  readonly title: string;
  readonly huge?: boolean;
  /** Whether a child shares what is mapped. */
  readonly shared?: boolean;
  /** Whether the second operation is the child's. */
  readonly across?: boolean;
  /** Makes the state, on a machine that boots. */
  readonly make: (family: Family) => void;
  /** Says what the entry must be when that is done. */
  readonly check: (pte: Pte, family: Family) => boolean;
}

function store({ context, parent }: Family): void {
  context.get(USER_ACCESS).userWrite(parent, ADDRESS, 1);
  lruAddDrain(context.memory);
}

function share({ context, parent, child }: Family): void {
  context.get(FORK).dupMmap(parent, child!);
}

/** The first round takes the young bits, the second one the pages. */
function reclaim({ context: { get } }: Family): void {
  const vmscan = get(VMSCAN);
  vmscan.shrinkInactiveList('inactive_anon');
  vmscan.shrinkInactiveList('inactive_anon');
}

function collapse({ context, parent }: Family): void {
  context.get(KHUGEPAGED).hpageCollapseScanPmd(parent, ADDRESS);
  lruAddDrain(context.memory);
}

const isWritable = (pte: Pte, { context: { arch } }: Family): boolean =>
  arch.ptePresent(pte) && arch.pteWrite(pte);
const isReadOnly = (pte: Pte, { context: { arch } }: Family): boolean =>
  arch.ptePresent(pte) && !arch.pteWrite(pte);
const isSwapped = (pte: Pte, { context: { arch } }: Family): boolean => arch.isSwapPte(pte);

const shared: StartState = {
  id: 'shared',
  title: 'written to and forked: a child has the page, too',
  shared: true,
  make: (family) => {
    store(family);
    share(family);
  },
  check: isReadOnly,
};

const swappedAndShared: StartState = {
  id: 'swapped+shared',
  title: 'in swap, and a child has the slot, too',
  shared: true,
  make: (family) => {
    shared.make(family);
    reclaim(family);
  },
  check: isSwapped,
};

const hugeAndShared: StartState = {
  id: 'huge+shared',
  title: 'mapped by a huge page, and a child has it, too',
  huge: true,
  shared: true,
  make: (family) => {
    store(family);
    collapse(family);
    share(family);
  },
  check: isReadOnly,
};

/** The second operation is done by the child that shares the page. */
const across = (state: StartState): StartState => ({
  ...state,
  id: `${state.id}/child`,
  title: `${state.title}; the second operation is the child’s`,
  across: true,
});

export const startStates: readonly StartState[] = [
  {
    id: 'empty',
    title: 'nothing is mapped',
    make: () => undefined,
    check: (pte, { context: { arch } }) => arch.pteNone(pte),
  },
  {
    id: 'zero',
    title: 'read, and never written to: the zero page',
    make: ({ context, parent }) => {
      context.get(USER_ACCESS).userRead(parent, ADDRESS);
    },
    check: (pte, { context: { arch } }) => arch.ptePresent(pte) && arch.pteSpecial(pte),
  },
  {
    id: 'dirty',
    title: 'written to',
    make: store,
    check: isWritable,
  },
  {
    id: 'lazyfree',
    title: 'written to, and MADV_FREE',
    make: (family) => {
      const { context, parent } = family;
      store(family);
      context.get(MADVISE).madviseFree(parent, ADDRESS, 1);
      lruAddDrain(context.memory);
    },
    check: isWritable,
  },
  {
    id: 'read-only',
    title: 'written to and forked, and the child has exited',
    shared: true,
    make: (family) => {
      shared.make(family);
      family.context.get(FORK).exitMmap(family.child!);
    },
    check: isReadOnly,
  },
  shared,
  across(shared),
  {
    id: 'swapped',
    title: 'in swap',
    make: (family) => {
      store(family);
      reclaim(family);
    },
    check: isSwapped,
  },
  swappedAndShared,
  across(swappedAndShared),
  {
    id: 'huge',
    title: 'mapped by a huge page',
    huge: true,
    make: (family) => {
      store(family);
      collapse(family);
    },
    check: isWritable,
  },
  hugeAndShared,
  across(hugeAndShared),
];

/** Makes a state. Called while the machine boots. @throws {Error} if it is not what its name says */
export function makeState(state: StartState, family: Family): void {
  const { context, parent, child } = family;
  if (child !== undefined) prepareChild(parent, child);
  state.make(family);
  lruAddDrain(context.memory);
  const pte = entryAt(family);
  if (pte === undefined ? state.id === 'empty' : state.check(pte, family)) return;
  throw new Error(`the start state ${state.id} is not made: ${String(pte)}`);
}

/** What maps the address: the entry of the last level, or the one above it, of a huge page. */
function entryAt({ context: { arch }, parent }: Family): Pte | undefined {
  const above = walkToPmd(parent, ADDRESS);
  if (above === undefined) return undefined;
  if (arch.pmdTransHuge(above.pmd)) return arch.pmdPte(above.pmd);
  return walkToPte(parent, ADDRESS)?.ptep.read();
}
