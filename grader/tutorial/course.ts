import type { Lab, Objective } from '../lab.ts';
import type { RequestTrace } from '../trace.ts';
import type { Standing } from './steps.ts';

/** One lab as the tutorial needs it. */
export interface CourseLab {
  readonly number: number;
  readonly name: string;
  readonly folder: string;
  readonly title: string;
  load(): Promise<{ readonly default: Lab }>;
}

/** A file of a solution, to be shown. */
export interface SolutionFile {
  readonly name: string;
  readonly text: string;
}

/** What the server does. */
export interface Answer {
  /** Index of the right choice. */
  readonly choice: number;
  /** How it treated the last request that was asked for this; undefined where none was. */
  readonly trace: RequestTrace | undefined;
}

/** Asks the sandbox, whose server runs until `close`. */
export interface Oracle {
  answer(prediction: Lab['predictions'][number], signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

/** All that the tutorial does outside of the terminal. */
export interface Course {
  readonly labs: readonly CourseLab[];
  /** The lab's text, Markdown. */
  text(lab: CourseLab): Promise<string>;
  /** Puts the starter into the student's workspace unless something is there; the file to edit, as one would type it. */
  prepare(lab: CourseLab): Promise<string>;
  /** Checks the student's own configuration and keeps the outcome; the report for the terminal. */
  check(lab: CourseLab, signal: AbortSignal): Promise<string>;
  /** Runs the student's own configuration once it has passed, the solution before that. */
  oracle(lab: CourseLab, passed: boolean, signal: AbortSignal): Promise<Oracle>;
  solution(lab: CourseLab): Promise<readonly SolutionFile[]>;
  standing(lab: CourseLab): Promise<Standing>;
  /** Keeps how far the student has come, on disk, at once. */
  note(lab: CourseLab, change: Partial<Pick<Standing, 'read' | 'predicted'>>): Promise<void>;
  hintGiven(lab: CourseLab, objective: Objective): Promise<void>;
  /** Says that this lab is open now. */
  opened(lab: CourseLab): Promise<void>;
  /** Folder of the lab that was open last. */
  last(): Promise<string | undefined>;
}
