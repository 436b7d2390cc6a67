import { referencePower } from '../../src/index.js';
import { expectVerdicts } from './expected-verdicts.js';
import { type Orders } from './shapes.js';

const orders: Orders = {
  addr: { dependency: 'addr' },
  data: { dependency: 'data' },
  ctrl: { dependency: 'ctrl' },
  ctrlisync: { dependency: 'ctrl', fence: ['ISYNC'] },
  isync: { fence: ['ISYNC'] },
  sync: { fence: ['SYNC'] },
  lwsync: { fence: ['LWSYNC'] },
  eieio: { fence: ['EIEIO'] },
  /** lwarx and stwcx. in the place of the first access, or of the second, and a fence between. */
  rmw: { first: ['EX'], firstUpdates: ['EX'] },
  'rmw.sync': { first: ['EX'], firstUpdates: ['EX'], fence: ['SYNC'] },
  'rmw.lwsync': { first: ['EX'], firstUpdates: ['EX'], fence: ['LWSYNC'] },
  'rmw.ctrlisync': { first: ['EX'], firstUpdates: ['EX'], dependency: 'ctrl', fence: ['ISYNC'] },
  'lwsync.rmw': { second: ['EX'], secondUpdates: ['EX'], fence: ['LWSYNC'] },
};

expectVerdicts(referencePower, orders, [
  {
    source: 'as herd7 7.58 judges under ppc.cat',
    never: `
      2+2W+lwsyncs 2+2W+sync+lwsync 2+2W+syncs
      LB+addr+ctrl LB+addr+data LB+addrs LB+ctrls LB+data+ctrl LB+datas LB+lwsync+addr
      LB+lwsync+ctrl LB+lwsync+data LB+lwsyncs LB+sync+addr LB+sync+ctrl LB+sync+data
      LB+sync+lwsync LB+syncs
      MP+lwsync+addr MP+lwsync+ctrlisync MP+lwsync+sync MP+lwsyncs MP+sync+addr MP+sync+ctrlisync
      MP+sync+lwsync MP+syncs
      R+syncs
      S+lwsync+addr S+lwsync+ctrl S+lwsync+data S+lwsync+sync S+lwsyncs S+sync+addr S+sync+ctrl
      S+sync+data S+sync+lwsync S+syncs
      SB+syncs`,
    sometimes: `
      2+2W+lwsync+po 2+2W+sync+po 2+2W
      LB+addr+po LB+ctrl+po LB+data+po LB+lwsync+po LB+sync+po LB
      MP+lwsync+po MP+po+addr MP+po+ctrlisync MP+po+lwsync MP+po+sync MP+sync+po MP
      R+lwsync+po R+lwsync+sync R+lwsyncs R+po+lwsync R+po+sync R+sync+lwsync R+sync+po R
      S+lwsync+po S+po+addr S+po+ctrl S+po+data S+po+lwsync S+po+sync S+sync+po S
      SB+lwsync+po SB+lwsyncs SB+sync+lwsync SB+sync+po SB`,
  },
  {
    source:
      'Maranget, Sarkar and Sewell, "A Tutorial Introduction to the ARM and POWER Relaxed Memory Models", 2012',
    never: `
      WRC+lwsync+addr WRC+sync+addr WRC+syncs ISA2+lwsync+addr+addr ISA2+lwsync+data+addr
      ISA2+sync+addr+addr ISA2+syncs IRIW+syncs RWC+syncs W+RWC+syncs 3.LB+addrs 3.2W+lwsyncs
      MP+lwsync+ctrlisync MP+sync+ctrlisync`,
    sometimes: `
      WRC+addrs WRC+data+addr WRC+addr+sync WRC+addr+lwsync ISA2+po+addr+addr IRIW+addrs
      IRIW+lwsyncs IRIW+addr+sync RWC+addr+sync Z6.3+lwsync+lwsync+addr MP+lwsync+ctrl
      MP+sync+isync R+lwsync+sync SB+lwsyncs`,
  },
  {
    source:
      'Alglave, Maranget and Tautschnig, "Herding Cats", TOPLAS 2014: eieio orders writes alone',
    never: 'MP+eieio+addr MP+eieio+ctrlisync S+eieio+data',
    sometimes: 'SB+eieios LB+eieios MP+eieios R+eieios',
  },
  {
    source:
      "the kernel's arch/powerpc/include/asm/atomic.h and synch.h: a reservation orders nothing, the barriers around it do",
    never: `
      SB+rmw.syncs MP+lwsync.rmw+rmw.lwsync MP+lwsync.rmw+rmw.ctrlisync S+lwsync.rmw+rmw.lwsync
      LB+rmw.lwsyncs R+lwsync.rmw+rmw.sync`,
    sometimes: 'SB+rmws SB+rmw.lwsyncs MP+lwsync.rmw+rmw MP+po+rmw.lwsync IRIW+rmw.lwsyncs',
  },
]);
