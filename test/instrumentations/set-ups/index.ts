import { JS_SET_UPS } from './js.ts';
import { PYTHON_SET_UPS } from './python.ts';
import type { SetUp } from './set-up.ts';

export const SET_UPS: readonly SetUp[] = [...JS_SET_UPS, ...PYTHON_SET_UPS];
