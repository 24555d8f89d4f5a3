import { InvalidArgumentError, Option } from 'commander';

export const jsonOption = () => new Option('--json', 'print JSON instead of a table');

/** A day or a time in UTC → ISO 8601. */
export function moment(text: string): string {
  const isMoment = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/.test(text);
  const time = isMoment ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError('write a UTC time such as 2026-11-23 or 2026-11-23T12:00:00Z.');
  return new Date(time).toISOString();
}
