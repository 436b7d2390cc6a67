import { expect, it } from 'vitest';

import {
  CandidateExecution,
  type Event,
  EventStructure,
  initialThread,
  referenceArmv8,
  Relation,
} from '../../src/index.js';
import { expectVerdicts } from './expected-verdicts.js';
import { type Orders } from './shapes.js';

/** `popl`: to a release; `poap`, `poqp`: from an acquire, an acquirePC; `polq`: from a release to an acquirePC. */
const orders: Orders = {
  addr: { dependency: 'addr' },
  data: { dependency: 'data' },
  ctrl: { dependency: 'ctrl' },
  ctrlisb: { dependency: 'ctrl', fence: ['ISB'] },
  addrisb: { dependency: 'addr', fence: ['ISB'] },
  'pick-addr': { pick: 'addr' },
  'pick-data': { pick: 'data' },
  'pick-ctrl': { pick: 'ctrl' },
  isb: { fence: ['ISB'] },
  'dsb.isb': { fence: ['DSB.ISH', 'ISB'] },
  'dmb.sy': { fence: ['DMB.SY'] },
  'dmb.ish': { fence: ['DMB.ISH'] },
  'dmb.st': { fence: ['DMB.ST'] },
  'dmb.ishst': { fence: ['DMB.ISHST'] },
  'dmb.ld': { fence: ['DMB.LD'] },
  'dmb.ishld': { fence: ['DMB.ISHLD'] },
  'dsb.ish': { fence: ['DSB.ISH'] },
  'dsb.ishst': { fence: ['DSB.ISHST'] },
  'dsb.ishld': { fence: ['DSB.ISHLD'] },
  popl: { second: ['L'] },
  poap: { first: ['A'] },
  poqp: { first: ['Q'] },
  pola: { first: ['L'], second: ['A'] },
  polq: { first: ['L'], second: ['Q'] },
  swp: { first: ['X'], firstUpdates: ['X'] },
  swpa: { first: ['X'], firstUpdates: ['X', 'A'] },
  swpl: { first: ['X', 'L'], firstUpdates: ['X'] },
  swpal: { first: ['X', 'L'], firstUpdates: ['X', 'A'] },
  'swpa.dmb': { first: ['X'], firstUpdates: ['X', 'A'], fence: ['DMB.ISH'] },
  'stadd.dmb.ld': { first: ['X', 'NoRet'], firstUpdates: ['X'], fence: ['DMB.LD'] },
  'ldadd.dmb.ld': { first: ['X'], firstUpdates: ['X'], fence: ['DMB.LD'] },
  llscal: { first: ['EX', 'L'], firstUpdates: ['EX', 'A'] },
  'llscl.dmb': { first: ['EX', 'L'], firstUpdates: ['EX'], fence: ['DMB.ISH'] },
};

expectVerdicts(referenceArmv8, orders, [
  {
    source: 'as herd7 7.58 judges under aarch64.cat',
    never: `
      2+2W+dmb.st+dmb.sy 2+2W+dmb.st+popl 2+2W+dmb.sts 2+2W+dmb.sy+popl 2+2W+dmb.sys 2+2W+popls
      LB+addr+ctrl LB+addr+data LB+addr+poap LB+addr+popl LB+addrs LB+ctrl+poap LB+ctrl+popl
      LB+ctrls LB+data+ctrl LB+data+poap LB+data+popl LB+datas LB+dmb.ld+addr LB+dmb.ld+ctrl
      LB+dmb.ld+data LB+dmb.ld+dmb.sy LB+dmb.ld+poap LB+dmb.ld+popl LB+dmb.lds LB+dmb.sy+addr
      LB+dmb.sy+ctrl LB+dmb.sy+data LB+dmb.sy+poap LB+dmb.sy+popl LB+dmb.sys LB+poaps LB+popl+poap
      LB+popls
      MP+dmb.st+addr MP+dmb.st+ctrlisb MP+dmb.st+dmb.ld MP+dmb.st+dmb.sy MP+dmb.st+poap
      MP+dmb.sy+addr MP+dmb.sy+ctrlisb MP+dmb.sy+dmb.ld MP+dmb.sy+poap MP+dmb.sys MP+popl+addr
      MP+popl+ctrlisb MP+popl+dmb.ld MP+popl+dmb.sy MP+popl+poap
      R+dmb.st+dmb.sy R+dmb.sys R+popl+dmb.sy
      S+dmb.st+addr S+dmb.st+ctrl S+dmb.st+data S+dmb.st+dmb.ld S+dmb.st+dmb.sy S+dmb.st+poap
      S+dmb.st+popl S+dmb.sy+addr S+dmb.sy+ctrl S+dmb.sy+data S+dmb.sy+dmb.ld S+dmb.sy+poap
      S+dmb.sy+popl S+dmb.sys S+popl+addr S+popl+ctrl S+popl+data S+popl+dmb.ld S+popl+dmb.sy
      S+popl+poap S+popls
      SB+dmb.sys`,
    sometimes: `
      2+2W+dmb.st+po 2+2W+dmb.sy+po 2+2W+po+popl 2+2W
      LB+addr+po LB+ctrl+po LB+data+po LB+dmb.ld+po LB+dmb.sy+po LB+po+poap LB+po+popl LB
      MP+dmb.st+po MP+dmb.sy+po MP+po+addr MP+po+ctrlisb MP+po+dmb.ld MP+po+dmb.sy MP+po+poap
      MP+popl+po MP
      R+dmb.st+po R+dmb.sy+po R+po+dmb.sy R+popl+po R
      S+dmb.st+po S+dmb.sy+po S+po+addr S+po+ctrl S+po+data S+po+dmb.ld S+po+dmb.sy S+po+poap
      S+po+popl S+popl+po S
      SB+dmb.sy+po SB`,
  },
  {
    source: 'Pulte et al., "Simplifying ARM Concurrency", POPL 2018: other-multi-copy-atomicity',
    never: `
      WRC+addrs WRC+data+addr WRC+dmb.sy+addr WRC+popl+poap WRC+poaps IRIW+addrs IRIW+poaps
      IRIW+poqps IRIW+dmb.lds IRIW+dmb.sys ISA2+dmb.sy+addr+addr ISA2+popl+poap+poap
      RWC+addr+dmb.sy RWC+dmb.ld+dmb.sy W+RWC+dmb.st+addr+dmb.sy Z6.0+dmb.st+addr+dmb.sy
      Z6.3+dmb.st+dmb.st+addr 3.LB+addrs 3.LB+datas 3.2W+dmb.sts 3.SB+dmb.sys 4.SB+dmb.sys
      WWC+addrs WRW+WR+addr+dmb.sy`,
    sometimes: `
      WRC WRC+po+addr WRC+addr+po WRC+addr+ctrl IRIW IRIW+addr+po ISA2 ISA2+dmb.sy+addr+ctrl
      RWC+addr+dmb.st RWC+dmb.sy+po W+RWC+dmb.st+addr+dmb.ld Z6.3+dmb.st+dmb.st+po
      Z6.3+dmb.st+po+addr 3.LB+addr+addr+po 3.SB+dmb.sy+dmb.sy+po`,
  },
  {
    source: 'DDI 0487, B2.3: acquire and release are RCsc, acquirePC is RCpc',
    never: `SB+polas SB+dmb.sy+pola R+popl+pola MP+popl+poqp S+popl+poqp LB+poqps 3.SB+polas`,
    sometimes: `SB+polqs SB+pola+polq SB+popls SB+poaps R+popl+polq MP+poap+popl`,
  },
  {
    source: 'DDI 0487, B2.3: barriers',
    never: `
      MP+dmb.ishst+dmb.ishld MP+dsb.ishst+dsb.ishld MP+dsb.ish+addr SB+dsb.ishs SB+dmb.ishs
      SB+dsb.isbs SB+dsb.ishsts R+dmb.st+dsb.ish MP+dmb.sy+addrisb MP+dmb.sy+ctrlisb LB+dmb.ishlds`,
    sometimes: `
      SB+dmb.ishsts SB+dmb.ishlds SB+dsb.ishlds MP+dmb.sy+ctrl MP+dmb.sy+isb
      MP+dmb.ishld+dmb.ishld MP+dmb.ishst+dmb.ishst R+dmb.ishsts`,
  },
  {
    source:
      'Linux arch/arm64/include/asm/atomic_ll_sc.h and atomic_lse.h: atomics and what must follow them',
    never: `SB+swpals SB+swpa.dmbs SB+llscl.dmbs MP+dmb.sy+ldadd.dmb.ld R+dmb.sy+swpal`,
    sometimes: `
      SB+swps SB+swpas SB+swpls SB+llscals SB+swpal+swpa MP+dmb.sy+stadd.dmb.ld R+dmb.sy+swpl`,
  },
  {
    source: 'aarch64.cat: a pick dependency orders writes (herdtools7, catalogue/aarch64-pick)',
    never: 'LB+pick-addrs LB+pick-datas LB+pick-ctrls LB+popl+pick-data S+popl+pick-data',
    sometimes: 'MP+popl+pick-addr MP+dmb.sy+pick-ctrl',
  },
]);

/**
 * LB, where P0 reads x, writes z, reads that back and writes y, which depends on what it read back; P1 reads y
 * with acquire and writes x. Is it allowed?
 *
 * @param rmw whether x is z, and P0's first two accesses are one instruction
 */
function loadBuffering(pick: readonly Pair[], ctrl: readonly Pair[], rmw: boolean): boolean {
  const [x, y, z] = [0, 1, rmw ? 0 : 2];
  const event = (thread: number, kind: Event['kind'], location: number): Event => ({
    thread, kind, location, tags: [],
  }); // prettier-ignore
  const events = [
    ...[0, 1, 2].map((location) => event(initialThread, 'write', location)),
    event(0, 'read', x),
    event(0, 'write', z),
    event(0, 'read', z),
    event(0, 'write', y),
    { ...event(1, 'read', y), tags: ['A'] as const },
    event(1, 'write', x),
  ];
  const relation = (pairs: readonly Pair[]): Relation => Relation.of(events.length, pairs);
  const structure = new EventStructure({
    events,
    ctrl: relation(ctrl),
    pick: { data: relation(pick) },
    rmw: relation(rmw ? [[3, 4]] : []),
  });
  const rf = relation([[8, 3], [4, 5], [6, 7]]); // prettier-ignore
  const co = relation([[x, 8], [z, 4], [y, 6], ...(rmw ? [[8, 4] as const] : [])]); // prettier-ignore
  return referenceArmv8.check(new CandidateExecution(structure, { rf, co })).consistent;
}

type Pair = readonly [number, number];

it.each([false, true])(
  'a pick dependency runs on through memory, aarch64deps.cat: rmw %s',
  (rmw) => {
    expect(loadBuffering([[3, 4]], [[5, 6]], rmw)).toBe(false);
    expect(loadBuffering([], [[5, 6]], rmw)).toBe(true);
    expect(loadBuffering([[3, 4]], [], rmw)).toBe(true);
  },
);
