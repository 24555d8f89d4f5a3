import { TollgateError } from '@tollgate/contract';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Route } from '../http/route.ts';
import { defineStream, type RawStream } from '../http/stream-route.ts';
import { allows, seesTeam } from '../identity/allows.ts';
import type { Identity, PersonIdentity } from '../identity/identity.ts';
import { readsContent } from '../identity/reads-content.ts';
import { requirePerson } from '../identity/require.ts';
import { installationLedger } from '../records/workflow-ledger.ts';
import { makePack } from './pack.ts';
import { PACK_FORMATS, type PackFormat } from './part-query.ts';
import { type AskedScope, packScope, packScopeOf } from './scope.ts';

const READERS = { roles: ['owner', 'auditor', 'admin'] } as const;

const query = z.strictObject({
  ...packScope,
  format: z.enum(Object.keys(PACK_FORMATS) as [PackFormat, ...PackFormat[]]).default('jsonl'),
  /** Content comes only where it is asked for. */
  content: z.enum(['true', 'false']).default('false'),
});

export const exportRoutes: readonly Route[] = [
  defineStream({
    path: '/v1/exports/evidence',
    summary: 'The evidence of a run, a workflow or a period as a ZIP archive with a manifest',
    tag: 'exports',
    access: READERS,
    media: 'application/zip',
    query,
    headers: z.object({}),
    response: z.string(),
    send: ({ query: asked, deps, identity, signal, outlet, identify }) =>
      sendPack(deps, identity, asked, { signal, outlet, identify }),
  }),
];

/** A pack may take hours to be taken: who takes it is asked again this often. */
const ASK_AGAIN_MS = 5000;

/**
 * Who takes evidence out, and which, is on record before the first byte leaves; and which archive it became, by the digest
 * of its manifest, before the last one does. A right that is lost meanwhile breaks it off.
 */
async function sendPack(
  deps: Deps,
  identity: Identity,
  { format, content: wanted, ...asked }: z.output<typeof query>,
  { signal, outlet, identify }: Pick<RawStream, 'signal' | 'outlet' | 'identify'>,
): Promise<void> {
  const person = requirePerson(identity);
  const scope = await packScopeOf(deps, identity, asked);
  const content = wanted === 'true' && readsContent(identity);
  const detail = { ...given(asked), format, content };
  const request = {
    ...{ scope, format, content, made_by: person.name, left_out: leftOut(person, content) },
    made_at: await recorded(deps, person, detail),
    onManifest: async (manifest_sha256: string) =>
      void (await recorded(deps, person, { ...detail, manifest_sha256 })),
  };
  let asked_at = performance.now();
  for await (const chunk of makePack(deps, request, signal)) {
    await outlet.write(chunk as Buffer);
    if (!outlet.open) return;
    if (performance.now() - asked_at < ASK_AGAIN_MS) continue;
    if (!mayGoOn(person, await identify(), content)) throw new TollgateError('forbidden');
    asked_at = performance.now();
  }
}

/** Whether what is handed out to them is theirs to have still. */
function mayGoOn({ teams }: PersonIdentity, now: Identity | undefined, content: boolean): boolean {
  if (now === undefined || allows(now, READERS) !== 'allowed' || (content && !readsContent(now)))
    return false;
  return teams.every((team) => seesTeam(now, team));
}

function leftOut({ teams }: PersonIdentity, content: boolean): string[] {
  return [
    ...(content ? [] : ['content: it was not asked for, or may not be read']),
    ...(teams.includes('*') ? [] : [`what belongs to other teams than ${teams.join(', ')}`]),
  ];
}

async function recorded(
  { control }: Pick<Deps, 'control'>,
  { name }: PersonIdentity,
  detail: Record<string, string | boolean>,
): Promise<bigint> {
  return control.change(async (change) => {
    await change.record(installationLedger(control, name), {
      kind: 'evidence_exported',
      actor: name,
      detail,
    });
    return change.now;
  });
}

const given = (asked: AskedScope): Record<string, string> =>
  Object.fromEntries(
    Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
