import type { AnswerOf } from '@tollgate/client';

/** How the cost of a call came about, as the API answers it. */
export type Explanation = AnswerOf<'GET /v1/prices/explain'>;
