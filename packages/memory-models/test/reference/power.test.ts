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
]);
