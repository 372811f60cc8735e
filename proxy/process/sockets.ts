import { rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { failedCall, systemPath } from '../config/index.ts';
import type { Listener } from '../http/configuration.ts';
import { type Engine, openListener } from '../http/engine.ts';

interface Open {
  readonly server: Server;
  readonly listener: Listener;
}

/** The listening sockets of a process. They outlive a configuration: what both the old and the new one want stays open. */
export class Sockets {
  readonly #open = new Map<string, Open>();
  readonly #engine: () => Engine;
  readonly #ownsFiles: boolean;

  /**
   * `engine` is asked at every connection: what the configuration at work makes of it. `ownsFiles` is false where a
   * master opens the sockets, and looks after the files of Unix sockets.
   */
  constructor(engine: () => Engine, ownsFiles: boolean) {
    this.#engine = engine;
    this.#ownsFiles = ownsFiles;
  }

  /**
   * Opens what isn't open yet; says what could not be opened, in nginx's words, and has then opened nothing. Nothing
   * is handed to the new listeners, and nothing is closed, before `use`.
   */
  async prepare(listeners: readonly Listener[]): Promise<{ errors: string[]; use: () => void }> {
    const added: Open[] = [];
    const errors: string[] = [];
    if (this.#ownsFiles) removeStaleSockets(listeners.filter(({ text }) => !this.#open.has(text)));
    for (const listener of listeners) {
      if (this.#open.has(listener.text)) continue;
      try {
        added.push(await this.#listen(listener));
      } catch (error) {
        errors.push(
          failedCall('bind', `\0${listener.text}`, error)
            .replace(/"\0([^"]*)"/, '$1')
            .replace('()', '() to'),
        );
      }
    }
    if (errors.length > 0) for (const { server } of added) server.close();
    const use = (): void => {
      for (const open of added) this.#open.set(open.listener.text, open);
      for (const [text, open] of this.#open)
        if (!listeners.some((listener) => listener.text === text)) this.#close(text, open);
    };
    return { errors, use };
  }

  closeAll(): void {
    for (const [text, open] of this.#open) this.#close(text, open);
  }

  #close(text: string, open: Open): void {
    open.server.close();
    this.#open.delete(text);
  }

  async #listen(listener: Listener): Promise<Open> {
    return { server: await openListener(listener, this.#engine), listener };
  }
}

/** A socket file that a crashed process left behind would refuse the address for ever. For listeners that are to be opened. */
export function removeStaleSockets(listeners: readonly Listener[]): void {
  for (const { address } of listeners.filter(({ unix }) => unix)) rmSync(systemPath(address), { force: true });
}
