import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Ticket {
  readonly ticket: string;
  readonly customer: string;
  readonly subject: string;
  readonly text: string;
}

export interface TicketDesk {
  search(words: string): readonly Pick<Ticket, 'ticket' | 'subject'>[];
  read(ticket: string): Ticket;
  payments(customer: string): readonly { readonly paid_at: string; readonly amount: string }[];
  close(): void;
}

const TICKETS: readonly Ticket[] = [
  {
    ticket: 'T-1001',
    customer: 'dana@customer.example',
    subject: 'Cannot export my report',
    text: 'The export button is grey since yesterday. What can I do?',
  },
  {
    ticket: 'T-1002',
    customer: 'erik@customer.example',
    subject: 'Charged twice',
    text: 'You charged me twice this month. I want my money back.',
  },
  {
    ticket: 'T-1003',
    customer: 'olga@customer.example',
    subject: 'My lawyer will write to you',
    text: 'Your outage cost us a contract. You will hear from our lawyer.',
  },
];

/** Tickets and payments in a real SQLite database. */
export function createTicketDesk(directory: string): TicketDesk {
  const database = new DatabaseSync(join(directory, 'tickets.sqlite'));
  database.exec(`
    CREATE TABLE tickets (ticket TEXT PRIMARY KEY, customer TEXT, subject TEXT, text TEXT);
    CREATE TABLE payments (customer TEXT, paid_at TEXT, amount TEXT);
    INSERT INTO payments VALUES ('erik@customer.example', '2026-01-02', '49.00');
  `);
  const insert = database.prepare('INSERT INTO tickets VALUES (?, ?, ?, ?)');
  for (const { ticket, customer, subject, text } of TICKETS) insert.run(ticket, customer, subject, text);
  return {
    search: (words) =>
      database
        .prepare('SELECT ticket, subject FROM tickets WHERE instr(lower(subject), lower(?)) > 0')
        .all(words)
        .map((row) => ({ ticket: String(row['ticket']), subject: String(row['subject']) })),
    read: (ticket) => {
      const found = database.prepare('SELECT * FROM tickets WHERE ticket = ?').get(ticket);
      if (found === undefined) throw new Error(`there is no ticket ${ticket}`);
      return {
        ticket,
        customer: String(found['customer']),
        subject: String(found['subject']),
        text: String(found['text']),
      };
    },
    payments: (customer) =>
      database
        .prepare('SELECT paid_at, amount FROM payments WHERE customer = ?')
        .all(customer)
        .map((row) => ({ paid_at: String(row['paid_at']), amount: String(row['amount']) })),
    close: () => database.close(),
  };
}
