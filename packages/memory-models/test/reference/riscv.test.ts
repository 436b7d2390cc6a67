import { referenceRiscv, type Tag } from '../../src/index.js';
import { expectVerdicts } from './expected-verdicts.js';
import { type Order, type Orders } from './shapes.js';

const accesses = ['r', 'w', 'rw'] as const;
const fences = Object.fromEntries(
  accesses.flatMap((before) =>
    accesses.map((after): [string, Order] => {
      const fence: Tag = `Fence.${before}.${after}`;
      return [`fence.${before}.${after}`, { fence: [fence] }];
    }),
  ),
);

const orders: Orders = {
  ...fences,
  'fence.tso': { fence: ['Fence.tso'] },
  addr: { dependency: 'addr' },
  data: { dependency: 'data' },
  ctrl: { dependency: 'ctrl' },
  amoswap: { first: ['X'], firstUpdates: ['X'] },
  'amoswap.rl': { first: ['X', 'Rel'], firstUpdates: ['X'] },
  'amoswap.aqrl': { first: ['X', 'AcqRel'], firstUpdates: ['X', 'AcqRel'] },
  'amoswap.to': { second: ['X'], secondUpdates: ['X'] },
  'amoswap.rl.to': { second: ['X', 'Rel'], secondUpdates: ['X'] },
  'lr.aq': { first: ['EX', 'Acq'], firstUpdates: ['EX'] },
  'rl.aq': {
    first: ['X', 'Rel'],
    firstUpdates: ['X'],
    second: ['EX', 'Acq'],
    secondUpdates: ['EX'],
  },
  ctrlfencei: { dependency: 'ctrl', fence: ['Fence.i'] },
};

expectVerdicts(referenceRiscv, orders, [
  {
    source: 'as herd7 7.58 judges under riscv.cat',
    never: `
      2+2W+fence.rw.rws 2+2W+fence.rw.w+fence.rw.rw 2+2W+fence.rw.ws 2+2W+fence.tso+fence.rw.rw
      2+2W+fence.tso+fence.rw.w 2+2W+fence.tso+fence.w.w 2+2W+fence.tsos
      2+2W+fence.w.w+fence.rw.rw 2+2W+fence.w.w+fence.rw.w 2+2W+fence.w.ws
      LB+addr+ctrl LB+addr+data LB+addrs LB+ctrls LB+data+ctrl LB+datas LB+fence.r.rw+addr
      LB+fence.r.rw+ctrl LB+fence.r.rw+data LB+fence.r.rw+fence.rw.rw LB+fence.r.rw+fence.rw.w
      LB+fence.r.rws LB+fence.rw.rw+addr LB+fence.rw.rw+ctrl LB+fence.rw.rw+data LB+fence.rw.rws
      LB+fence.rw.w+addr LB+fence.rw.w+ctrl LB+fence.rw.w+data LB+fence.rw.w+fence.rw.rw
      LB+fence.rw.ws LB+fence.tso+addr LB+fence.tso+ctrl LB+fence.tso+data LB+fence.tso+fence.r.rw
      LB+fence.tso+fence.rw.rw LB+fence.tso+fence.rw.w LB+fence.tsos
      MP+fence.rw.rw+addr MP+fence.rw.rw+fence.r.rw MP+fence.rw.rw+fence.tso MP+fence.rw.rws
      MP+fence.rw.w+addr MP+fence.rw.w+fence.r.rw MP+fence.rw.w+fence.rw.rw
      MP+fence.rw.w+fence.tso MP+fence.tso+addr MP+fence.tso+fence.r.rw MP+fence.tso+fence.rw.rw
      MP+fence.tsos MP+fence.w.w+addr MP+fence.w.w+fence.r.rw MP+fence.w.w+fence.rw.rw
      MP+fence.w.w+fence.tso
      R+fence.rw.rws R+fence.rw.w+fence.rw.rw R+fence.tso+fence.rw.rw R+fence.w.w+fence.rw.rw
      S+fence.rw.rw+addr S+fence.rw.rw+ctrl S+fence.rw.rw+data S+fence.rw.rw+fence.r.rw
      S+fence.rw.rw+fence.rw.w S+fence.rw.rw+fence.tso S+fence.rw.rws S+fence.rw.w+addr
      S+fence.rw.w+ctrl S+fence.rw.w+data S+fence.rw.w+fence.r.rw S+fence.rw.w+fence.rw.rw
      S+fence.rw.w+fence.tso S+fence.rw.ws S+fence.tso+addr S+fence.tso+ctrl S+fence.tso+data
      S+fence.tso+fence.r.rw S+fence.tso+fence.rw.rw S+fence.tso+fence.rw.w S+fence.tsos
      S+fence.w.w+addr S+fence.w.w+ctrl S+fence.w.w+data S+fence.w.w+fence.r.rw
      S+fence.w.w+fence.rw.rw S+fence.w.w+fence.rw.w S+fence.w.w+fence.tso
      SB+fence.rw.rws`,
    sometimes: `
      2+2W+fence.rw.rw+po 2+2W+fence.rw.w+po 2+2W+fence.tso+po 2+2W+fence.w.w+po 2+2W
      LB+addr+po LB+ctrl+po LB+data+po LB+fence.r.rw+po LB+fence.rw.rw+po LB+fence.rw.w+po
      LB+fence.tso+po LB
      MP+fence.rw.rw+ctrlfencei MP+fence.rw.rw+po MP+fence.rw.w+ctrlfencei MP+fence.rw.w+po
      MP+fence.tso+ctrlfencei MP+fence.tso+po MP+fence.w.w+ctrlfencei MP+fence.w.w+po MP+po+addr
      MP+po+ctrlfencei MP+po+fence.r.rw MP+po+fence.rw.rw MP+po+fence.tso MP
      R+fence.rw.rw+fence.tso R+fence.rw.rw+po R+fence.rw.w+fence.tso R+fence.rw.w+po
      R+fence.tso+po R+fence.tsos R+fence.w.w+fence.tso R+fence.w.w+po R+po+fence.rw.rw
      R+po+fence.tso R
      S+fence.rw.rw+po S+fence.rw.w+po S+fence.tso+po S+fence.w.w+po S+po+addr S+po+ctrl S+po+data
      S+po+fence.r.rw S+po+fence.rw.rw S+po+fence.rw.w S+po+fence.tso S
      SB+fence.rw.rw+po SB+fence.tso+fence.rw.rw SB+fence.tso+po SB+fence.tsos SB`,
  },
  {
    source: 'The RISC-V Instruction Set Manual, Volume I, A.3: multi-copy atomicity, dependencies',
    never: `
      WRC+addrs WRC+data+addr WRC+fence.rw.rw+addr IRIW+addrs IRIW+fence.r.rs ISA2+fence.w.w+addr+addr
      RWC+addr+fence.rw.rw RWC+addr+fence.w.r W+RWC+fence.w.w+addr+fence.w.r SB+fence.w.rs
      Z6.3+fence.w.w+fence.w.w+addr 3.LB+datas 3.2W+fence.w.ws 4.SB+fence.rw.rws`,
    sometimes: `
      WRC WRC+po+addr WRC+addr+ctrl IRIW IRIW+addr+po IRIW+fence.w.ws ISA2+fence.w.w+addr+ctrl
      RWC+addr+fence.tso SB+fence.w.ws SB+fence.r.rs SB+fence.rw.ws LB+fence.r.rs`,
  },
  {
    source: 'The RISC-V Instruction Set Manual, Volume I, A.3.6: .aq and .rl',
    never: `
      MP+amoswap.rl.to+lr.aq SB+rl.aqs SB+amoswap.aqrls S+amoswap.rl.to+lr.aq LB+lr.aqs
      R+amoswap.rl.to+rl.aq IRIW+lr.aqs`,
    sometimes: `
      SB+amoswap.rls SB+amoswaps MP+amoswap.to+lr.aq MP+amoswap.rl.to+po R+amoswap.rl.to+amoswap.rl`,
  },
]);
