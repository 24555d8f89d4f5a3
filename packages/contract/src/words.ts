/** The closed lists of words; DESIGN.md, section 1. Code, SQL, API and pages use these and no synonyms. */

export const ACTION_CLASSES = [1, 2, 3] as const;
export type ActionClass = (typeof ACTION_CLASSES)[number];

export const RISKS = ['customer', 'billing', 'permission', 'legal', 'production'] as const;
export type Risk = (typeof RISKS)[number];

/** What policy said. */
export const VERDICTS = ['allow', 'require_approval', 'deny'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What the gate then did. */
export const ENFORCEMENTS = ['executed', 'blocked', 'waiting', 'refused', 'expired'] as const;
export type Enforcement = (typeof ENFORCEMENTS)[number];

/** How the tool ended. `unknown`: dispatched, result never seen. */
export const OUTCOMES = ['succeeded', 'failed', 'unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const FINAL_STATUSES = [
  'completed',
  'escalated',
  'blocked',
  'refused',
  'expired',
  'over_budget',
  'failed',
  'cancelled',
  'suspended',
] as const;
export type FinalStatus = (typeof FINAL_STATUSES)[number];

/** A run's status as pages and the API show it: a run that never ended is `unsealed`. */
export type RunStatus = FinalStatus | 'unsealed';

/** Where a cost comes from: reported by the provider, or computed from the price table. */
export const COST_SOURCES = ['provider', 'local'] as const;
export type CostSource = (typeof COST_SOURCES)[number];

export const ROLES = ['agent', 'owner', 'reviewer', 'approver', 'auditor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const FLAG_STATES = ['open', 'acknowledged', 'resolved', 'cleared'] as const;
export type FlagState = (typeof FLAG_STATES)[number];

export const REVIEW_VERDICTS = ['acceptable', 'needs_correction', 'unacceptable'] as const;
export type ReviewVerdict = (typeof REVIEW_VERDICTS)[number];

/**
 * What of a run's content leaves its process. `full`: content, salted digest and nonce; `digest`: digest and nonce without
 * content; `off`: a digest whose nonce is thrown away, a commitment that nobody can open or guess.
 */
export const CONTENT_CAPTURES = ['full', 'digest', 'off'] as const;
export type ContentCapture = (typeof CONTENT_CAPTURES)[number];

/** A source system, or the model's own inference: what a cited fact rests on. */
export const FACT_ORIGINS = ['source', 'inference'] as const;
export type FactOrigin = (typeof FACT_ORIGINS)[number];

/** `info`: to know; `warning`: a rule was broken; `critical`: a rule that guards class 3 or the evidence itself was. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The forms in which an incident's notification is sent. */
export const WEBHOOK_KINDS = ['standard', 'slack'] as const;
export type WebhookKind = (typeof WEBHOOK_KINDS)[number];
