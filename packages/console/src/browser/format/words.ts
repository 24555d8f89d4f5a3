import type {
  ApprovalState,
  ContentCapture,
  Enforcement,
  FactOrigin,
  FlagState,
  Outcome,
  ReviewVerdict,
  RunStatus,
  Verdict,
} from '@tollgate/contract';

/** How a word looks on a page: its text, and a mark and colour that say the same. */
export interface Look {
  readonly text: string;
  readonly tone: Tone;
}

export type Tone = 'good' | 'bad' | 'warn' | 'wait' | 'calm';

const look = (tone: Tone, text: string): Look => ({ text, tone });

// Each table is complete by its type: a word that the contract gains does not compile here until it has a look.
const RUN_STATUS: Record<RunStatus, Look> = {
  completed: look('good', 'completed'),
  escalated: look('warn', 'escalated'),
  blocked: look('bad', 'blocked'),
  refused: look('bad', 'refused'),
  expired: look('warn', 'expired'),
  over_budget: look('bad', 'over budget'),
  failed: look('bad', 'failed'),
  cancelled: look('calm', 'cancelled'),
  suspended: look('warn', 'suspended'),
  unsealed: look('wait', 'unsealed'),
};

const VERDICT: Record<Verdict, Look> = {
  allow: look('good', 'allow'),
  require_approval: look('wait', 'require approval'),
  deny: look('bad', 'deny'),
};

const ENFORCEMENT: Record<Enforcement, Look> = {
  executed: look('good', 'executed'),
  blocked: look('bad', 'blocked'),
  waiting: look('wait', 'waiting'),
  refused: look('bad', 'refused'),
  expired: look('warn', 'expired'),
};

const OUTCOME: Record<Outcome, Look> = {
  succeeded: look('good', 'succeeded'),
  failed: look('bad', 'failed'),
  unknown: look('warn', 'unknown'),
};

const APPROVAL_STATE: Record<ApprovalState, Look> = {
  waiting: look('wait', 'waiting'),
  // A grant also comes of broken glass, which nobody approved: who decided what stands beside it.
  approved: look('good', 'granted'),
  refused: look('bad', 'refused'),
  expired: look('warn', 'expired'),
  withdrawn: look('calm', 'withdrawn'),
  consumed: look('good', 'granted and used'),
};

const FLAG_STATE: Record<FlagState, Look> = {
  open: look('bad', 'open'),
  acknowledged: look('wait', 'acknowledged'),
  resolved: look('good', 'resolved'),
  cleared: look('calm', 'cleared'),
};

const NOTIFICATION_STATE: Record<'waiting' | 'delivered' | 'given_up' | 'unsent', Look> = {
  waiting: look('wait', 'on its way'),
  delivered: look('good', 'delivered'),
  given_up: look('bad', 'given up'),
  unsent: look('calm', 'no webhook'),
};

const SEVERITY: Record<'info' | 'warning' | 'critical', Look> = {
  info: look('calm', 'info'),
  warning: look('warn', 'warning'),
  critical: look('bad', 'critical'),
};

const SAMPLE_STATE: Record<'pending' | 'reviewed' | 'overdue', Look> = {
  pending: look('wait', 'due'),
  reviewed: look('good', 'reviewed'),
  overdue: look('bad', 'overdue'),
};

const REVIEW_VERDICT: Record<ReviewVerdict, Look> = {
  acceptable: look('good', 'acceptable'),
  needs_correction: look('warn', 'needs correction'),
  unacceptable: look('bad', 'unacceptable'),
};

const ORIGIN: Record<FactOrigin, Look> = {
  source: look('good', 'from a source'),
  inference: look('warn', 'inferred by the model'),
};

const REDACTION: Record<'masked' | 'cut' | 'withheld', Look> = {
  masked: look('warn', 'masked in part'),
  cut: look('warn', 'cut'),
  withheld: look('calm', 'withheld'),
};

const CAPTURE: Record<ContentCapture, Look> = {
  full: look('good', 'kept whole'),
  digest: look('wait', 'digest only'),
  off: look('calm', 'nothing kept'),
};

const LOOKS = {
  run_status: RUN_STATUS,
  verdict: VERDICT,
  enforcement: ENFORCEMENT,
  outcome: OUTCOME,
  approval_state: APPROVAL_STATE,
  flag_state: FLAG_STATE,
  notification_state: NOTIFICATION_STATE,
  severity: SEVERITY,
  sample_state: SAMPLE_STATE,
  review_verdict: REVIEW_VERDICT,
  origin: ORIGIN,
  redaction: REDACTION,
  capture: CAPTURE,
} as const satisfies Record<string, Readonly<Record<string, Look>>>;

export type Vocabulary = keyof typeof LOOKS;

/** The look of a word. One that this console does not know is shown as it came, calm. */
export function lookOf(vocabulary: Vocabulary, word: string): Look {
  const looks: Readonly<Record<string, Look>> = LOOKS[vocabulary];
  const found = Object.hasOwn(looks, word) ? looks[word] : undefined;
  return found ?? { text: word.replaceAll('_', ' '), tone: 'calm' };
}
