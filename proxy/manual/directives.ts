import { mainModule } from '../http/main.ts';
import type { DirectiveSpec, Module } from '../http/module.ts';
import { modules } from '../modules/index.ts';
import { directiveNotes } from './notes.ts';

const HEAD = `# Directives

What the reference proxy reads, module by module as nginx's manual has it. A directive that isn't here is an error. \`npm run docs\`
makes this page from the modules' tables and \`proxy/manual/notes.ts\`; what it does beyond this table is what nginx does, and held
against nginx by the tests.

Without a directive of their own: \`Expect: 100-continue\` gets no \`100 Continue\` when there is no body to come.
A regular expression that has to try too often ends, as in nginx, in an alert in the log and (for locations and rewriting) the status 500, after about
as long; where a runtime can't bound expressions (see \`proxy/http/bounded-expression.ts\`) it goes on. nginx's library sees beforehand of some texts that
a letter is missing, and doesn't try them.
Variables of nginx that are known and never have a value here, because the runtime doesn't tell: \`$tcpinfo_*\`, \`$ssl_ciphers\`, \`$ssl_curve\`,
\`$ssl_curves\`; there is no early data, so \`$ssl_early_data\` has none either. An answer of an upstream with two lengths, or with a
\`Transfer-Encoding\` other than \`chunked\`, is an error, as in nginx since 1.23.
`;

/** The text of `docs/directives.md`. */
export function directivesPage(): string {
  const sections = [mainModule, ...modules].filter((module) => module.directives.length > 0).map(section);
  return `${HEAD}\n${sections.join('\n')}`;
}

/** Names in the notes that no module knows. */
export function unknownNotes(): string[] {
  const known = new Set([mainModule, ...modules].flatMap((module) => module.directives.map(({ name }) => name)));
  return Object.keys(directiveNotes).filter((name) => !known.has(name));
}

function section({ name, directives }: Module): string {
  const folder = name === mainModule.name ? '' : 'http/';
  const rows = directives.map((directive) => {
    const { default: usual, differs = '' } = directiveNotes[directive.name] ?? {};
    const cells = [
      code(directive.name),
      words(directive),
      directive.contexts.join(', '),
      usual === undefined ? '' : code(usual),
      differs,
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return `## ${name}\n\n[The manual](https://nginx.org/en/docs/${folder}${name.replace('_filter_module', '_module')}.html)\n\n| Directive | Words | Where | Default | Differences |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

const code = (text: string): string => `\`${text}\``;

function words({ arguments: count, block }: DirectiveSpec): string {
  const body = block === true ? ' `{ }`' : '';
  if (count === 'flag') return '`on` or `off`';
  if (typeof count === 'number') return `${count}${body}`;
  const [least, most] = count;
  return `${most > 20 ? `${least} or more` : `${least}-${most}`}${body}`;
}
