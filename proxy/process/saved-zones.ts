import type { Configuration } from '../http/configuration.ts';
import type { SavedZones } from './zone-messages.ts';

/** What the zones of a configuration hold, as plain data. */
export function saveZones({ zones }: Configuration): SavedZones {
  return zones.withContents.map(({ name, contents }) => [name, contents.save()] as const);
}

/** Puts what another process saved into the zones of a configuration that has them. */
export function loadZones({ zones }: Configuration, saved: SavedZones): void {
  const byName = new Map(saved);
  for (const { name, contents } of zones.withContents) if (byName.has(name)) contents.load(byName.get(name));
}
