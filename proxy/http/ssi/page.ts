import type { Exchange } from '../exchange.ts';
import { Including } from '../including.ts';
import { RegexError } from '../pcre.ts';
import { compileRegex, findMatch, MatchLimitError } from '../regex.ts';
import type { BodySink } from '../transport.ts';
import { commandStart, readCommand, type SsiCommand } from './command.ts';

/** What the pages of one request of a client share: nginx keeps it with the main request. */
export interface SsiState {
  readonly variables: Map<string, string>;
  readonly blocks: Map<string, string>;
  captures: readonly (string | undefined)[];
}

export interface SsiSettings {
  readonly silentErrors: boolean;
  /** Bytes of a parameter's value. */
  readonly valueLength: number;
  /** Leaves the time format where `$date_local` and `$date_gmt` find it. */
  setTimeFormat(format: string): void;
}

/** A command that went wrong. `message` is for the log. */
class SsiError extends Error {}

interface Rule {
  /** Parameters by name, and whether they must be there. */
  readonly parameters: Readonly<Record<string, boolean>>;
  /** Stands behind an `if` (or an `else`) alone. */
  readonly after?: 'if' | 'else';
  run(page: SsiPage, given: ReadonlyMap<string, string>): void;
}

const DEFAULT_ERROR = '[an error occurred while processing the directive]';

/** A page with server side includes on its way to the client. Source: ngx_http_ssi_filter_module.c. */
export class SsiPage extends Including {
  readonly #state: SsiState;
  readonly #settings: SsiSettings;
  #held = '';
  #out = '';
  #output = true;
  #chosen = false;
  #conditional: 'none' | 'if' | 'else' = 'none';
  #block: string | undefined;
  #errorMessage = DEFAULT_ERROR;
  #encoding = 'entity';
  #including = false;

  constructor(exchange: Exchange, state: SsiState, settings: SsiSettings, sink: BodySink, ready: () => void) {
    super(exchange, sink, ready);
    this.#state = state;
    this.#settings = settings;
  }

  protected take(chunk: Buffer): Buffer | undefined {
    const text = this.#held + chunk.toString('latin1');
    this.#held = '';
    this.#including = false;
    let at = 0;
    while (at < text.length) {
      const start = commandStart(text, at);
      this.#text(text.slice(at, start));
      at = start;
      if (start === text.length) break;
      const command = readCommand(text, start, this.#settings.valueLength);
      if (command === undefined) {
        this.#held = text.slice(start);
        break;
      }
      at = command.end;
      if ('problem' in command) this.#fail(command.problem);
      else this.#obey(command);
      // What an include leaves here comes before the rest of the page.
      if (this.#including) break;
    }
    this.#flush();
    return this.#including ? Buffer.from(text.slice(at), 'latin1') : undefined;
  }

  protected complete(): boolean {
    // What may have been the beginning of a command is dropped, as nginx does.
    this.#held = '';
    return true;
  }

  #flush(): void {
    const bytes = Buffer.from(this.#out, 'latin1');
    this.#out = '';
    this.send(bytes);
  }

  #text(text: string): void {
    if (this.#output) this.#out += text;
    else if (this.#block !== undefined) this.#addToBlock(text);
  }

  #addToBlock(text: string): void {
    const { blocks } = this.#state;
    blocks.set(this.#block!, (blocks.get(this.#block!) ?? '') + text);
  }

  #obey(command: SsiCommand): void {
    const { name, parameters } = command;
    const rule = RULES[name];
    if (rule === undefined) {
      if (this.#output) this.#fail(`invalid SSI command: "${name}"`);
      return;
    }
    if (!this.#output && name !== 'endblock') {
      if (this.#block !== undefined) {
        this.#addToBlock(`<!--#${name}${parameters.map(([key, value]) => ` ${key}="${value}"`).join('')} -->`);
        return;
      }
      if (rule.after === undefined) return;
    }
    try {
      if (
        rule.after !== undefined &&
        (this.#conditional === 'none' || (this.#conditional === 'else' && rule.after === 'if'))
      ) {
        throw new SsiError(`invalid context of SSI command: "${name}"`);
      }
      rule.run(this, parametersOf(name, rule, parameters));
    } catch (error) {
      if (!(error instanceof SsiError)) throw error;
      this.#fail(error.message);
    }
  }

  #fail(message: string): void {
    this.exchange.logError('error', `${message} while sending response to client`);
    if (!this.#settings.silentErrors) this.#out += this.#errorMessage;
  }

  includePath(given: ReadonlyMap<string, string>): void {
    const [virtual, file, set, stub] = ['virtual', 'file', 'set', 'stub'].map((name) => given.get(name));
    if (virtual !== undefined && file !== undefined) {
      throw new SsiError(`inclusion may be either virtual="${virtual}" or file="${file}"`);
    }
    const path = virtual ?? file;
    if (path === undefined) throw new SsiError('no parameter in "include" SSI command');
    if (set !== undefined && stub !== undefined) {
      throw new SsiError('"set" and "stub" cannot be used together in "include" SSI command');
    }
    const wait = given.get('wait');
    if (wait !== undefined && virtual === undefined) throw new SsiError(`"wait" cannot be used with file="${file}"`);
    if (wait !== undefined && !/^(yes|no)$/i.test(wait)) {
      throw new SsiError(`invalid value "${wait}" in the "wait" parameter`);
    }
    const { uri, args } = safePath(this.evaluate(path, true));
    const block = stub === undefined ? undefined : this.#state.blocks.get(stub);
    if (stub !== undefined && block === undefined) throw new SsiError(`"stub"="${stub}" for "include" not found`);
    this.#including = true;
    this.#flush();
    if (set !== undefined) {
      this.include(uri, args, (body, { status }) => {
        if (status < 300) this.#state.variables.set(set.toLowerCase(), body.toString('latin1'));
      });
    } else if (block !== undefined) {
      this.include(uri, args, (body, { status }) => {
        const empty = body.length === 0 || status >= 300;
        this.send(empty ? Buffer.from(block, 'latin1') : body);
      });
    } else this.include(uri, args);
  }

  echo(given: ReadonlyMap<string, string>): void {
    const name = given.get('var')!;
    const value = this.#variable(name) ?? given.get('default') ?? '(none)';
    const encoding = given.get('encoding');
    if (encoding === 'none' || encoding === 'url' || encoding === 'entity') this.#encoding = encoding;
    else if (encoding !== undefined) {
      this.exchange.logError(
        'error',
        `unknown encoding "${encoding}" in the "echo" command while sending response to client`,
      );
    }
    if (this.#encoding === 'url') this.#out += escapeUrl(value);
    else this.#out += this.#encoding === 'entity' ? escapeEntities(value) : value;
  }

  configure(given: ReadonlyMap<string, string>): void {
    const format = given.get('timefmt');
    if (format !== undefined) this.#settings.setTimeFormat(format);
    this.#errorMessage = given.get('errmsg') ?? this.#errorMessage;
  }

  set(given: ReadonlyMap<string, string>): void {
    this.#state.variables.set(given.get('var')!.toLowerCase(), this.evaluate(given.get('value')!, false));
  }

  choose(given: ReadonlyMap<string, string>, first: boolean): void {
    if (first && this.#conditional !== 'none') {
      throw new SsiError('the "if" command inside the "if" command');
    }
    if (this.#chosen) {
      this.#output = false;
      return;
    }
    this.#output = this.#holds(given.get('expr')!);
    if (this.#output) this.#chosen = true;
    this.#conditional = 'if';
  }

  otherwise(): void {
    this.#output = !this.#chosen;
    this.#conditional = 'else';
  }

  endChoice(): void {
    this.#output = true;
    this.#chosen = false;
    this.#conditional = 'none';
  }

  openBlock(given: ReadonlyMap<string, string>): void {
    this.#block = given.get('name')!;
    this.#state.blocks.set(this.#block, '');
    this.#output = false;
  }

  closeBlock(): void {
    this.#block = undefined;
    this.#output = true;
  }

  /** `$a`, `$a = text`, `$a != text`, and both with `/regular expression/`. */
  #holds(expression: string): boolean {
    const leftText = /^[A-Za-z0-9${}_"']*/.exec(expression)![0];
    const left = this.evaluate(leftText.toLowerCase(), false);
    const rest = expression.slice(leftText.length).replace(/^ +/, '');
    if (rest === '') return left !== '';
    const operator = /^(=|!=) */.exec(rest);
    if (operator === null) throw new SsiError(`invalid expression in "${expression}"`);
    const negative = operator[1] === '!=';
    const rightText = rest.slice(operator[0].length);
    if (rightText.length > 1 && rightText.startsWith('/')) {
      if (!rightText.endsWith('/')) throw new SsiError(`invalid expression in "${expression}"`);
      return this.#matches(this.evaluate(rightText.slice(1, -1), false), left) !== negative;
    }
    return (this.evaluate(rightText.replace(/^\\\//, '/'), false) === left) !== negative;
  }

  #matches(pattern: string, subject: string): boolean {
    try {
      const match = findMatch(compileRegex(pattern, false), subject);
      if (match === null) return false;
      this.#state.captures = match;
      for (const [name, value] of Object.entries(match.groups ?? {}))
        this.#state.variables.set(name.toLowerCase(), value ?? '');
      return true;
    } catch (error) {
      if (!(error instanceof RegexError || error instanceof MatchLimitError)) throw error;
      throw new SsiError(error.message);
    }
  }

  #variable(name: string): string | undefined {
    const low = name.toLowerCase();
    const { captures, variables } = this.#state;
    if (/^\d$/.test(low) && Number(low) < captures.length) return captures[Number(low)] ?? '';
    return variables.get(low) ?? this.exchange.variable(low);
  }

  /** A text with variables and quoted characters; `path`: one that doesn't begin with a slash is beside the page. */
  evaluate(text: string, path: boolean): string {
    let out = '';
    for (let at = 0; at < text.length; ) {
      if (text[at] === '$') {
        const [whole, bracket, name] = /^\$(\{?)(\w*)/.exec(text.slice(at))! as unknown as [string, string, string];
        at += whole.length;
        if (bracket !== '' && text[at++] !== '}')
          throw new SsiError(`the closing bracket in "${name}" variable is missing`);
        if (name === '') throw new SsiError(`invalid variable name in "${text}"`);
        out += this.#variable(name) ?? '';
      } else if (text[at] === '\\' && at + 1 < text.length) {
        out += /[\\'"$]/.test(text[at + 1]!) ? text[at + 1] : `\\${text[at + 1]}`;
        at += 2;
      } else if (text[at] === '\\') at++;
      else out += text[at++];
    }
    if (!path || out.startsWith('/')) return out;
    const { uri } = this.exchange;
    return uri.slice(0, uri.lastIndexOf('/') + 1) + out;
  }
}

const RULES: Readonly<Record<string, Rule>> = {
  include: {
    parameters: { virtual: false, file: false, wait: false, set: false, stub: false },
    run: (page, given) => page.includePath(given),
  },
  echo: { parameters: { var: true, default: false, encoding: false }, run: (page, given) => page.echo(given) },
  config: { parameters: { errmsg: false, timefmt: false }, run: (page, given) => page.configure(given) },
  set: { parameters: { var: true, value: true }, run: (page, given) => page.set(given) },
  if: { parameters: { expr: true }, run: (page, given) => page.choose(given, true) },
  elif: { parameters: { expr: true }, after: 'if', run: (page, given) => page.choose(given, false) },
  else: { parameters: {}, after: 'if', run: (page) => page.otherwise() },
  endif: { parameters: {}, after: 'else', run: (page) => page.endChoice() },
  block: { parameters: { name: true }, run: (page, given) => page.openBlock(given) },
  endblock: { parameters: {}, run: (page) => page.closeBlock() },
};

function parametersOf(name: string, { parameters }: Rule, given: SsiCommand['parameters']): Map<string, string> {
  const known = new Map<string, string>();
  for (const [key, value] of given) {
    if (parameters[key] === undefined) throw new SsiError(`invalid parameter name: "${key}" in "${name}" SSI command`);
    if (known.has(key)) throw new SsiError(`duplicate "${key}" parameter in "${name}" SSI command`);
    known.set(key, value);
  }
  for (const [key, needed] of Object.entries(parameters)) {
    if (needed && !known.has(key)) {
      throw new SsiError(`mandatory "${key}" parameter is absent in "${name}" SSI command`);
    }
  }
  return known;
}

/** Source: ngx_http_parse_unsafe_uri. */
function safePath(text: string): { readonly uri: string; readonly args: string } {
  const question = text.indexOf('?');
  const path = question < 0 ? text : text.slice(0, question);
  const uri = path.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  if (uri === '' || /(^|\/)\.\.(\/|$)|\0/.test(uri)) throw new SsiError(`unsafe URI "${text}" was detected`);
  return { uri, args: question < 0 ? '' : text.slice(question + 1) };
}

/** NGX_ESCAPE_HTML: what can't stand in a link. */
function escapeUrl(text: string): string {
  return text.replace(/[\x00-\x20"%'<>\x7f-\xff]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

function escapeEntities(text: string): string {
  return text.replace(/[<>&"]/g, (character) => ENTITIES[character]!);
}

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };
