/**
 * Loaded into a service process before its own program (`node --import`): kills at the steps of the service, told by the
 * order file that FAULTS_ORDER names. It knows nothing of the service but the name of the channel.
 */
import { subscribe } from 'node:diagnostics_channel';
import { flushCompileCache } from 'node:module';
import { Striker } from './strike.ts';

const striker = new Striker(process.env['FAULTS_ORDER'] ?? '', 'service');
subscribe('tollgate.service.step', (message) => {
  if (typeof message === 'object' && message !== null && 'step' in message)
    striker.passed(String(message.step));
});
// Killed processes leave no compile cache behind them, and would each compile everything anew.
setTimeout(flushCompileCache, 3000).unref();
