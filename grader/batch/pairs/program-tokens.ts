import type { Normalised } from './configuration-lines.ts';

/** Tokens that stand together in one shingle: fewer are alike by chance, more hide a copy that was touched up. */
const shingle = 7;

const token =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|`(?:\\.|[^`\\])*`|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|[\p{L}_$][\p{L}\p{N}_$]*|\d[\w.]*|[^\s\w]/gu;

const keywords = new Set(
  'await async break case catch class const continue default delete do else export extends finally for from function if import in instanceof let new of return static super switch this throw try typeof undefined var void while with yield true false null interface type readonly as'.split(
    ' ',
  ),
);

/**
 * A program as runs of tokens: spaces and comments are gone, quotes are all alike, and names are placeholders, so that new names
 * for old variables change nothing. Properties and what is imported keep theirs.
 */
export function normaliseProgram(text: string): Normalised {
  const all = text.match(token) ?? [];
  const isComment = (one: string) => one.startsWith('//') || one.startsWith('/*');
  const code = all.filter((one) => !isComment(one));
  const kept = code.map((one, at) => {
    if (/^['"`]/.test(one)) return `'${one.slice(1, -1)}'`;
    if (!/^[\p{L}_$]/u.test(one) || keywords.has(one) || code[at - 1] === '.') return one;
    return 'name';
  });
  const shingles = kept.slice(0, Math.max(1, kept.length - shingle + 1));
  return {
    canonical: kept.join(' '),
    lines: kept.length === 0 ? [] : shingles.map((_, at) => kept.slice(at, at + shingle).join(' ')),
    comments: all
      .filter(isComment)
      .map((one) =>
        one
          .replaceAll(/[\s/*]+/g, ' ')
          .trim()
          .toLowerCase(),
      )
      .filter((comment) => /\p{L}{3}/u.test(comment))
      .map((comment) => `# ${comment}`),
  };
}
