import fc from 'fast-check';
import { requests } from '/work/wt/mine/proxy/fuzz/requests.ts';
import { TwoReaders } from '/work/wt/mine/proxy/testing/two-readers.ts';
const readers = await TwoReaders.start();
let n=0; const t=Date.now();
const r = await fc.check(fc.asyncProperty(requests, async (bytes) => { n++; const {theirs, ours} = await readers.read(bytes); return JSON.stringify(theirs)===JSON.stringify(ours); }), {numRuns: 1e9, interruptAfterTimeLimit: Number(process.argv[2]??10)*1000, seed: Number(process.argv[3]??1)});
console.log(n, Date.now()-t, r.failed, r.counterexample);
if (r.counterexample) { const x = await readers.read(r.counterexample[0]); console.log(x.theirs, x.ours); }
await readers.stop();
