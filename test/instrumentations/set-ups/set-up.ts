import type { Api, Scenario } from '../scenarios.ts';

/** What a provider counts and a library may leave out. */
export type Said = 'cacheRead' | 'cacheCreation' | 'cacheCreationHour' | 'tier';

/**
 * What is missing from a library's evidence, seen and not guessed. `silent`: no span at all. `untold`: a report without usage,
 * though the provider told it. `estimated`: numbers of its own that nothing on the span tells from usage.
 */
export type Gap = 'silent' | 'untold' | 'estimated';

/** One way in which an application is instrumented; a program of that name plays it. */
export interface SetUp {
  readonly name: string;
  readonly language: 'js' | 'python';
  /** What it is, for people. */
  readonly title: string;
  readonly apis: readonly Api[];
  /** Packages whose versions are told with the results. */
  readonly packages: readonly string[];
  /** The instrumentation scope whose report counts; several, where each says more than the other in some scenario. */
  readonly counts: string | readonly string[];
  /** What its spans never say: NULL is expected there, and a cost that may be too high or too low by it. */
  readonly neverSays: readonly Said[];
  /** By scenario. */
  readonly gaps?: Readonly<Record<string, Gap>>;
  /** Scenarios that it cannot play, or that would be no other. */
  readonly skips?: readonly string[];
}

/** What a set-up plays: every scenario of its APIs. */
export const playedBy = ({ apis, skips = [] }: SetUp, scenarios: readonly Scenario[]): readonly Scenario[] =>
  scenarios.filter(({ api, name }) => apis.includes(api) && !skips.includes(name));
