import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeLab, nextNumber } from './new-lab.ts';

const workbook = join(import.meta.dirname, '../..');
const lab = { number: 90, name: 'gone-for-good', title: "What is gone, isn't lost" };

const gone = '    location /old/ {\n        return 410;\n    }\n';

/** A small lab that somebody writes: what was at /old/ is gone, and the server says so. */
const blanks: readonly (readonly [where: RegExp, blank: string | RegExp, filled: string])[] = [
  [/lab\.ts$/, "client.get('/');", "client.get('/status');"],
  [/lab\.ts$/, 'async check({ client, expect })', 'async check({ client, expect, random })'],
  [
    /lab\.ts$/,
    'expect.status(response, 200);',
    'expect.status(response, 200);\n    expect.status(await client.get(`/old/${random.word(8)}`), 410);',
  ],
  [/lab\.ts$/, 'docs/BLANK', 'docs/http/ngx_http_rewrite_module.html#return'],
  [/README\.md$/, '```sh\nnpm run check', `\`\`\`nginx\n${gone}\`\`\`\n\n\`\`\`sh\nnpm run check`],
  [/solutions.*default\.conf$/, '    location / {', `${gone}\n    location / {`],
  [/solutions.*proxy\.ts$/, 'import { forward,', 'import { respond, forward,'],
  [
    /solutions.*proxy\.ts$/,
    'handler: (exchange) => forward(exchange, catalog)',
    "handler: (exchange) =>\n  exchange.uri.startsWith('/old/') ? respond(exchange, 410, 'gone') : forward(exchange, catalog)",
  ],
  [/mistake-1/, 'return 500;', 'location / { proxy_pass http://127.0.0.1:8080; }'],
  [/mistake-2/, 'return 404;', 'location /old/ { return 404; } location / { proxy_pass http://127.0.0.1:8080; }'],
  [/mistake-3/, 'return 502;', 'return 410;'],
  [/mistake-4/, 'return 403;', 'location = /old/ { return 410; } location / { proxy_pass http://127.0.0.1:8080; }'],
  [/mistake-5/, 'return 301 /;', 'location /old/ { return 301 /; } location / { proxy_pass http://127.0.0.1:8080; }'],
  [/./, /BLANK(: )?/g, ''],
];

describe('a lab that is made', () => {
  let root: string;
  let files: readonly string[];
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'workbook-new-lab-'));
    for (const part of ['labs', 'solutions', 'grader', 'proxy', 'package.json', 'vitest.config.ts', 'tsconfig.json']) {
      cpSync(join(workbook, part), join(root, part), { recursive: true });
    }
    symlinkSync(join(workbook, 'node_modules'), join(root, 'node_modules'));
    files = makeLab(root, lab);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** What the laws say of this lab alone. */
  async function laws(): Promise<{ failed: string[]; passed: number }> {
    const files = ['labs/lab90-gone-for-good/laws.test.ts', 'labs/texts.test.ts'];
    const report = join(root, 'report.json');
    const options = ['-t', 'lab 90,|lab90-', '--reporter=json', `--outputFile=${report}`];
    const { all } = await execa('npx', ['vitest', 'run', ...files, ...options], {
      cwd: root,
      reject: false,
      all: true,
    });
    expect(existsSync(report), all).toBe(true);
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const results = testResults.flatMap(({ assertionResults }) => assertionResults);
    const titles = (wanted: string) => results.filter(({ status }) => status === wanted).map(({ title }) => title);
    return { failed: titles('failed'), passed: titles('passed').length };
  }

  test('is refused by the laws as long as it has blanks', async () => {
    expect((await laws()).failed).toContain('has no blanks left of the lab it was made from');
  });

  test('is accepted once they are filled', async () => {
    for (const file of files.filter((each) => each.includes('lab90-'))) {
      const text = blanks
        .filter(([where]) => where.test(file))
        .reduce((before, [, blank, filled]) => before.replace(blank, () => filled), readFileSync(file, 'utf8'));
      writeFileSync(file, text);
    }
    const { failed, passed } = await laws();
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(15);
  });

  test('is the last of the catalog, and the next one comes after it', () => {
    expect(nextNumber(root)).toBe(91);
  });

  test.each([
    [{ ...lab, name: 'another' }, 'number: 90'],
    [{ ...lab, number: 91 }, "name: 'gone-for-good'"],
    [{ ...lab, number: 91, name: 'Not a name' }, 'small letters'],
  ])('is not made twice, nor under a name that is none', (wanted, said) => {
    expect(() => makeLab(root, wanted)).toThrow(said);
  });
});

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}
