import { type ContentPolicy, canonicalJson } from '@tollgate/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MASK, masksOf } from '../../src/redaction/mask.ts';

const NONE = { mask_secrets: false, mask_patterns: [], mask_fields: [] };
const SECRETS = { ...NONE, mask_secrets: true };

function mask(
  policy: Pick<ContentPolicy, 'mask_secrets' | 'mask_patterns' | 'mask_fields'>,
  root: string,
  value: unknown,
) {
  return JSON.parse(masksOf(policy).content(root, canonicalJson(value))) as unknown;
}

/** One of each form, made here so that no scanner takes this file for a leak. */
const EXAMPLES: Record<string, string> = {
  'AWS access key id': `AKIA${'Q7'.repeat(8)}`,
  'GitHub token': `ghp_${'a1'.repeat(18)}`,
  'GitHub fine-grained token': `github_pat_${'a1'.repeat(20)}`,
  'GitLab token': `glpat-${'a1'.repeat(10)}`,
  'Slack token': `xoxb-${'12'.repeat(10)}`,
  'OpenAI key': `sk-proj-${'a1'.repeat(20)}`,
  'Stripe key': `sk_live_${'a1'.repeat(12)}`,
  'Google key': `AIza${'b2'.repeat(17)}c`,
  'npm token': `npm_${'a1'.repeat(18)}`,
  'agent key of ours': `tgk_${'a1'.repeat(16)}`,
  'JSON Web Token': `eyJ${'a1'.repeat(10)}.${'b2'.repeat(10)}.${'c3'.repeat(10)}`,
  'private key': `-----BEGIN RSA PRIVATE KEY-----\n${'abcd'.repeat(30)}\n-----END RSA PRIVATE KEY-----`,
  authorization: `Bearer ${'a1'.repeat(20)}`,
};

describe('secrets by their form', () => {
  test.each(Object.entries(EXAMPLES))('%s', (_, secret) => {
    const seen = JSON.stringify(
      mask(SECRETS, 'arguments', { text: `before ${secret} after`, deep: [{ [secret]: secret }] }),
    );
    expect(seen).not.toContain(secret.slice(-20).trim());
    expect(seen).toContain('before');
    expect(seen).toContain('after');
    expect(mask(NONE, 'arguments', { text: secret })).toEqual({ text: secret });
  });

  test('a password in an address', () => {
    expect(mask(SECRETS, 'result', 'postgres://app:hunter2secret@db:5432/x')).toBe(
      `postgres://app:${MASK}@db:5432/x`,
    );
  });

  test.each(['password', 'API_KEY', 'client-secret', 'Authorization', 'refresh_token', 'cookie'])(
    'a field named %s',
    (name) => {
      expect(mask(SECRETS, 'input', { [name]: { any: 'value' }, kept: 1 })).toEqual({
        [name]: MASK,
        kept: 1,
      });
    },
  );

  test('wherever it stands in whatever JSON, and the rest stays as it is', () => {
    const secret = EXAMPLES['GitHub token'] as string;
    const holder = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'grapheme' }).map((text) => `${text} ${secret} ${text}`),
        fc.integer(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(holder, (value) => {
        const plain = canonicalJson(value);
        const masked = masksOf(SECRETS).content('arguments', plain);
        expect(masked).toBe(plain.replaceAll(secret, MASK));
      }),
    );
  });

  test.each(Object.keys(EXAMPLES))(
    'text that only begins like %s a hundred thousand times is looked at quickly',
    (name) => {
      const start = (EXAMPLES[name] as string).slice(0, 12);
      const hostile = start.repeat(100_000);
      const ordinary = 'x'.repeat(hostile.length);
      const time = (text: string) => {
        const from = process.cpuUsage();
        masksOf(SECRETS).text(text);
        const { user } = process.cpuUsage(from);
        return user;
      };
      // Linear in its length: quadratic work on a megabyte would be minutes.
      expect(time(hostile)).toBeLessThan(2_000_000 + 100 * time(ordinary));
    },
  );
});

test('fields by path, * for any one segment, only under their own root', () => {
  const policy = {
    ...NONE,
    mask_fields: ['arguments.customer.iban', 'arguments.items.*.token', 'arguments.whole'],
  };
  const value = {
    customer: { iban: 'DE1', name: 'K' },
    items: [{ token: 't', id: 1 }, 2],
    whole: { a: [1] },
    iban: 'x',
  };
  expect(mask(policy, 'arguments', value)).toEqual({
    customer: { iban: MASK, name: 'K' },
    items: [{ token: MASK, id: 1 }, 2],
    whole: MASK,
    iban: 'x',
  });
  expect(mask(policy, 'result', value)).toEqual(value);
});

test('patterns of the workflow, in text and in names of fields', () => {
  const policy = { ...NONE, mask_patterns: ['PATIENT-[0-9]+'] };
  expect(mask(policy, 'result', { 'PATIENT-1': 'PATIENT-22 is well', n: 5 })).toEqual({
    [MASK]: `${MASK} is well`,
    n: 5,
  });
  const cards = { ...NONE, mask_patterns: ['[0-9]{13,16}'] };
  expect(
    mask(cards, 'arguments', { card: 4111111111111111, amount: 12.5, cards: [4111111111111, 7] }),
  ).toEqual({
    card: MASK,
    amount: 12.5,
    cards: [MASK, 7],
  });
  expect(masksOf(policy).text('undo for PATIENT-3')).toBe(`undo for ${MASK}`);
});
