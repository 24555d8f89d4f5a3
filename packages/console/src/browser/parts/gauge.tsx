import { thousandths } from '../format/decimal.ts';

interface GaugeProps {
  readonly spent: string;
  readonly reserved: string;
  readonly limit: string;
  /** Percentages at which a warning is given. */
  readonly marks: readonly number[];
}

/** Spent and reserved against a limit, with the early warnings as ticks. All of it is said beside it, so readers skip it. */
export function Gauge({ spent, reserved, limit, marks }: GaugeProps) {
  const used = thousandths(spent, limit);
  const held = Math.min(1000 - used, thousandths(reserved, limit));
  return (
    <svg
      className="bar gauge"
      viewBox="0 0 1000 14"
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <rect className="bar-track" y="2" width="1000" height="10" />
      <rect className={used >= 1000 ? 'gauge-full' : 'bar-fill'} y="2" width={used} height="10" />
      <rect className="gauge-held" x={used} y="4" width={held} height="6" />
      {marks.map((percent) => (
        <rect key={percent} className="gauge-mark" x={percent * 10 - 2} width="4" height="14" />
      ))}
    </svg>
  );
}
