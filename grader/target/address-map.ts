import type { PortPair } from '../probe/index.ts';
import { deadPort, freePort } from './ports.ts';

/** How a port is used by the configuration. `inside`: a listener on the loopback address, beside one for everybody. */
export type PortUse = 'listen' | 'inside' | 'connect';

/** Which sandbox port stands for which port of the student's machine. */
export class AddressMap {
  readonly #ports = new Map<string, number>();
  readonly #wanted = new Map<string, PortUse>();

  /** `applications`: ports of the world's applications, the student's to the sandbox's. */
  constructor(applications: ReadonlyMap<number, number>) {
    for (const [student, sandbox] of applications) this.#ports.set(String(student), sandbox);
  }

  /** The sandbox port of the student's; before `prepare` it notes that one is wanted, and returns 0. */
  port(student: number, use: PortUse): number {
    const key = use === 'inside' ? `${student} inside` : String(student);
    const found = this.#ports.get(key);
    if (found !== undefined) return found;
    if (use !== 'connect' || !this.#wanted.has(key)) this.#wanted.set(key, use);
    return 0;
  }

  /** Finds the ports that are wanted: free ones to listen on, and closed ones where nothing of the world listens. */
  async prepare(): Promise<void> {
    const taken = new Set(this.#ports.values());
    for (const [key, use] of this.#wanted) {
      const port = use === 'connect' ? await deadPort(taken) : await freePort(taken);
      taken.add(port);
      this.#ports.set(key, port);
    }
    this.#wanted.clear();
  }

  /** Every sandbox port with the number the student knows. */
  get pairs(): readonly PortPair[] {
    return [...this.#ports].map(([key, sandbox]) => ({ student: Number.parseInt(key, 10), sandbox }));
  }
}
