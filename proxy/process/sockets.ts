import type { Server } from 'node:net';
import type { Listener } from '../http/configuration.ts';
import { type Engine, openListener } from '../http/engine.ts';
import { bindFailure } from './listening.ts';

interface Open {
  readonly server: Server;
  readonly listener: Listener;
}

/** The listening sockets of a process that serves. They outlive a configuration: what both the old and the new one want stays open. */
export class Sockets {
  readonly #open = new Map<string, Open>();
  readonly #engine: () => Engine;
  readonly #given: ReadonlyMap<string, number> | undefined;

  /**
   * `engine` is asked at every connection: what the configuration at work makes of it. `given`: the open files that are
   * to be listened on, by address, where a master has bound them.
   */
  constructor(engine: () => Engine, given?: ReadonlyMap<string, number>) {
    this.#engine = engine;
    this.#given = given;
  }

  /**
   * Opens what isn't open yet; says what could not be opened, in nginx's words, and has then opened nothing. Nothing
   * is handed to the new listeners, and nothing is closed, before `use`.
   */
  async prepare(listeners: readonly Listener[]): Promise<{ errors: string[]; use: () => void }> {
    const added: Open[] = [];
    const errors: string[] = [];
    for (const listener of listeners) {
      if (this.#open.has(listener.text)) continue;
      try {
        added.push(await this.#listen(listener));
      } catch (error) {
        errors.push(bindFailure(listener.text, error));
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
    const server = await openListener(listener, this.#engine, { fd: this.#given?.get(listener.text) });
    return { server, listener };
  }
}
