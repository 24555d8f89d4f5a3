import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ERRORS, type ErrorCode } from '@tollgate/contract';
import { consoleHandler } from '../../../src/index.ts';
import { budgetsLike, costsByDay } from './budgets.ts';
import * as data from './data.ts';
import { evidenceOf } from './evidence.ts';
import { times } from './hostile.ts';
import { workflowRequirements, YAML } from './workflow.ts';

export const TOKEN = 'tgp_dev_0123456789abcdef';
const SESSION = 'a'.repeat(64);
const CSRF = 'b'.repeat(64);

/** What a person sent, as the service received it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

export interface DevService {
  readonly origin: string;
  readonly received: readonly Received[];
  /** Ends what pages are told by, as at the end of a session. */
  endStreams(): void;
  /** Another agent asks, and whoever watches is told. */
  askForApproval(tool: string): void;
  /** Paths that were asked for, with their query, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

type Answer = readonly [status: number, body: unknown];

/**
 * The API's shapes over real sockets, with its sessions, cookies and CSRF rule, for the pages alone: what a page does
 * with an answer is tested here without an evidence store. The real service is tested with the pages in `real-service`.
 */
export async function startDevService(): Promise<DevService> {
  const state = new State();
  const pages = consoleHandler();
  const server = createServer((req, res) => {
    pages(req, res, (error) => {
      if (error !== undefined) throw error;
      void state.answer(req, res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    received: state.received,
    asked: state.asked,
    endStreams: () => state.endStreams(),
    askForApproval: (tool) => state.askForApproval(tool),
    close: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

class State {
  private readonly streams = new Set<ServerResponse>();
  readonly received: Received[] = [];
  readonly asked: string[] = [];
  private approvals = structuredClone(data.approvals);
  private samples = structuredClone(data.samples);
  private flags = structuredClone(data.flags);
  private suspended = false;

  private stream(res: ServerResponse): void {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.write('retry: 2000\n\nid: 0\nevent: ready\ndata: {}\n\n');
    this.streams.add(res);
    res.once('close', () => this.streams.delete(res));
  }

  /** As the service does where whoever watches may no longer. */
  endStreams(): void {
    for (const stream of this.streams) stream.end('event: end\ndata: {"reason":"right_lost"}\n\n');
  }

  /** Tells every page of one more approval, and lists it. */
  askForApproval(tool: string): void {
    const [like] = this.approvals;
    if (like === undefined) throw new Error('there is an approval to be like');
    this.approvals = [
      { ...like, approval_id: crypto.randomUUID(), tool, state: 'waiting' },
      ...this.approvals,
    ];
    for (const stream of this.streams) stream.write('id: 1\nevent: approval\ndata: {}\n\n');
  }

  async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', 'http://service');
    const method = req.method ?? 'GET';
    const body = await readBody(req);
    this.asked.push(`${method} ${url.pathname}${url.search}`);
    if (url.pathname === '/v1/session' && method === 'POST') return this.signIn(res, body);
    if (url.pathname === '/v1/sign-in-options') return send(res, 200, { single_sign_on: '/sign-on' });
    const refused = refusal(req, method);
    if (refused === undefined && url.pathname === '/v1/events') return this.stream(res);
    const [status, answer] = refused ?? this.route(method, url, body);
    if (refused === undefined && method !== 'GET') this.received.push({ method, path: url.pathname, body });
    if (url.pathname === '/v1/session' && method === 'DELETE') setCookies(res, '', '', 0);
    send(res, status, answer);
  }

  private signIn(res: ServerResponse, body: Readonly<Record<string, unknown>>): void {
    if (body['token'] !== TOKEN) send(res, ...error('unauthenticated'));
    else {
      setCookies(res, SESSION, CSRF, 3600);
      send(res, 201, { ...data.who, expires_at: times.ahead(3600) });
    }
  }

  private route(method: string, url: URL, body: Readonly<Record<string, unknown>>): Answer {
    const [, , what = '', id, part] = url.pathname.split('/').map(decodeURIComponent);
    if (method === 'POST' && id !== undefined) return this.change(what, id, part ?? '', body);
    if (what === 'session') return [200, data.who];
    if (what === 'costs')
      return [200, url.searchParams.get('group_by') === 'workflow,day' ? costsByDay : data.costsByWorkflow];
    if (what === 'controls' && id === 'coverage') return [200, data.coverage];
    if (what === 'samples' && id === 'report') return [200, data.reviewReports];
    if (id === undefined) return [200, page(url, this.list(what, url.searchParams))];
    return this.one(what, id, part, url);
  }

  private list(what: string, query: URLSearchParams): readonly object[] {
    if (what === 'budgets') return budgetsLike(query);
    const all: Readonly<Record<string, readonly object[]>> = {
      runs: data.runs,
      approvals: this.approvals,
      samples: this.samples,
      flags: this.flags,
      notifications: data.notifications,
      workflows: [this.workflow()],
    };
    const wanted = [...query].filter(([name]) => name !== 'limit' && name !== 'cursor');
    return (all[what] ?? []).filter((item) =>
      wanted.every(([name, value]) => (item as Record<string, unknown>)[name] === value),
    );
  }

  private one(what: string, id: string, part: string | undefined, url: URL): Answer {
    const found = {
      runs:
        part === 'evidence' && id === data.RUN_ID
          ? evidenceOf(url.searchParams.get('content') === 'true')
          : undefined,
      approvals: this.approvals.find((one) => one.approval_id === id),
      samples: this.samples.find((one) => one.sample_id === id),
      flags: this.flags.find((one) => one.flag_id === id),
      workflows: WORKFLOWS.includes(id) ? { ...this.workflow(), ...WORKFLOW, workflow: id } : undefined,
    }[what];
    return found === undefined ? error('not_found') : [200, found];
  }

  private workflow() {
    const { workflow, policy_version, team, owner } = workflowRequirements;
    return {
      workflow,
      policy_version,
      team,
      owner: owner.email,
      ...(this.suspended ? SUSPENDED : { suspended: false }),
      registered_at: times.ago(90_000),
    };
  }

  private change(what: string, id: string, part: string, body: Readonly<Record<string, unknown>>): Answer {
    const by = { decided_by: data.who.name, decided_at: times.ago(0) };
    const approval = this.approvals.find((one) => one.approval_id === id);
    if (what === 'approvals' && approval !== undefined && part === 'decision') {
      if (approval.initiator === data.who.name) return error('four_eyes');
      const decision = String(body['decision']);
      approval.state = decision === 'approve' ? 'approved' : 'refused';
      approval.decisions = [{ ...by, decision, reason: String(body['reason']) }];
      return [200, { approval_id: id, state: approval.state }];
    }
    if (what === 'approvals' && approval !== undefined && part === 'break-glass') {
      if (approval.can_break_glass !== true) return error('glass_not_allowed');
      approval.state = 'approved';
      approval.can_break_glass = false;
      approval.break_glass = { by: data.who.name, reason: String(body['reason']), at: times.ago(0) };
      return [200, { approval_id: id, state: approval.state }];
    }
    const sample = this.samples.find((one) => one.sample_id === id);
    if (what === 'samples' && sample !== undefined && (part === 'claim' || part === 'release')) {
      Object.assign(sample, { assigned_to: part === 'claim' ? data.who.name : null });
      return [200, sample];
    }
    if (what === 'samples' && sample !== undefined) {
      Object.assign(sample, {
        ...body,
        state: 'reviewed',
        reviewed_by: data.who.name,
        reviewed_at: times.ago(0),
      });
      return [200, sample];
    }
    const flag = this.flags.find((one) => one.flag_id === id);
    if (what === 'flags' && flag !== undefined) {
      flag.state = part === 'resolve' ? 'resolved' : 'acknowledged';
      Object.assign(flag, {
        note: body['note'],
        [`${flag.state}_by`]: data.who.name,
        [`${flag.state}_at`]: times.ago(0),
      });
      return [200, flag];
    }
    if (what === 'workflows') this.suspended = part === 'suspend';
    return [200, {}];
  }
}

/** As a stop condition of a run leaves it. */
const SUSPENDED = {
  suspended: true,
  suspended_by: 'support-agent',
  suspended_at: times.ago(5),
  suspended_reason: 'stops_when.denials: 4 denials in one run',
};

const WORKFLOWS: readonly string[] = ['support-triage', 'account-research', 'deploy-checks'];

const WORKFLOW = {
  file: YAML,
  requirements: workflowRequirements,
  versions: [
    {
      policy_version: workflowRequirements.policy_version,
      registered_at: times.ago(90_000),
      registered_by: 'olga@example.com',
    },
    {
      policy_version: `sha256:${'0'.repeat(64)}`,
      registered_at: times.ago(900_000),
      registered_by: 'olga@example.com',
    },
  ],
};

/** Two rows a page, so that there is a next one. */
function page(url: URL, items: readonly object[]): object {
  const size = Math.min(4, Number(url.searchParams.get('limit') ?? 4));
  const start = Number(url.searchParams.get('cursor') ?? 0);
  const end = start + size;
  return { items: items.slice(start, end), next_cursor: end < items.length ? String(end) : null };
}

function refusal(req: IncomingMessage, method: string): Answer | undefined {
  if (!(req.headers.cookie ?? '').includes(`tollgate_session=${SESSION}`)) return error('unauthenticated');
  if (method !== 'GET' && req.headers['x-tollgate-csrf'] !== CSRF) return error('forbidden');
  return undefined;
}

function error(code: ErrorCode): Answer {
  const { status, message, mend } = ERRORS[code];
  return [status, { error: { code, message, mend, request_id: 'r-1' } }];
}

function setCookies(res: ServerResponse, session: string, csrf: string, seconds: number): void {
  const shared = `Path=/; Max-Age=${seconds}; SameSite=Strict`;
  res.setHeader('Set-Cookie', [
    `tollgate_session=${session}; HttpOnly; ${shared}`,
    `tollgate_csrf=${csrf}; ${shared}`,
  ]);
}

function send(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

async function readBody(req: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
