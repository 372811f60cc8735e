import { z } from 'zod';

const visibility = z.enum(['visible', 'hidden', 'after_due_date', 'after_published']);
const format = z.enum(['text', 'html', 'simple_format', 'md', 'ansi']);

/** What Gradescope takes as `results.json`, and our own rule that nothing is hidden from the student. */
export const gradescopeSchema = z.strictObject({
  score: z.number().nonnegative(),
  execution_time: z.number().nonnegative().optional(),
  output: z.string(),
  output_format: format.optional(),
  visibility,
  stdout_visibility: visibility,
  extra_data: z.record(z.string(), z.unknown()).optional(),
  leaderboard: z
    .array(z.strictObject({ name: z.string(), value: z.number(), order: z.enum(['asc', 'desc']) }))
    .optional(),
  tests: z.array(
    z.strictObject({
      score: z.number().nonnegative(),
      max_score: z.number().nonnegative(),
      status: z.enum(['passed', 'failed']),
      name: z.string(),
      number: z.string(),
      output: z.string(),
      output_format: format,
      tags: z.array(z.string()),
      visibility: z.literal('visible'),
      extra_data: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});
