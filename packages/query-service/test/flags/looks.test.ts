import { expect, test } from 'vitest';
import { Looks } from '../../src/flags/looks.ts';

const at = (seconds: number) => BigInt(Math.round(seconds * 1000)) * 1_000_000n;

test('an arrival is worth a look at first sight, and again once what comes late must be visible, and no more', () => {
  const looks = new Looks();
  const arrival = { run_id: 'r', received: at(1000) };
  const taken: number[] = [];
  for (let now = 1000.1; now < 1130; now += 0.5)
    if (looks.isWorth(arrival, at(now))) {
      looks.took([arrival], at(now));
      taken.push(Math.floor(now));
    }
  expect(taken).toEqual([1000, 1100]);
});

test('what arrives later is another arrival', () => {
  const looks = new Looks();
  looks.took([{ run_id: 'r', received: at(1000) }], at(1000.1));
  const isNew = (run_id: string, received: number) => looks.isNew({ run_id, received: at(received) });
  expect([isNew('r', 1000), isNew('r', 1000.05), isNew('s', 1000)]).toEqual([false, true, true]);
  expect(looks.isWorth({ run_id: 'r', received: at(1000.05) }, at(1000.2))).toBe(true);
  expect(looks.isWorth({ run_id: 'r', received: at(1000) }, at(1000.2))).toBe(false);
  expect(looks.isWorth({ run_id: 's', received: at(1000) }, at(1000.2))).toBe(true);
});

test('a look that was not taken, because judging failed, is still worth it', () => {
  const looks = new Looks();
  const arrival = { run_id: 'r', received: at(1000) };
  expect(looks.isWorth(arrival, at(1001))).toBe(true);
  expect(looks.isWorth(arrival, at(1002))).toBe(true);
});

test('one that began late still looks again when all is there', () => {
  const looks = new Looks();
  const arrival = { run_id: 'r', received: at(1000) };
  expect(looks.isWorth(arrival, at(1050))).toBe(true);
  looks.took([arrival], at(1050));
  expect(looks.isWorth(arrival, at(1099))).toBe(false);
  expect(looks.isWorth(arrival, at(1101))).toBe(true);
});

test('what nothing reads back to is forgotten', () => {
  const looks = new Looks();
  looks.took([{ run_id: 'old', received: at(1000) }], at(1000));
  looks.took([{ run_id: 'new', received: at(1500) }], at(1500));
  expect(looks.size).toBe(1);
});
