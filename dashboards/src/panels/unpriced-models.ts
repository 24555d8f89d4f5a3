import { tablePanel } from '../common.ts';
import type { PanelSpec } from '../panel.ts';

export const unpricedModels: PanelSpec = {
  title: 'Models without a price',
  description:
    'Models whose counted calls have no cost, and why. Their tokens are known where the reason is no_price.',
  sql: `
SELECT c.provider AS provider, c.model AS model, c.unpriced_reason AS reason, count() AS calls,
  sum(ifNull(c.input_tokens, 0)) AS input_tokens, sum(ifNull(c.output_tokens, 0)) AS output_tokens
FROM counted_model_calls AS c
WHERE c.cost IS NULL AND c.start >= $__fromTime_ms AND c.start < $__toTime_ms
GROUP BY provider, model, reason
ORDER BY calls DESC, provider, model, reason`,
};

export const unpricedModelsPanel = () => tablePanel(unpricedModels);
