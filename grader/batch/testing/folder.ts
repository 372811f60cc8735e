import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A temporary folder that is removed in the end: `using folder = new Folder()`. */
export class Folder {
  readonly root = mkdtempSync(path.join(tmpdir(), 'workbook-batch-'));

  /** Writes files by their paths below the folder, and returns the folder. */
  write(files: Readonly<Record<string, string | Uint8Array>>): string {
    for (const [name, content] of Object.entries(files)) {
      const file = this.place(name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    return this.root;
  }

  place(name: string): string {
    return path.join(this.root, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
