import type { Requirements } from '@tollgate/contract';
import { requirementsOf } from './read-workflow.ts';

type Version = Parameters<typeof requirementsOf>[1];

/** A version is its digest, so what was computed once holds for every service in the process. */
const computed = new Map<string, Requirements>();
const MAX_COMPUTED = 1000;

/** As `requirementsOf`, for what asks often. */
export async function cachedRequirements(
  db: Parameters<typeof requirementsOf>[0],
  version: Version,
): Promise<Requirements> {
  const key = `${version.workflow}@${version.policy_version}`;
  const known = computed.get(key);
  if (known !== undefined) return known;
  const { requirements } = await requirementsOf(db, version);
  const [oldest] = computed.keys();
  if (computed.size >= MAX_COMPUTED && oldest !== undefined) computed.delete(oldest);
  computed.set(key, requirements);
  return requirements;
}
