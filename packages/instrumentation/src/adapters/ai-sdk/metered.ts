import type { ModelCall, ModelReport, Tollgate } from '../../face.ts';
import { openModel } from '../shared/open-model.ts';

/** One model call that has its answer at once: admitted, made, recorded. @throws ModelRefused; what `call` throws otherwise */
export async function metered<T>(
  tollgate: Tollgate,
  about: ModelCall,
  call: () => PromiseLike<T>,
  report: (result: T) => ModelReport,
): Promise<T> {
  const open = await openModel(tollgate, about);
  let result: T;
  try {
    result = await call();
  } catch (error) {
    await open.failed(error);
    throw error;
  }
  await open.done(report(result));
  return result;
}
