import type { LabResult, ObjectiveResult, StartupMessage } from '../result.ts';
import { harmless } from './text.ts';

/** What it takes to understand one objective that didn't pass, a line each, as plain text that obeys nothing. */
export function explanation(objective: ObjectiveResult): readonly string[] {
  const { outcome, expected, received, because, blame, why, reproduce } = objective;
  if (outcome === 'passed') return [];
  const skipped = outcome === 'skipped';
  const lines = [
    expected && `expected ${expected}`,
    received && `received ${received}`,
    because && (skipped ? `not checked: ${because}` : `because ${because}`),
    blame && `${blame.file}:${blame.line}: ${blame.text.trim()}`,
    why && `why it matters: ${why}`,
    ...reproduce.map((line) => `try: ${line}`),
  ];
  return lines.flatMap((line) => (line ? [harmless(line)] : []));
}

/** The same in one line: what came, or why nothing was asked. */
export function briefly({ received, because, outcome }: ObjectiveResult): string {
  return harmless(received ?? because ?? outcome).replace(/\s*\n\s*/g, ' ');
}

/** `default.conf:12: [emerg] ...`, with what most likely is wrong under it. */
export function startupLines({ startup }: LabResult): readonly string[] {
  return startup.messages.flatMap((message) => [
    startupLine(message),
    ...(message.advice === undefined ? [] : [harmless(message.advice)]),
  ]);
}

export function startupLine({ file, line, severity, text }: StartupMessage): string {
  return harmless(`${file === undefined ? '' : `${file}:${line ?? 1}: `}[${severity}] ${text}`);
}
