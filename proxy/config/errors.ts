/** Something wrong in a configuration, in nginx's words. `message` is the whole of it, place included. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** nginx's words without the place. */
  readonly reason: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  /** A name that may have been meant, for a line of its own. */
  readonly suggestion: string | undefined;

  /** `placed` is false where nginx itself doesn't say the place that we know. */
  constructor(reason: string, file?: string, line?: number, suggestion?: string, placed = file !== undefined) {
    super(placed ? `${reason} in ${file}:${line}` : reason);
    this.reason = reason;
    this.file = file;
    this.line = line;
    this.suggestion = suggestion;
  }
}

/** An error that nginx reports without file and line, such as a certificate that can't be loaded. */
export class PlacelessError extends ConfigError {}
