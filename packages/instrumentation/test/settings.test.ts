import { expect, test } from 'vitest';
import { settingsOf } from '../src/settings.ts';

const workflow = { yaml: '' };

test('a variable that is set to nothing asks for nothing', () => {
  const empty = { TOLLGATE_URL: '', TOLLGATE_OUTBOX: '', OTEL_EXPORTER_OTLP_ENDPOINT: '' };
  expect(settingsOf({ workflow, key: 'tgk_x' }, empty)).toEqual(settingsOf({ workflow, key: 'tgk_x' }, {}));
  expect(() => settingsOf({ workflow }, { TOLLGATE_KEY: '' })).toThrow(/TOLLGATE_KEY/);
});
