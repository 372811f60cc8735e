import { z } from 'zod';

/** How a class is graded; kept with each run, so that the gradebook can be read the same way later. */
export const settingsData = z.object({
  engine: z.enum(['reference', 'nginx']),
  policy: z.enum(['best', 'last']),
  deadlines: z.object({ all: z.number().optional(), byLab: z.record(z.string(), z.number()) }),
  /** A unit of null is one that never ends. */
  penalty: z.object({ share: z.number(), unit: z.number().nullable(), most: z.number(), grace: z.number() }),
});

export type Settings = z.infer<typeof settingsData>;
