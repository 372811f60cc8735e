import type { Seen } from './seen.ts';

/** A lab as its `lab.ts` describes it. Objectives are graded in this order. */
export interface Lab {
  readonly number: number;
  /** The folder's name after `labN-`, e.g. `upstream`. */
  readonly name: string;
  readonly title: string;
  readonly objectives: readonly Objective[];
  readonly predictions: readonly Prediction[];
  /** The applications that run behind the student's server. */
  readonly applications: readonly ApplicationName[];
  /** Whether port 443 belongs to this lab's world. */
  readonly tls?: boolean;
  /** Whether /etc/nginx/htpasswd has users. */
  readonly users?: boolean;
  /** Whether the lab is about the server's processes: it gets a master and workers even where one process would do. */
  readonly processes?: boolean;
  /** Whether a configuration is changed and read anew while it runs; one process can do that as well as a master. */
  readonly reloads?: boolean;
  /**
   * Where requests go that don't say: port 80 when left out. `site` is where the site is, port 443 when port 80 sends
   * everybody there, so that a lab about something else takes a site with HTTPS and one without (docs/decisions/site-door.md).
   */
  readonly door?: 'site';
}

export type ApplicationName =
  | 'catalog'
  | 'catalog-1'
  | 'catalog-2'
  | 'back-office'
  | 'catalog-uwsgi'
  | 'catalog-fastcgi';

/** What a check may need that not every target offers; an objective whose needs are unmet is skipped with the reason. */
export type Capability =
  | 'applications'
  | 'stop-applications'
  | 'files'
  | 'access-log'
  | 'own-authority'
  | 'https'
  | 'client-addresses'
  | 'unix-sockets'
  | 'users'
  | 'own-ports'
  | 'workers'
  | 'processes'
  | 'reload'
  | 'skip-time';

export interface Objective {
  /** `labN.slug` */
  readonly id: string;
  /** One sentence that says the expected behaviour. */
  readonly title: string;
  readonly kind: 'core' | 'stretch';
  readonly points: number;
  /** Ids of objectives that must pass first. */
  readonly dependsOn?: readonly string[];
  readonly needs?: readonly Capability[];
  /** The objective of another lab that this one repeats, `labN.slug`: what explains a failure there explains it here. */
  readonly repeats?: string;
  /** Why it matters to a user of the site; shown on failure. */
  readonly why: string;
  /** At least two, from a nudge to the place and the directive; never the answer. */
  readonly hints: readonly string[];
  /** URL of the manual page. */
  readonly manual: string;
  /** Whole objective, ms; 30,000 by default, so that only a server is too slow for it and never the machine. */
  readonly timeLimit?: number;
  /** Runs alone (it stops applications, say); others may run side by side. */
  readonly alone?: boolean;
  /** Throws NotMet (grader/checks) when the behaviour isn't there. Must check something: a check without an expectation is an error. */
  check(trial: Trial): Promise<void>;
}

export interface Prediction {
  readonly question: string;
  readonly choices: readonly string[];
  /** Runs against the student's configuration (or the solution) and returns the index of the right choice. */
  answer(trial: Trial): Promise<number>;
  readonly explanation: string;
}

/** What a check works with. */
export interface Trial {
  readonly client: Client;
  readonly world: World;
  readonly random: Random;
  /** Ends with the objective's time limit. */
  readonly signal: AbortSignal;
  /** Every expectation is made through these, so that the runner knows something was checked. */
  readonly expect: Expect;
  /**
   * Has something put back when the objective ends: passed, failed, out of time or interrupted. `undo` gets a client that
   * still works then, and 10 s.
   */
  afterwards(undo: (client: Client) => Promise<void>): void;
}

/** Throws NotMet with `expected` and `received` when false. `evidence` are the responses it is about, the most telling last. */
export interface Expect {
  (condition: boolean, expected: string, received: string, evidence?: readonly (Response | Seen)[]): void;
  status(response: Response, ...allowed: number[]): void;
  header(response: Response, name: string, expected: string | RegExp): void;
  noHeader(response: Response, name: string): void;
  body(response: Response, expected: string | Uint8Array | RegExp): void;
}

export interface RequestOptions {
  readonly method?: string;
  /** The `Host` header; `catalog.test` by default. `null` sends none (HTTP/1.0). */
  readonly host?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Another port of the student's machine than 80 and 443, in plain HTTP; needs `own-ports`. */
  readonly port?: number;
  /** To that port as another machine would reach it: what listens on the loopback address alone isn't there. */
  readonly outside?: boolean;
  /** Through port 443, with SNI = host; the chain is verified against the lab authority unless `verify` is false. */
  readonly https?: boolean;
  readonly verify?: boolean;
  /** The name asked for in the handshake, when it isn't the host. */
  readonly servername?: string;
  /** The address of this machine to send from, one of 127.0.0.0/8; needs `client-addresses`. */
  readonly from?: string;
  /** ms until the whole answer is there; 5,000 by default. */
  readonly timeLimit?: number;
  /** A new connection each (the default), or the named kept one. */
  readonly connection?: string;
}

/** The paths are sent byte for byte as given: nothing is normalised or encoded. Redirects aren't followed. */
export interface Client {
  get(path: string, options?: RequestOptions): Promise<Response>;
  request(path: string, options?: RequestOptions): Promise<Response>;
  /** Many requests, at most `parallel` (16) at a time; answers in the order of the paths. */
  burst(
    paths: readonly string[],
    options?: RequestOptions & { readonly parallel?: number },
  ): Promise<readonly Response[]>;
  /** Opens a connection for each request first, then sends all of them at once; answers in the order of the paths. */
  volley(paths: readonly string[], options?: Omit<RequestOptions, 'connection'>): Promise<readonly Response[]>;
  /** A GET of which nothing is read but the head of the answer: whoever sends it has to wait until `close`. */
  hold(path: string, options?: Omit<RequestOptions, 'connection'>): Promise<Held>;
  /**
   * Asks for a WebSocket (RFC 6455), and sends one message after the other, each when the one before is answered. The
   * answer is the 101, or whatever came instead; `answers` end where none came within `timeLimit`.
   */
  converse(
    path: string,
    messages: readonly string[],
    options?: Omit<RequestOptions, 'connection' | 'method' | 'body'>,
  ): Promise<Conversation>;
  /** Bytes on a new connection, and all that comes back until close or `timeLimit`. */
  raw(
    bytes: string | Uint8Array,
    options?: { readonly https?: boolean; readonly timeLimit?: number },
  ): Promise<Uint8Array>;
  /** One TLS handshake on port 443. */
  handshake(options?: {
    readonly servername?: string;
    readonly minVersion?: string;
    readonly maxVersion?: string;
    readonly alpn?: readonly string[];
  }): Promise<Handshake>;
  /** One GET over HTTP/2 on port 443. */
  http2(path: string, options?: { readonly host?: string }): Promise<Response>;
}

/** `status` 0 means no answer; then `failure` says why (refused, reset, timeout, closed early, malformed). */
export interface Response {
  readonly status: number;
  readonly failure?: string;
  readonly httpVersion: string;
  /** Lower-case names; several of one name joined with ", ". Ports of the sandbox are mapped back to the student's (80, 443). */
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
  readonly text: string;
  json(): unknown;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly url: string;
    readonly curl: string;
    readonly head: string;
  };
  readonly durationMs: number;
  /** When the request was handed to the system, and when its answer was complete: ms on the grader's clock, as `Seen.receivedAt`. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** An answer that has begun and isn't read any further. */
export interface Held {
  /** The head of the answer; its body is empty. */
  readonly response: Response;
  close(): void;
}

export interface Conversation {
  readonly response: Response;
  readonly answers: readonly string[];
}

export interface Handshake {
  readonly ok: boolean;
  readonly failure?: string;
  readonly protocol?: string;
  readonly alpn?: string | false;
  readonly authorized?: boolean;
  readonly authorizationError?: string;
  readonly certificate?: {
    readonly names: readonly string[];
    readonly issuer: string;
    readonly validFrom: Date;
    readonly validTo: Date;
  };
}

export interface World {
  has(capability: Capability): boolean;
  application(name: ApplicationName): Application;
  /** Files of the sandbox: `html` is /usr/share/nginx/html, `poster` is /usr/share/nginx/poster, `share` the folder above both. */
  writeFile(folder: 'html' | 'poster' | 'share', name: string, content: string | Uint8Array): Promise<void>;
  readFile(folder: 'html' | 'poster' | 'share', name: string): Promise<Uint8Array>;
  listFiles(folder: 'html' | 'poster'): Promise<readonly string[]>;
  removeFile(folder: 'html' | 'poster' | 'share', name: string): Promise<void>;
  /**
   * Lines with `containing` in them, added to /var/log/nginx/access.log since `since` (a length in bytes); at least `lines`
   * are waited for, up to 2 s. Others may come in late: a server may keep lines for a moment before it writes them.
   */
  accessLog(since: number, lines: number, containing: string): Promise<readonly string[]>;
  accessLogLength(): Promise<number>;
  /** Lines with `containing` in them: of all files below /var/log/nginx, and of what the server wrote to its terminal. */
  logged(containing: string): Promise<readonly string[]>;
  /**
   * Lets ms go by at once for the server's memory of failures; the next request may come a moment before. Needs `skip-time`:
   * only the reference proxy, in one process, can be told.
   */
  skipTime(milliseconds: number): void;
  /** Stops the student's server and starts it again. */
  restartServer(): Promise<void>;
  /** The student's server as what the system sees of it. */
  readonly server: ServerControl;
  /** The users of /etc/nginx/htpasswd, made up for this run; none where the lab has none. */
  readonly users: readonly User[];
  /** The front door as the student writes it (`80`) and as it is. */
  readonly address: { readonly http: string; readonly https: string };
}

/** A server's processes and the configuration that it reads. */
export interface ServerControl {
  /**
   * Each process that works for the server and has none below it, by its id, with the number of clients' connections that
   * it holds at this moment; needs `processes`.
   */
  workers(): Promise<ReadonlyMap<number, number>>;
  /** Ends one of these without a warning (SIGKILL); needs `processes`. */
  kill(worker: number): Promise<void>;
  /**
   * Puts a line into each `server` of the configuration, as an editor would; undefined brings back what the student wrote.
   * It takes effect with the next reload. Needs `reload`.
   */
  edit(line: string | undefined): Promise<void>;
  /** Sends a signal to the server's first process, its master; needs `reload`. */
  signal(name: 'SIGHUP' | 'SIGQUIT'): void;
  /** Whether it still runs, after `patience` ms to end. */
  runs(patience: number): Promise<boolean>;
}

export interface User {
  readonly name: string;
  readonly password: string;
}

/** An application the grader owns: a real catalog that records what arrives. */
export interface Application {
  readonly name: ApplicationName;
  /** A value made up for this run: the application shows it in `GET /` and as `X-Run` header of every answer. */
  readonly token: string;
  /** What all instances of one application have in common: their tokens begin with it. */
  readonly run: string;
  readonly address: string;
  /** What has arrived so far, oldest first. */
  readonly seen: readonly Seen[];
  /** Connections accepted so far. */
  readonly connections: number;
  /** Requests that arrived so far; `clear` leaves the count as it is. */
  readonly requests: number;
  clear(): void;
  /** What it answers to a GET that goes to it directly, past the student's server. */
  ask(path: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Closes the port: connections are refused, open ones reset. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** From now on: take requests matching the path and close without an answer (`die`), or never answer (`hang`); undefined is normal. */
  misbehave(how: 'die' | 'hang' | undefined, path?: string): void;
  /** From now on requests for the path are recorded and wait for their answers, until the function it returns is called. */
  hold(path: string): () => void;
  /** Answers this path with this, until cleared with undefined. */
  answer(
    path: string,
    answer:
      | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
      | undefined,
  ): void;
}

export interface Random {
  /** 0 <= n < below */
  integer(below: number): number;
  word(length?: number): string;
  bytes(length: number): Uint8Array;
  pick<T>(from: readonly T[]): T;
}
