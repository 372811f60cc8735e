import type { Client } from '../lab.ts';

type Undo = (client: Client) => Promise<void>;

/** What an objective wants put back when it ends, however it ends. */
export class Afterwards {
  readonly #undos: Undo[] = [];

  readonly add = (undo: Undo): void => void this.#undos.push(undo);

  /** Does it all, the last first, for at most `timeLimit` ms; what fails must not keep the others from being done. */
  async run(client: Client, timeLimit: number): Promise<void> {
    if (this.#undos.length === 0) return;
    const all = (async () => {
      for (const undo of this.#undos.splice(0).reverse()) await undo(client).catch(() => {});
    })();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeLimit);
    });
    await Promise.race([all, late]);
    clearTimeout(timer);
  }
}
