import v8 from 'node:v8';

/**
 * How often an expression may go back and try another way: half of PCRE2's own match limit, because what it gives up on is
 * tried twice. That comes to about a second.
 */
const MOST_BACKTRACKS = 5_000_000;
/** ms within which no expression goes back so often. */
const SURELY_WITHIN = 2;

type Make = (source: string, flags: string, backtracks: number) => RegExp;

/**
 * V8 can bound how often an expression backtracks, and lets programs ask for it by a function of its own that is there for its
 * tests. Where a runtime doesn't have it, expressions are unbounded.
 */
const makeBounded: Make | undefined = ((): Make | undefined => {
  try {
    const make = withNatives(() => new Function('s', 'f', 'b', 'return %NewRegExpWithBacktrackLimit(s, f, b)') as Make);
    // What V8 has compiled it forgets when it wasn't used for some time, and then it reads the source again.
    const bounded: Make = (source, flags, backtracks) => withNatives(() => make(source, flags, backtracks));
    return bounded('a', '', 1).test('a') ? bounded : undefined;
  } catch {
    return undefined;
  }
})();

function withNatives<Result>(run: () => Result): Result {
  v8.setFlagsFromString('--allow-natives-syntax');
  try {
    return run();
  } finally {
    v8.setFlagsFromString('--no-allow-natives-syntax');
  }
}

/** An expression that gives up, as PCRE does, when it has backtracked too often. */
export class BoundedExpression {
  readonly #expression: RegExp;
  readonly #source: string;
  readonly #flags: string;
  readonly #bounded: boolean;
  #always: RegExp | undefined;

  /** Throws a SyntaxError. */
  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
    this.#bounded = makeBounded !== undefined && mayExplode(source);
    this.#expression = this.#bounded ? makeBounded!(source, flags, MOST_BACKTRACKS) : new RegExp(source, flags);
  }

  /** What matches; null when nothing does, `'exceeded'` when it gave up. */
  exec(subject: string): RegExpExecArray | null | 'exceeded' {
    if (!this.#bounded) return this.#expression.exec(subject);
    const before = performance.now();
    const match = this.#expression.exec(subject);
    if (match !== null || performance.now() - before < SURELY_WITHIN) return match;
    // Whoever gives up says that nothing matches. With an alternative that always matches, saying so is giving up.
    this.#always ??= makeBounded!(`^(?:[^]*?(?:${this.#source})|)`, this.#flags, MOST_BACKTRACKS);
    return this.#always.exec(subject) === null ? 'exceeded' : null;
  }
}

/**
 * Whether an expression may take more steps than a text has letters, squared: something that repeats stands inside or beside
 * something else that does, or it refers back. The others are left to the common way, which is quicker.
 */
function mayExplode(source: string): boolean {
  const bare = source.replace(/\\[^1-9k]/g, 'x').replace(/\[[^\]]*\]/g, 'x');
  const repeats = bare.match(/[*+]|\{\d+(?:,\d*)?\}/g) ?? [];
  return repeats.length > 1 || /\\[1-9k]/.test(bare) || /\)(?:[*+]|\{\d)/.test(bare);
}
