import { z } from 'zod';

/** What `package:gradescope` was told, as it lies in the bundle. */
export const settingsSchema = z.strictObject({
  /** The lab's folder. */
  lab: z.string(),
  leaderboard: z.boolean(),
  /** Programs run even where the container can't shut them in. */
  trust: z.boolean(),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Where it lies, from the bundle's top. */
export const settingsFile = 'grader/packaging/gradescope/settings.json';

/** What of Gradescope's `submission_metadata.json` is used; everything in it may be missing. */
export const metadataSchema = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  assignment: z.object({ total_points: z.coerce.number().optional() }).optional(),
  previous_submissions: z.array(z.unknown()).optional(),
});
export type Metadata = z.infer<typeof metadataSchema>;
