/** The command line, with nginx's own flags. */
export interface Arguments {
  help: boolean;
  version: boolean;
  configure: boolean;
  test: boolean;
  dump: boolean;
  quiet: boolean;
  signal: string | undefined;
  prefix: string | undefined;
  errorLog: string | undefined;
  file: string | undefined;
  globalDirectives: string | undefined;
  /** Not nginx's: where to write how each request was treated. */
  traceFile: string | undefined;
}

/** A command line that can't be understood, in nginx's words. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

const withValue = {
  s: ['signal', 'option "-s" requires parameter'],
  p: ['prefix', 'option "-p" requires directory name'],
  e: ['errorLog', 'option "-e" requires file name'],
  c: ['file', 'option "-c" requires file name'],
  g: ['globalDirectives', 'option "-g" requires parameter'],
} as const;

/** Reads the arguments as `ngx_get_options` does: flags may stand together, a value may follow at once. Throws an ArgumentError. */
export function parseArguments(words: readonly string[]): Arguments {
  const parsed: Arguments = {
    help: false,
    version: false,
    configure: false,
    test: false,
    dump: false,
    quiet: false,
    signal: undefined,
    prefix: undefined,
    errorLog: undefined,
    file: undefined,
    globalDirectives: undefined,
    traceFile: undefined,
  };
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word === '--trace') {
      parsed.traceFile = words[++index];
      if (!parsed.traceFile) throw new ArgumentError('option "--trace" requires file name');
      continue;
    }
    if (!word.startsWith('-')) throw new ArgumentError(`invalid option: "${word}"`);
    for (let at = 1; at < word.length; at++) {
      const letter = word[at]!;
      if (letter in withValue) {
        const [key, missing] = withValue[letter as keyof typeof withValue];
        const value = word.slice(at + 1) || words[++index];
        if (value === undefined) throw new ArgumentError(missing);
        if (key === 'signal' && !/^(stop|quit|reopen|reload)$/.test(value)) {
          throw new ArgumentError(`invalid option: "-s ${value}"`);
        }
        parsed[key] = value;
        break;
      }
      setFlag(parsed, letter);
    }
  }
  return parsed;
}

function setFlag(parsed: Arguments, letter: string): void {
  if (letter === '?' || letter === 'h') parsed.help = true;
  else if (letter === 'v') parsed.version = true;
  else if (letter === 'V') parsed.configure = true;
  else if (letter === 't') parsed.test = true;
  else if (letter === 'T') parsed.dump = true;
  else if (letter === 'q') parsed.quiet = true;
  else throw new ArgumentError(`invalid option: "${letter}"`);
}

/** What `-h` says: nginx's words, which know nothing of `--trace`. */
export const help = `Usage: nginx [-?hvVtTq] [-s signal] [-p prefix]
             [-e filename] [-c filename] [-g directives]

Options:
  -?,-h         : this help
  -v            : show version and exit
  -V            : show version and configure options then exit
  -t            : test configuration and exit
  -T            : test configuration, dump it and exit
  -q            : suppress non-error messages during configuration testing
  -s signal     : send signal to a master process: stop, quit, reopen, reload
  -p prefix     : set prefix path (default: the folder of the configuration file)
  -e filename   : set error log file (default: stderr)
  -c filename   : set configuration file (default: /etc/nginx/nginx.conf)
  -g directives : set global directives out of configuration file

`;
