import { tablePanel } from '../common.ts';
import type { PanelSpec } from '../panel.ts';

export const unpricedModels: PanelSpec = {
  title: 'Models without a price',
  description:
    'Models whose counted calls have no cost, and why. Their tokens are known where the reason is no_price.',
  sql: `
SELECT c.provider AS provider, c.model AS model, c.unpriced_reason AS reason, sum(c.unpriced_calls) AS calls,
  sum(c.input_tokens) AS input_tokens, sum(c.output_tokens) AS output_tokens
FROM counted_costs(from = toString($__fromTime_ms, 'UTC'), to = toString($__toTime_ms, 'UTC')) AS c
WHERE c.unpriced_calls > 0
GROUP BY provider, model, reason
ORDER BY calls DESC, provider, model, reason`,
};

export const unpricedModelsPanel = () => tablePanel(unpricedModels);
