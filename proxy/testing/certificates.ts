import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** An authority made by openssl for one test, and what it vouches for. */
export class Authority {
  readonly cert: string;
  readonly #folder: string;
  readonly #name: string;

  /** Files go into `folder`, `name.crt` and `name.key` are the authority's own: there already unless it vouches for `itself`. */
  constructor(folder: string, name: string, itself = true) {
    this.#folder = folder;
    this.#name = name;
    if (itself) this.#openssl('req', '-x509', ...EC, '-days', '2', '-subj', `/CN=${name}`, ...this.#out(name));
    this.cert = this.#read(`${name}.crt`);
  }

  /** An authority that this one vouches for; its `cert` is its own alone. */
  authority(name: string): Authority {
    this.issue(name, `/CN=${name}`, [], true);
    return new Authority(this.#folder, name, false);
  }

  /** A list (a file `name.crl` of the authority's name) that revokes these certificates. */
  revoke(...files: string[]): void {
    const config = this.#path(`${this.#name}.cnf`);
    const database = this.#path(`${this.#name}.database`);
    writeFileSync(database, '');
    writeFileSync(config, `[ca]\ndefault_ca=own\n[own]\ndatabase=${database}\ndefault_md=sha256\ndefault_crl_days=2\n`);
    const by = [
      '-config',
      config,
      '-cert',
      this.#path(`${this.#name}.crt`),
      '-keyfile',
      this.#path(`${this.#name}.key`),
    ];
    for (const file of files) this.#openssl('ca', ...by, '-revoke', this.#path(`${file}.crt`));
    this.#openssl('ca', ...by, '-gencrl', '-out', this.#path(`${this.#name}.crl`));
  }

  /** A certificate for a subject (`/O=b/CN=a`) and host names; also as files `file.crt` and `file.key`. */
  issue(file: string, subject: string, names: readonly string[] = [], isAuthority = false): Certificate {
    const request = path.join(this.#folder, `${file}.csr`);
    const extensions = path.join(this.#folder, `${file}.ext`);
    const alternatives = names.map((name) => `DNS:${name}`).join(',');
    writeFileSync(
      extensions,
      `basicConstraints=CA:${isAuthority ? 'TRUE' : 'FALSE'}\n${alternatives === '' ? '' : `subjectAltName=${alternatives}\n`}`,
    );
    this.#openssl('req', ...EC, '-subj', subject, '-keyout', this.#path(`${file}.key`), '-out', request);
    const by = [
      '-CA',
      this.#path(`${this.#name}.crt`),
      '-CAkey',
      this.#path(`${this.#name}.key`),
      '-set_serial',
      '0x0a1b2c',
    ];
    this.#openssl(
      'x509',
      '-req',
      '-days',
      '2',
      '-in',
      request,
      ...by,
      '-extfile',
      extensions,
      '-out',
      this.#path(`${file}.crt`),
    );
    return { cert: this.#read(`${file}.crt`), key: this.#read(`${file}.key`) };
  }

  #openssl(...words: string[]): void {
    execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  }

  #out(name: string): string[] {
    return ['-keyout', this.#path(`${name}.key`), '-out', this.#path(`${name}.crt`)];
  }

  #path(name: string): string {
    return path.join(this.#folder, name);
  }

  #read(name: string): string {
    return readFileSync(this.#path(name), 'latin1');
  }
}
