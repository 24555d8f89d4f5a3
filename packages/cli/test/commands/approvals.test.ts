import { afterAll, beforeAll, expect, test } from 'vitest';
import { approvalFlow, type Flow } from '../../../query-service/test/support/approval-flow.ts';
import { startService, type TestService } from '../../../query-service/test/support/service.ts';
import { tollgate } from '../support/tollgate.ts';

let service: TestService;
let flow: Flow;
beforeAll(async () => {
  service = await startService();
  flow = await approvalFlow(service);
});
afterAll(() => service.close());

test.each([
  ['an address without its scheme', ['--url', 'localhost:4319'], 'http://127.0.0.1:4319'],
  ['a token with quotes of a text', ['--token', '“tgp_x”'], 'copy it again'],
])('%s is named, and no stack is shown', async (_, options, said) => {
  const { code, stderr } = await tollgate(['approvals', 'list', ...options], { TOLLGATE_TOKEN: 'x' });
  expect(code).toBe(1);
  expect(stderr).toContain(said);
  expect(stderr).not.toContain('    at ');
  expect(stderr).not.toContain('does not answer');
});

test('what an agent wrote is shown to the letter, and does nothing to the terminal of who decides', async () => {
  // A right-to-left override, an 8-bit escape sequence that clears the line, a tag, and a line separator.
  const purpose = 'stag\u202eing \u009b2K\u{e0041}\u2028ok';
  const { body } = await flow.ask(await flow.run(), { purpose });
  const shown = await tollgate(['approvals', 'show', String(body['approval_id']), '--url', service.url], {
    TOLLGATE_TOKEN: flow.alice,
  });
  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(JSON.parse(shown.stdout)).toMatchObject({ purpose });
});
