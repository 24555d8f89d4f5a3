import { Command } from 'commander';
import { approvalsCommand } from './commands/approvals.ts';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { backupWindowCommand } from './commands/backup-window.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { eraseCommand } from './commands/erase.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { exportCommand } from './commands/export.ts';
import { holdsCommand } from './commands/holds.ts';
import { incidentsCommand } from './commands/incidents.ts';
import { initCommand } from './commands/init.ts';
import { keysCommand } from './commands/keys.ts';
import { moveStateCommand } from './commands/move-state.ts';
import { peopleCommand } from './commands/people.ts';
import { planCommand } from './commands/plan.ts';
import { pricesCommand } from './commands/prices.ts';
import { registerCommand } from './commands/register.ts';
import { serveCommand } from './commands/serve.ts';
import { upCommand } from './commands/up.ts';
import { verifyCommand } from './commands/verify.ts';

/** The `tollgate` command with all its subcommands; each is a file of `commands/`. */
export function program(): Command {
  return new Command('tollgate')
    .description('gates, evidence and cost control for production AI agents')
    .showHelpAfterError('(add --help for the options)')
    .addCommand(upCommand())
    .addCommand(demoCommand())
    .addCommand(initCommand())
    .addCommand(planCommand())
    .addCommand(registerCommand())
    .addCommand(approvalsCommand())
    .addCommand(incidentsCommand())
    .addCommand(pricesCommand())
    .addCommand(peopleCommand())
    .addCommand(keysCommand())
    .addCommand(evaluateCommand())
    .addCommand(exportCommand())
    .addCommand(verifyCommand())
    .addCommand(holdsCommand())
    .addCommand(eraseCommand())
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .addCommand(backupWindowCommand())
    .addCommand(moveStateCommand())
    .addCommand(doctorCommand())
    .addCommand(serveCommand());
}
