/** A PCRE pattern translated for JavaScript. It knows no sticky state: `exec` may be called by anyone. */
export interface Regex {
  readonly pattern: string;
  readonly expression: RegExp;
  /** Names of the named groups. */
  readonly names: readonly string[];
}
