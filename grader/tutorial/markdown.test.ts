import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { joinBlocks, renderMarkdown } from './markdown.ts';

const render = (markdown: string, width = 40) =>
  joinBlocks(renderMarkdown(markdown, { width, color: false })).join('\n');

test('headings are underlined, paragraphs wrapped at spaces', () => {
  expect(render('# The title\n\nA paragraph that is\nwritten on two lines and is longer.\n')).toBe(
    'The title\n═════════\n\nA paragraph that is written on two lines\nand is longer.',
  );
});

test('code keeps its lines, its indentation and its Markdown characters', () => {
  expect(render('```nginx\nserver {\n    listen 80; # **not bold**\n\n}\n```')).toBe(
    '    server {\n        listen 80; # **not bold**\n\n    }',
  );
});

test('list items hang, and stand together', () => {
  expect(render('- one that is longer than the width of it all\n- two\n  goes on\n1. first', 30)).toBe(
    '• one that is longer than the\n  width of it all\n• two goes on\n1. first',
  );
});

test('links that lead out show their address, others only their words', () => {
  expect(render('See [the manual](https://nginx.org/en/) and [lab 2](../lab2/README.md).', 80)).toBe(
    'See the manual (https://nginx.org/en/) and lab 2.',
  );
});

test('code, emphasis and names with underscores; without colour code keeps its backticks', () => {
  expect(render('**Bold**, *leaning*, `proxy_pass`, proxy_set_header and $http_host.', 80)).toBe(
    'Bold, leaning, `proxy_pass`, proxy_set_header and $http_host.',
  );
});

test('a table keeps its columns, and its longest one wraps', () => {
  expect(render('| a | what it is |\n|---|---|\n| `x` | a word or two that do not fit |', 24)).toBe(
    'a   │ what it is\n────┼───────────────────\n`x` │ a word or two that\n    │ do not fit',
  );
});

test('quotes have a bar, comments are left out', () => {
  expect(render('<!-- region -->\n> What happened?\n>\n> It fell.')).toBe('│ What happened?\n│\n│ It fell.');
});

test('the title of a quote stands alone', () => {
  expect(render('> **What happened?**\n> It fell.')).toBe('│ What happened?\n│\n│ It fell.');
});

test('with colour the text is the same', () => {
  const markdown = '# A\n\n**b** `c` [d](https://e.test)\n\n```\nf\n```\n';
  const colored = joinBlocks(renderMarkdown(markdown, { width: 40, color: true })).join('\n');
  expect(colored).not.toBe(stripVTControlCharacters(colored));
  expect(stripVTControlCharacters(colored)).toBe(render(markdown).replaceAll('`', ''));
});

test('wide characters take two columns', () => {
  expect(render('映画 映画 映画', 9)).toBe('映画 映画\n映画');
  expect(render('# 映画')).toBe('映画\n════');
  expect(render('| a | b |\n|---|---|\n| 映画 | x |\n| y | z |')).toBe('a    │ b\n─────┼──\n映画 │ x\ny    │ z');
});

test('a picture that is wider than the window is cut, and code is not', () => {
  expect(render('```text\n+-------+\n| nginx |\n+-------+\n```', 6)).toContain('+-----\n| ngin\n+-----');
  expect(render('```sh\nsystemctl status nginx\n```', 10)).toBe('    systemctl status nginx');
});

test('a table whose words do not fit into columns any more is told row by row', () => {
  const table = '| here | there |\n|---|---|\n| one | conf.d/default.conf |\n| two | x |';
  expect(render(table, 20)).toBe('here: one\nthere:\nconf.d/default.conf\n\nhere: two\nthere: x');
});
