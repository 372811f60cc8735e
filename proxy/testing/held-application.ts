import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

/** An application that answers when it is told to, and knows who waits. */
export class HeldApplication {
  /** How many requests have come. */
  requests = 0;
  readonly #held: ServerResponse[] = [];
  readonly #server = createServer((_, response) => {
    this.requests++;
    this.#held.push(response);
    response.on('close', () => {
      const at = this.#held.indexOf(response);
      if (at >= 0) this.#held.splice(at, 1);
    });
  });

  static async start(): Promise<HeldApplication> {
    const application = new HeldApplication();
    await once(application.#server.listen(0, '127.0.0.1'), 'listening');
    return application;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** How many requests wait for their answer. */
  get waiting(): number {
    return this.#held.length;
  }

  /** Answers all that wait. */
  answer(): void {
    for (const response of [...this.#held]) response.end('done');
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
