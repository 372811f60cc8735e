import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { workbookRoot } from './workspace/index.ts';

/**
 * What a student waits for: wall time of `npm run check lab3 -- --solution` (npm and all), and the time until something
 * shows. Medians of `--runs` (11) in ms. A run whose check doesn't pass isn't a measurement: it ends the benchmark.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '11' } },
});
const lab = positionals[0] ?? 'lab3';
const total: number[] = [];
const first: number[] = [];
for (let run = 0; run < Number(values.runs); run++) {
  const measured = await measure();
  total.push(measured.total);
  first.push(measured.first);
}
console.log(`npm run check ${lab}, ${total.length} runs, medians in ms`);
console.log(
  `  to the first output  ${median(first)}  (${Math.round(Math.min(...first))} to ${Math.round(Math.max(...first))})`,
);
console.log(
  `  to the end           ${median(total)}  (${Math.round(Math.min(...total))} to ${Math.round(Math.max(...total))})`,
);

/** `--silent`: npm's own two lines would be the first thing that shows. Progress shows on a terminal, so one is made with `script`. */
function measure(): Promise<{ total: number; first: number }> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    let firstAt: number | undefined;
    let output = '';
    const command = `npm run --silent check ${lab} -- --solution`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: workbookRoot,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.on('data', (chunk: Buffer) => {
      firstAt ??= performance.now() - began;
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const total = performance.now() - began;
      if (code === 0) resolve({ total, first: firstAt ?? total });
      else reject(new Error(`the check ended with ${code}:\n${output}`));
    });
  });
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0);
}
