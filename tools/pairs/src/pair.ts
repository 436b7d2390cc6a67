import { defineScenario, type Scenario } from '@pagerace/kernel';
import { Violation } from '@pagerace/machine';
import { mappedPage, type Page, VM_READ, VM_WRITE } from '@pagerace/page-model';
import { SWAP } from '@pagerace/swap';
import { VMSCAN } from '@pagerace/vmscan';
import type { Claims, Operation } from './operations.js';
import { ADDRESS, type Side } from './side.js';
import { makeState, type StartState } from './start-states.js';

/** Two operations at once, from a start state. */
export interface Pair {
  readonly state: StartState;
  readonly first: Operation;
  readonly second: Operation;
}

/** What is judged in every pair, beside what the machine and the audits demand of every run. */
export const pairProperties = [
  {
    id: 'no-stale-pin',
    statement: 'What is mapped where a page was pinned, and not unmapped, is that page.',
  },
  {
    id: 'no-lost-write',
    statement: 'A load returns what was stored there before, unless that was given up or replaced.',
  },
] as const;

/** Why nobody can compose two operations, or the model does not; undefined where they can be. */
export function misfitOf({ state, first, second }: Pair): string | undefined {
  const both = [first, second];
  const isHuge = state.huge === true;
  if (both.some(({ alone }) => alone) && both.every(({ inProcess }) => inProcess) && !state.across)
    return 'exit_mmap() comes when nobody uses the mm any more';
  if (both.some(({ id }) => id === 'exit') && both.some(({ id }) => id === 'collapse'))
    return 'khugepaged_exit(), by which exit waits for khugepaged, is not modelled';
  if (isHuge && both.some(({ id }) => id === 'reclaim'))
    return 'the reclaim of huge pages is not modelled';
  const makesHuge = isHuge || both.some(({ id }) => id === 'collapse');
  if (!makesHuge && both.some(({ ofHugePages }) => ofHugePages)) return 'there is no huge page';
  return undefined;
}

/** The pair as a scenario, for one exploration. */
export function scenarioOf({ state, first, second }: Pair): Scenario {
  const hasHugePages =
    state.huge === true || [first, second].some(({ needsHugePages }) => needsHugePages);
  return defineScenario({
    id: `${state.id}: ${first.id} | ${second.id}`,
    title: `${first.title}, and ${second.title}`,
    description: `${state.title}; then at once ${first.title}, and ${second.title}.`,
    machine: { cpus: 2, pages: 8, ...(hasHugePages ? { hugePages: 2, hpagePmdNr: 2 } : {}) },
    properties: pairProperties,
    build(context) {
      const { machine, memory } = context;
      const isAcross = state.across === true;
      const cpus = [...(first.inProcess ? [0] : []), ...(second.inProcess && !isAcross ? [1] : [])];
      const parent = context.process('parent', ...cpus);
      const child =
        state.shared === true ? context.process('child', ...(isAcross ? [1] : [])) : undefined;
      parent.mmap({ start: ADDRESS, pages: memory.hpagePmdNr, vmFlags: VM_READ | VM_WRITE });
      context.get(SWAP).swapon({ pages: 4 });
      const vmscan = context.get(VMSCAN);
      machine.boot(() => {
        makeState(state, { context, parent, child });
        // What is old is reclaimed at once.
        if ([first.id, second.id].includes('reclaim')) vmscan.shrinkInactiveList('inactive_anon');
      });
      const sides: readonly Side[] = [
        { context, name: `1 ${first.id}`, mm: parent, half: 'lo' },
        { context, name: `2 ${second.id}`, mm: isAcross ? child! : parent, half: 'hi' },
      ];
      const [one, other] = sides as [Side, Side];
      machine.cpu(0).run(one.name, first.prepare(one));
      machine.cpu(1).run(other.name, second.prepare(other));
      const mayGo = (partner: Operation): boolean => partner.gives === 'up' && !isAcross;
      const judge = (side: Side, claims: Claims, partner: Operation): void => {
        judgePin(side, claims.pinned, mayGo(partner));
        const isReplaced = partner.writesAll === true && !isAcross;
        if (!mayGo(partner) && !isReplaced) judgeStore(side, claims);
      };
      return machine.program((claims) => {
        judge(one, claims[one.name] as Claims, second);
        judge(other, claims[other.name] as Claims, first);
      });
    },
  });
}

function judgePin({ context, mm }: Side, pinned: Page | undefined, mayGo: boolean): void {
  if (pinned === undefined) return;
  context.pinsAtEnd(pinned.head);
  const mapped = mappedPage(mm, ADDRESS);
  if (mapped === pinned || mayGo) return;
  throw new Violation(
    'no-stale-pin',
    `${pinned.name} is pinned, and ${mapped?.name ?? 'nothing'} is mapped at its address`,
  );
}

function judgeStore({ name }: Side, { stored, loaded }: Claims): void {
  if (stored === loaded) return;
  throw new Violation(
    'no-lost-write',
    `${name} has stored ${String(stored)}, and then loaded ${String(loaded)}`,
  );
}
